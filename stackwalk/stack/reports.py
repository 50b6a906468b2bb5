"""What the probe reported from inside a learner's Python: which addresses it bound, and where it listened."""

import json
from pathlib import Path
from typing import NamedTuple

_MOST = 256 * 1024  # bytes read; the probe itself stops much earlier


class Bound(NamedTuple):
    """One address that a program asked for, as typed ('' is every address), and whether it then listened.

    `error` is the system's number where the bind failed (errno.EADDRINUSE, ...).
    """

    address: str
    port: int
    listened: bool
    error: int | None = None


def read_reports(report: Path) -> tuple[Bound, ...]:
    """The addresses in the order of their bind. Anyone may have written there: damage is skipped."""
    try:
        with report.open("rb") as file:
            lines = file.read(_MOST).splitlines()
    except OSError:
        return ()
    bound: dict[tuple[str, int], Bound] = {}  # by the address that it was really bound to
    for line in lines:
        entry = _entry(line)
        if entry is None:
            continue
        event, address, port, real, error = entry
        before = bound.get((real, port))
        if event != "listen":
            bound[real, port] = Bound(address, port, before is not None and before.listened, error)
        elif before is None:
            bound[real, port] = Bound(address, port, listened=True)
        else:
            bound[real, port] = Bound(before.address, port, listened=True)
    return tuple(bound.values())


def _entry(line: bytes) -> tuple[str, str, int, str, int | None] | None:
    """One line as (event, address, port, real address, error)."""
    try:
        found = json.loads(line)
        event, address, port, real = found["event"], found["address"], found["port"], found["real"]
        error = found.get("error")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not (isinstance(address, str) and isinstance(real, str) and isinstance(error, int | None)):
        return None
    return (event, address, port, real, error) if isinstance(event, str) and isinstance(port, int) else None
