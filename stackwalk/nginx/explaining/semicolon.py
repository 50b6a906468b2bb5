"""A forgotten semicolon, which takes the next line in as parameters."""

import re
from itertools import pairwise

from stackwalk.nginx.directives import NAMES
from stackwalk.nginx.explaining.said import Said
from stackwalk.nginx.explaining.table import Answer, Row
from stackwalk.nginx.silent.characters import ENDS
from stackwalk.nginx.tokens import Statement, Token


def _swallowed(said: Said) -> tuple[Statement, Token, Token] | None:
    """A directive that holds the first word of the next line: its own semicolon is missing.

    The directive, its last word, and the word of the next line that is a directive's name.
    """
    found = said.statement
    if found is None:
        return None
    words = found.statement.words
    for before, word in pairwise(words):
        if word.line > before.line and not word.quoted and word.text in NAMES:
            return found.statement, before, word
    return None


def or_semicolon(row: Row) -> Row:
    """The same message may come of a missing semicolon, which takes the next line in as parameters."""

    def either(said: Said, found: re.Match[str]) -> Answer:
        swallowed = _swallowed(said)
        if swallowed is None:
            return row(said, found)
        statement, last, word = swallowed
        lacks, sign = ENDS.get(statement.name, ENDS[""])
        return Answer(
            f"“{statement.name}” on line {statement.line} {lacks}, "
            f"so nginx takes “{word.text}” of line {word.line} for a part of it.",
            f"Put a {sign} at the end of line {last.line}.",
            line=last.line,
        )

    return either
