"""The entry point. --version is answered before anything heavy is imported."""

import atexit
import gc
import os
import sys

from stackwalk import __version__

INTERRUPTED = 130
GARBAGE = 50_000  # new objects that may wait for a look: importing makes many, and hardly any is garbage
ENDED_BY_HAND = ("lab", "trace", "up", "watch")  # Ctrl+C is how these end; it breaks off any other


def main() -> None:
    """Run the command line; never returns normally with a status other than 0."""
    if sys.argv[1:] == ["--version"]:
        print(f"stackwalk {__version__}")
        return
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        _fill_streams()
    gc.set_threshold(GARBAGE)
    try:
        if sys.argv[1:2] == ["check"]:
            from stackwalk.check.early import begin_early

            begin_early()
        from stackwalk.quick import run_quickly

        status = run_quickly(sys.argv[1:])
        if status is None:
            from stackwalk.cli import run

            status = run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    if sys.argv[1:2] and sys.argv[1] in ENDED_BY_HAND:
        sys.exit(0 if status == INTERRUPTED else status)
    _end_at_once(status)


def _end_at_once(status: int) -> None:
    """End without taking all that was imported apart, which takes a tenth of a short command's time."""
    atexit._run_exitfuncs()  # there is no other way to have done what was asked to be done at the end
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(status)  # Python says what it has to say of that
    os._exit(status)


def _fill_streams() -> None:
    """Give a process that was started with closed streams some that lead nowhere: what it opens must not be one."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115


if __name__ == "__main__":
    main()
