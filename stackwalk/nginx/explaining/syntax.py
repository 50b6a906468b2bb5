"""Semicolons, braces and quotes."""

import re

from stackwalk.nginx.explaining.said import Said
from stackwalk.nginx.explaining.table import Answer, plain, row
from stackwalk.nginx.tokens import Statement, walk


@row(r'^unexpected "}"')
def _closing(said: Said, _: re.Match[str]) -> Answer:
    conf = said.source.conf if said.source else None
    if conf is not None and conf.unfinished:
        last = conf.unfinished[-1]
        name = conf.unfinished[0].text
        line = last.line + conf.text.count("\n", last.start, last.end)
        return Answer(
            f"“{name}” on line {conf.unfinished[0].line} does not end with a semicolon, "
            "so nginx came upon the “}” in the middle of it.",
            f"Put a ; at the end of line {line}.",
            line=line,
        )
    return Answer(
        "There is a “}” more than blocks were opened.", "Take it out, or look for a { that is missing further up."
    )


@row(r"^unexpected end of file")
def _end(said: Said, _: re.Match[str]) -> Answer:
    conf = said.source.conf if said.source else None
    if conf is not None and conf.trouble is not None and conf.trouble.kind == "open quote":
        return Answer(
            "A quote is opened here and never closed.",
            f"Close it with {conf.trouble.what} on the same line.",
            line=conf.trouble.line,
        )
    if conf is not None and conf.unfinished and conf.unfinished[0].text.endswith(":"):
        first = conf.unfinished[0]
        return Answer(
            f"“{first.text}” is not how nginx opens a block: what belongs to it stands between {{ and }}, "
            "and every line in it ends with a semicolon.",
            f"Write {first.text[:-1]} {{ and, behind its last line, }}.",
            line=first.line,
        )
    if conf is not None and conf.unfinished:
        last = conf.unfinished[-1]
        return Answer(
            f"The file ends in the middle of “{conf.unfinished[0].text}”, which has no semicolon.",
            f"Put a ; at the end of line {last.line}.",
            line=last.line,
        )
    left = _unclosed(said)
    if left is None:
        return Answer("The file ends before its last block does.", "Close every { with a }.")
    return Answer(
        f"The file ends, and “{_title(left)}” of line {left.line} is still open.",
        "Close it with a } where it should end; every { needs one.",
    )


def _unclosed(said: Said) -> Statement | None:
    """The block that was most likely left open: one whose "}" stands in another column than its first word."""
    if said.source is None:
        return None
    text = said.source.conf.text

    def column(offset: int) -> int:
        return offset - (text.rfind("\n", 0, offset) + 1)

    open_blocks = [
        each for _, each in walk(said.source.conf.statements) if each.block is not None and each.close is None
    ]
    for _, each in walk(said.source.conf.statements):
        if (
            each.close is not None
            and "\n" in text[each.end : each.close]
            and column(each.close) < column(each.words[0].start)
        ):
            return each
    return open_blocks[-1] if open_blocks else None


def _title(statement: Statement) -> str:
    return " ".join(word.text for word in statement.words)[:80]


@row(r'^unexpected "(?P<what>.)"')
def _unexpected(said: Said, found: re.Match[str]) -> Answer:
    what = found["what"]
    if what in ";{":
        return Answer(
            f"There is a “{what}” where a directive should begin.", "Take it out, or write what belongs before it."
        )
    return Answer(
        f"After a closing quote comes a space or a semicolon, and here comes “{what}”.",
        "Look at the quotes of this line.",
    )


plain(
    r"^too long parameter",
    "A word of this file does not come to an end: most likely a quote is opened and never closed.",
    "Look at the quotes of this line and those above.",
)
