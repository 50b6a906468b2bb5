"""What a part in the middle made of the headers that came to it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from stackwalk.wire.message import Head

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between a head as it came and as it was passed on; names as they were written."""

    added: tuple[Header, ...]
    removed: tuple[Header, ...]
    altered: tuple[tuple[bytes, tuple[bytes, ...], tuple[bytes, ...]], ...]  # name, values before, values after
    first_line: tuple[bytes, bytes] | None  # before and after; None: it is the same

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered or self.first_line)


def changes(before: Head, after: Head) -> Changes:
    """What differs. The order of different headers and the case of their names carry no meaning (RFC 9110 5)."""
    came, went = _by_name(before.headers), _by_name(after.headers)
    added = [header for header in after.headers if header[0].lower() not in came]
    removed = [header for header in before.headers if header[0].lower() not in went]
    altered = [
        (went[name][0][0], tuple(value for _, value in came[name]), tuple(value for _, value in went[name]))
        for name in came
        if name in went and [value for _, value in came[name]] != [value for _, value in went[name]]
    ]
    lines = (before.first_line, after.first_line)
    return Changes(tuple(added), tuple(removed), tuple(altered), None if lines[0] == lines[1] else lines)


def _by_name(headers: Sequence[Header]) -> dict[bytes, list[Header]]:
    found: dict[bytes, list[Header]] = {}
    for header in headers:
        found.setdefault(header[0].lower(), []).append(header)
    return found
