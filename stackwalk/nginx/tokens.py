"""nginx's own way to cut a file into words, with the place of each: after ngx_conf_read_token of its source.

Nothing here raises: where nginx would stop, reading stops too, and what was read until then is there, with the
reason. Offsets count characters of the text, lines count line feeds from 1, as nginx counts them.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

DEEPEST = 32  # blocks within blocks; nginx recurses without a bound, and dies of too many

# A word ends at white space, ";" and "{" but not at "}"; "${" belongs to the word, and a backslash keeps what follows.
_PIECE = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<comment>\#[^\n]*)
      | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<open>["'])
      | (?P<mark>[;{}])
      | (?P<word>(?:\\.|\$\{+|[^ \t\r\n;{\\])(?:\\.|\$\{+|[^ \t\r\n;{\\])*)
      | (?P<lone>\\)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"""\\(["'\\trn])""")
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n"}

Stop = Literal["unexpected", "end of file", "open quote", "too deep"]


class Token(NamedTuple):
    """A word as it stands in the text, quotes included, and what nginx makes of it."""

    start: int
    end: int
    line: int  # on which it begins
    text: str  # without its quotes and escapes
    quoted: bool = False


class Trouble(NamedTuple):
    """Where nginx stops reading, and why. `what` is the unexpected character."""

    kind: Stop
    line: int
    start: int
    what: str = ""


class Statement(NamedTuple):
    """A directive: its words, and what is in its block if it has one."""

    words: tuple[Token, ...]
    end: int  # offset after its ";" or "{"
    block: tuple["Statement", ...] | None = None
    close: int | None = None  # offset of the "}"; None where it never comes

    @property
    def name(self) -> str:
        return self.words[0].text

    @property
    def arguments(self) -> tuple[Token, ...]:
        return self.words[1:]

    @property
    def line(self) -> int:
        return self.words[0].line

    def values(self) -> tuple[str, ...]:
        """The arguments as text."""
        return tuple(word.text for word in self.words[1:])


class Conf(NamedTuple):
    """A file as nginx reads it. `unfinished` are the words of a last directive that has no end."""

    text: str
    statements: tuple[Statement, ...]
    trouble: Trouble | None = None
    unfinished: tuple[Token, ...] = ()


class _Open:
    """A block that is being read."""

    def __init__(self, words: tuple[Token, ...], end: int) -> None:
        self.words = words
        self.end = end
        self.inner: list[Statement] = []

    def closed(self, close: int | None) -> Statement:
        return Statement(self.words, self.end, tuple(self.inner), close)


def read_conf(text: str) -> Conf:
    r"""The statements of a file.

    >>> conf = read_conf('server { listen 80;\n  # a comment\n  return 200 "a \\"b\\""; }')
    >>> [(each.name, each.values(), each.line) for each in conf.statements[0].block]
    [('listen', ('80',), 1), ('return', ('200', 'a "b"'), 3)]
    >>> read_conf("listen 80\n}").trouble
    Trouble(kind='unexpected', line=2, start=10, what='}')
    """
    blocks = [_Open((), 0)]
    words: list[Token] = []
    line, at, glued, trouble = 1, 0, False, None
    while at < len(text) and trouble is None:
        found = _PIECE.match(text, at)
        kind = found.lastgroup if found else "lone"
        piece = found.group() if found else text[at]
        if glued and not (kind == "space" or piece in (";", "{") or piece.startswith(")")):
            trouble = Trouble("unexpected", line, at, piece[0])
        elif kind in ("word", "quoted"):
            words.append(_token(piece, at, line, kind == "quoted"))
        elif kind in ("open", "lone"):
            trouble = Trouble("open quote" if kind == "open" else "end of file", line, at, piece)
        elif kind == "mark":
            if (piece == "}") == bool(words) or (piece == "}" and len(blocks) == 1):
                trouble = Trouble("unexpected", line, at, piece)
            elif piece == ";":
                blocks[-1].inner.append(Statement(tuple(words), at + 1))
                words = []
            elif piece == "{" and len(blocks) > DEEPEST:
                trouble = Trouble("too deep", line, at, piece)
            elif piece == "{":
                blocks.append(_Open(tuple(words), at + 1))
                words = []
            else:
                done = blocks.pop().closed(at)
                blocks[-1].inner.append(done)
        glued = kind == "quoted"
        line += piece.count("\n")
        at += len(piece)
    if trouble is None and (words or len(blocks) > 1):
        trouble = Trouble("end of file", line, len(text))
    while len(blocks) > 1:
        unclosed = blocks.pop().closed(None)
        blocks[-1].inner.append(unclosed)
    return Conf(text, tuple(blocks[0].inner), trouble, tuple(words))


def _token(piece: str, at: int, line: int, quoted: bool) -> Token:
    inner = piece[1:-1] if quoted else piece
    value = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), inner) if "\\" in inner else inner
    return Token(at, at + len(piece), line, value, quoted)


def walk(
    statements: tuple[Statement, ...], parents: tuple[Statement, ...] = ()
) -> Iterator[tuple[tuple[Statement, ...], Statement]]:
    """Every statement in the order of the file, with the blocks around it, outermost first."""
    for statement in statements:
        yield parents, statement
        if statement.block is not None:
            yield from walk(statement.block, (*parents, statement))
