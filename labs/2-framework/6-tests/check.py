"""2.6: the learner's tests pass on their application, and fail on each of five broken copies of it."""

import re
from pathlib import Path

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.plugin import Run
from stackwalk.check.verdict import Cause
from stackwalk.check.workspace import Workspace

FILE = "test_app.py"
PATIENCE = {1: 9.0, 5: 14.0}  # seconds for so many runs of pytest on a busy machine
PASSED, FAILED, UNREADABLE, INTERNAL, NONE_FOUND = 0, 1, 2, 3, 5  # pytest's exit statuses
BROKEN = {
    "greeting": "/ and /index greet with other words than Hello, world!",
    "name": "/hello/NAME greets everybody by the same name",
    "missing": "an address that is not there is answered with 200",
    "note": "a note that was posted is not kept",
    "empty": "a form with an empty text is taken, with no 400",
}


def tried(run: Run, workspace: Workspace, fresh: Fresh, *kinds: str) -> tuple[dict[str, int], str]:
    """The exit status of the learner's tests on each of these copies, and what was printed."""
    file = f"copies_{fresh.word()}.py"
    source = Path(__file__).with_name("_broken.py").read_text(encoding="utf-8")
    workspace.write(file, source.replace("@WORD@", fresh.word()))
    output = run(["python", file, *kinds], file=FILE, called="python -m pytest").wait(PATIENCE[len(kinds)]).output
    if "No module named 'pytest'" in output:
        fail("The Python that runs your program has no package 'pytest'.", cause=Cause.NEEDS,
            hint="Install it there: python -m pip install pytest")  # fmt: skip
    ended = {kind: int(code) for kind, code in re.findall(r"^(\w+) ends with (-?\d+)$", output, re.MULTILINE)}
    missing = [kind for kind in kinds if kind not in ended]
    if missing:
        fail("The run of your tests broke off before its end.", actual=output[-1000:])
    return ended, output


def test_they_pass_on_your_application(run: Run, workspace: Workspace, fresh: Fresh) -> None:
    """your tests pass on your application"""
    ended, output = tried(run, workspace, fresh, "right")
    code = ended["right"]
    if code == NONE_FOUND:
        fail(f"pytest finds no test in {FILE}: a test is a function whose name begins with test_.")
    if code == UNREADABLE:
        place = re.findall(rf"{re.escape(FILE)}(?:\", line |:)(\d+)", output)
        error = re.findall(r"(?m)^E\s+(\w*(?:Error|Exit|Exception)\b.*)", output)
        fail(f"pytest ends with status 2: it could not even import {FILE}, and has run no test."
            f"{f' Line {place[-1]}: ' if place and error else ' '}{error[-1] if error else ''}".rstrip())  # fmt: skip
    inner = re.findall(r"(?m)^INTERNALERROR> (\w+(?:: .*)?)$", output)
    if code == INTERNAL and inner:
        fail(f"pytest itself broke off and ended with status 3, for {FILE} has raised what it does not catch: "
            f"{inner[-1].rstrip('.')}. Does it call exit()?")  # fmt: skip
    if code != PASSED:
        last = [line for line in output.split("\n") if line.startswith(("E  ", "FAILED", "ERROR"))]
        fail(f"Your tests do not pass on your own application: pytest ends with status {code}.",
            actual="\n".join(last[-6:]))  # fmt: skip


def test_each_broken_copy_is_found_out(run: Run, workspace: Workspace, fresh: Fresh) -> None:
    """each of five broken copies of it makes at least one of them fail"""
    ended, _ = tried(run, workspace, fresh, *BROKEN)
    passed = [kind for kind in BROKEN if ended[kind] != FAILED]
    if passed:
        found = len(BROKEN) - len(passed)
        fail(
            f"Of five broken copies your tests find out {found}. This one passes them all: {BROKEN[passed[0]]}.",
            hint="Which request shows the difference, and what would you have to assert about its answer?",
        )
