"""Expected against actual as bytes: what is invisible made visible, and a mark under the first difference.

The place where the two part is never cut away; what is cut elsewhere is said with its number of bytes.
"""

from dataclasses import dataclass

BEFORE = 24  # bytes shown before the first difference
AFTER = 32  # bytes shown from the first difference on
WHOLE = 60  # what is no longer than this is shown whole
_NAMED = {0x0D: r"\r", 0x0A: r"\n", 0x09: r"\t", 0x5C: r"\\"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Two byte strings drawn to be read one above the other; a mark is in the last line of actual."""

    expected: str
    actual: str
    offset: int | None  # the first byte that differs; None where there is no difference


def visible(data: bytes) -> str:
    r"""Bytes as printable ASCII: line ends as \r and \n, all else that is not printable as \xNN.

    >>> visible(b"200 OK\r\n")
    '200 OK\\r\\n'
    """
    return "".join(_NAMED.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}") for byte in data)


def first_difference(expected: bytes, actual: bytes) -> int | None:
    """The index of the first byte that differs (the shorter length where one begins the other), or None."""
    if expected == actual:
        return None
    same, end = 0, min(len(expected), len(actual))  # by halves: a megabyte costs no loop over its bytes
    while same < end:
        middle = (same + end + 1) // 2
        if expected[same:middle] == actual[same:middle]:
            same = middle
        else:
            end = middle - 1
    return same


def difference(expected: bytes, actual: bytes) -> Difference:
    """Draw both; of bounded length, whatever the input."""
    offset = first_difference(expected, actual)
    if offset is None:
        text = _window(expected, 0, WHOLE)
        return Difference(text, text, None)
    start = 0 if offset <= BEFORE or max(len(expected), len(actual)) <= WHOLE else offset - BEFORE
    end = offset + AFTER if start else max(WHOLE, offset + AFTER)
    mark = " " * len(_before(start) + visible(actual[start:offset])) + "^"
    if offset == len(actual):
        mark += " ends here"
    return Difference(_window(expected, start, end), f"{_window(actual, start, end)}\n{mark}", offset)


def shortened(text: str, limit: int = 2000) -> str:
    """The beginning of a text, and how many characters follow.

    >>> shortened("abcdef", 4)
    'abcd [2 more characters]'
    """
    return text if len(text) <= limit else f"{text[:limit]} [{len(text) - limit} more characters]"


def _before(start: int) -> str:
    return f"[{start} bytes] " if start else ""


def _window(data: bytes, start: int, end: int) -> str:
    after = len(data) - end
    return _before(start) + visible(data[start:end]) + (f" [{after} more bytes]" if after > 0 else "")
