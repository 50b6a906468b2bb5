"""The folder that one run writes in, and its end."""

import contextlib
import tempfile
from pathlib import Path

from stackwalk.errors import StackwalkError
from stackwalk.stack.scratch import remove, scratch_prefix, sweep_scratch

__all__ = ["last_print", "make_scratch", "remove"]


def make_scratch() -> Path:
    """A folder for one run, named after this process. Raises StackwalkError where none can be made."""
    sweep_scratch(Path(tempfile.gettempdir()))
    try:
        return Path(tempfile.mkdtemp(prefix=scratch_prefix("check"))).resolve()
    except OSError as error:
        raise StackwalkError(
            f"No temporary folder could be made in {tempfile.gettempdir()}: {error.strerror or error}.",
            "Make room there, or set TMPDIR to another folder.",
        ) from error


def last_print(scratch: Path) -> str:
    """The last line that the run printed, as a clause."""
    with contextlib.suppress(OSError):
        lines = (scratch / "prints").read_bytes()[-2000:].decode("utf-8", "replace").split("\n")
        printed = [line for line in lines if line.strip()]
        if printed:
            return f" ({printed[-1].strip()[:200]})"
    return ""
