"""Bytes from a keyboard, or a paste, to keys for a line editor.

Pure, and fed piece by piece: a key that has not come whole is kept for the next bytes. Only printable
characters and spaces become text; every escape sequence that is not a known key is dropped.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 8_000  # characters of one line, and of one paste
_MOST_PENDING = 4 * LONGEST  # bytes
_SEQUENCE = re.compile(rb"\x1b[\[O]([0-?]*[ -/]*[@-~])")
_UNFINISHED = re.compile(rb"\x1b(?:[\[O][0-?]*[ -/]*)?")
_PASTE_BEGINS, _PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
_KEYS = {
    b"\r": "enter",
    b"\n": "enter",
    b"\x7f": "backspace",
    b"\x08": "backspace",
    b"\x01": "home",
    b"\x05": "end",
    b"\x02": "left",
    b"\x06": "right",
    b"\x10": "up",
    b"\x0e": "down",
    b"\x0b": "cut after",
    b"\x15": "cut before",
    b"\x17": "cut word",
    b"\x04": "ctrl+d",
    b"\x0c": "redraw",
}
_SEQUENCES = {
    b"A": "up",
    b"B": "down",
    b"C": "right",
    b"D": "left",
    b"H": "home",
    b"F": "end",
    b"1~": "home",
    b"7~": "home",
    b"4~": "end",
    b"8~": "end",
    b"3~": "delete",
    b"1;5C": "word right",
    b"1;5D": "word left",
}


@dataclass(frozen=True, slots=True)
class Character:
    """One printable character was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """A block that the terminal marked as pasted; "\\n" between its lines."""

    text: str


Key = str | Character | Pasted  # a str is one of the names above


@dataclass(frozen=True, slots=True)
class Keys:
    """Bytes of the keyboard that are not a whole key yet."""

    pending: bytes = b""


def read_keys(keys: Keys, data: bytes) -> tuple[Keys, tuple[Key, ...]]:
    """Every whole key in what has come so far; the rest is kept for the next bytes."""
    rest = keys.pending + data
    found: list[Key] = []
    while rest:
        key, size = _first_key(rest)
        if size == 0:
            break
        rest = rest[size:]
        if key is not None:
            found.append(key)
    if len(rest) > _MOST_PENDING:
        # A paste that does not end: its beginning is kept, and what may be the beginning of its end.
        rest = rest[:_MOST_PENDING] + rest[-len(_PASTE_ENDS) + 1 :]
    return Keys(rest), tuple(found)


def _first_key(data: bytes) -> tuple[Key | None, int]:
    """The key at the beginning (None: nothing to do) and its bytes; 0 bytes where more have to come."""
    if data.startswith(_PASTE_BEGINS):
        end = data.find(_PASTE_ENDS)
        if end < 0:
            return None, 0
        return Pasted(_pasted(data[len(_PASTE_BEGINS) : end])), end + len(_PASTE_ENDS)
    if data[:1] == b"\x1b":
        return _sequence(data)
    if data[:1] in _KEYS:
        return _KEYS[data[:1]], 1
    return _character(data)


def _sequence(data: bytes) -> tuple[Key | None, int]:
    if _UNFINISHED.fullmatch(data):
        return None, 0
    found = _SEQUENCE.match(data)
    # The Escape key by itself does nothing; what follows it is a key of its own.
    return (_SEQUENCES.get(found[1]), found.end()) if found else (None, 1)


def _character(data: bytes) -> tuple[Key | None, int]:
    size = 1 + (data[0] >= 0xC2) + (data[0] >= 0xE0) + (data[0] >= 0xF0)
    try:
        text = data[:size].decode("utf-8")
    except UnicodeDecodeError as error:
        unfinished = error.reason == "unexpected end of data" and len(data) < size
        return None, 0 if unfinished else 1
    return (Character(text) if _is_text(text) else None), size


def _pasted(data: bytes) -> str:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(one for one in text if one == "\n" or _is_text(one))[:LONGEST]


def _is_text(character: str) -> bool:
    # Spaces of every kind count: a no-break space is a slip worth telling, not a key to swallow.
    return character.isprintable() or unicodedata.category(character) == "Zs"
