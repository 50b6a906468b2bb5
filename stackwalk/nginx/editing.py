"""Changes of a text that leave every line where it is."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,*?~^$\[\]|()-]+")


class Edit(NamedTuple):
    """What stands between two offsets becomes another text. Equal offsets: it is put in there."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made. They may not overlap; those at one place are made in the order given.

    The line feeds of what an edit takes away stay.

    >>> edited("user\\n root; a;", [Edit(0, 11, ""), Edit(12, 13, "b")])
    '\\n b;'
    """
    pieces = []
    at = 0
    for each in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [text[at : each.start], each.text, "\n" * text.count("\n", each.start, each.end)]
        at = each.end
    return "".join([*pieces, text[at:]])


def quoted(value: str) -> str:
    r"""A value as one word of a file.

    >>> quoted("/a/b"), quoted('/my "stack"')
    ('/a/b', '"/my \\"stack\\""')
    """
    if _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
