"""Turn any text or bytes into text that a terminal shows and never obeys.

Everything that came from the wire or from a learner's program passes through here before it is drawn:
control characters, escape sequences, bidirectional controls, invisible characters, invalid UTF-8 and lone
surrogates become escapes that can be read. What comes out is a plain str: put it into a `rich.text.Text`,
never into Rich markup.
"""

import unicodedata
from collections.abc import Callable

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LAYOUT = frozenset("\n\t")
_LONGEST_UTF8 = 4  # bytes of one character


def safe(data: str | bytes, limit: int | None = None) -> str:
    r"""One line that is safe to show; at most `limit` characters of it, and what was cut is said.

    >>> safe(b"GET /\x1b[2J\xff HTTP/1.1\r\n")
    'GET /\\x1b[2J\\xff HTTP/1.1\\r\\n'
    >>> safe("abcdef", limit=4)
    'abcd … (2 more characters)'
    """
    return _shown(data, limit, _visible)


def safe_block(data: str | bytes, limit: int | None = None) -> str:
    r"""The same for text of several lines: line feeds and tabs stay, as layout.

    >>> safe_block(b"one\r\n\ttwo\n")
    'one\\r\n\ttwo\n'
    """
    return _shown(data, limit, _visible_in_block)


def _shown(data: str | bytes, limit: int | None, visible: Callable[[str], str]) -> str:
    unit = "character" if isinstance(data, str) else "byte"
    if limit is None:
        return visible(_text(data))
    # Work is bounded too: a gigabyte is never decoded to show its first line.
    head = _text(data[:limit] if isinstance(data, str) else data[: limit * _LONGEST_UTF8])
    pieces: list[str] = []
    room, used = limit, 0
    for character in head:
        piece = visible(character)
        if len(piece) > room:
            break
        pieces.append(piece)
        room -= len(piece)
        used += 1
    rest = len(data) - (used if isinstance(data, str) else _bytes_of(head[:used]))
    if rest <= 0:
        return "".join(pieces)
    return f"{''.join(pieces)} … ({rest:,} more {unit}{'' if rest == 1 else 's'})"


def _text(data: str | bytes) -> str:
    # An invalid byte becomes the surrogate that stands for it, so that it is shown and counted as one byte.
    return data if isinstance(data, str) else bytes(data).decode("utf-8", "surrogateescape")


def _bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_in_block(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character in _LAYOUT else _visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    # isprintable() is false for every control, format, surrogate, private and unassigned character, and for
    # separators; of the separators only those that are spaces on a line may stay.
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
