"""One run in parts: side by side, yet told, skipped and judged as if all had run in a row."""

import dataclasses
import os
import shutil
from pathlib import Path

import psutil
import pytest
from grading import COURSE, ECHO, RIGHT, workspace_with
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.plan import DEADLINE, SIDE_BY_SIDE, Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Finding, Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course
from stackwalk.course.reading import read_course

PASSES = 'def test_it_{number}(server):\n    """extra {number}"""\n    assert server.get("/").status == 200\n'
FAILS = 'def test_it_{number}(server):\n    """extra {number}"""\n    assert False, "Not {number}."\n'
RAISES = 'def test_it_{number}(server):\n    """extra {number}"""\n    raise KeyError("a slip")\n'
DIES = 'def test_it_{number}(server):\n    """extra {number}"""\n    import os\n    os._exit(3)\n'
HANGS = (
    'def test_it_{number}(server):\n    """extra {number}"""\n    import select\n    select.select([], [], [], 3600)\n'
)
WITNESS = (
    'def test_it_{number}(server):\n    """extra {number}"""\n    import pathlib, time\n'
    "    here = pathlib.Path({folder!r})\n    (here / '{number}').touch()\n"
    "    deadline = time.monotonic() + 10\n"
    "    while not (here / '{other}').exists():\n"
    "        assert time.monotonic() < deadline, 'nobody else runs'\n        time.sleep(0.01)\n"
)


def course_with(folder: Path, *checks: str) -> Course:
    """The fixture course, its lab with further steps 1.3, 1.4 … of these checks."""
    shutil.copytree(COURSE, folder)
    given = (folder / "labs" / "1-doors" / "2-echo" / "step.md").read_text(encoding="utf-8")
    for number, check in enumerate(checks, 3):
        step = folder / "labs" / "1-doors" / f"{number}-more"
        step.mkdir()
        text = given.replace('kind = "core"', 'kind = "further"\nwaits = true')
        text = "\n".join(line for line in text.split("\n") if not line.startswith("replaces"))
        (step / "step.md").write_text(text, encoding="utf-8")
        shutil.copy(folder / "labs" / "1-doors" / "2-echo" / "hints.md", step)
        (step / "check.py").write_text(check.replace("{number}", str(number)), encoding="utf-8")
    return read_course(folder)


def plan_of(course: Course, workspace: Path, *, each: bool = False) -> Plan:
    plan = Plan.of(course, "1", course.steps, workspace, "seed")
    return dataclasses.replace(plan, each=each)


def outcomes(verdict: Verdict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in verdict.findings:
        found.setdefault(finding.step, []).append(finding.outcome.value)
    return found


def test_the_last_steps_that_wait_are_parts_of_their_own(tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", PASSES, PASSES, PASSES)
    plan = plan_of(course, tmp_path)
    parts = plan.parts({"1.1": 3, "1.2": 2, "1.3": 1, "1.4": 1, "1.5": 1})
    assert [[step.id for step in part.steps] for part in parts] == [["1.1", "1.2", "1.3"], ["1.4"], ["1.5"]]
    assert all(part.leave_out == plan.leave_out for part in parts)
    assert all(part.budget < part.deadline < plan.deadline == DEADLINE for part in parts)
    core = dataclasses.replace(plan, steps=plan.steps[:2])
    assert not core.spreads and core.parts({"1.1": 3, "1.2": 2}) == (core,)
    quick = dataclasses.replace(plan, steps=(*plan.steps[:-1], dataclasses.replace(plan.steps[-1], waits=False)))
    assert not quick.spreads
    alone = dataclasses.replace(plan, steps=plan.steps[-1:])
    assert not alone.spreads and alone.parts({"1.5": 9}) == (alone,)


@given(counts=st.lists(st.integers(1, 40), min_size=2, max_size=2))
def test_the_shares_of_a_step_fit_and_leave_out_no_check(counts: list[int]) -> None:
    course = read_course(find_course())
    plan = Plan.of(course, "1", course.lab(1).steps, Path("nowhere"), "seed")
    steps = plan.steps[-2:]
    parts = plan.parts({step.id: count for step, count in zip(steps, counts, strict=True)})
    assert len(parts) <= SIDE_BY_SIDE
    for step, count in zip(steps, counts, strict=True):
        shares = [part.share for part in parts if part.steps == (step,)]
        ran = [check for which, of in shares for check in range(count * which // of, count * (which + 1) // of)]
        assert ran == list(range(count))


def test_checks_of_one_step_run_side_by_side_and_all_are_told_though_one_falls_short(tmp_path: Path) -> None:
    several = "\n\n".join(
        check.replace("test_it_{number}", f"test_{name}").replace('"extra {number}"', f'"extra {name}"')
        for name, check in (("a", FAILS), ("b", PASSES), ("c", PASSES), ("d", FAILS), ("e", PASSES))
    )
    course = course_with(tmp_path / "course", several, PASSES)
    verdict = grade(plan_of(course, workspace_with(tmp_path, ECHO)))
    own = [(finding.title, finding.outcome.value) for finding in verdict.findings if finding.step == "1.3"]
    passed = [(f"extra {name}", "failed" if name in "ad" else "passed") for name in "abcde"]
    assert own == passed
    assert outcomes(verdict)["1.4"] == ["skipped"]


def test_parts_run_side_by_side_and_are_told_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "seen"
    folder.mkdir()
    third, fourth = (WITNESS.replace("{folder!r}", repr(str(folder))).replace("{other}", other) for other in "43")
    course = course_with(tmp_path / "course", third, fourth)
    told: list[Finding] = []
    verdict = grade(plan_of(course, workspace_with(tmp_path, ECHO)), on_finding=told.append)
    assert verdict.outcome is Outcome.PASSED, [finding.message for finding in verdict.findings]
    assert list(verdict.steps) == ["1.1", "1.2", "1.3", "1.4"]
    assert told == list(verdict.findings)
    assert all(finding.seconds > 0 for finding in told)


def test_what_comes_after_a_step_that_fell_short_is_skipped_by_name(tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", FAILS, PASSES, PASSES)
    verdict = grade(plan_of(course, workspace_with(tmp_path, ECHO)))
    assert verdict.outcome is Outcome.FAILED
    assert [outcomes(verdict)[step] for step in ("1.3", "1.4", "1.5")] == [["failed"], ["skipped"], ["skipped"]]
    assert list(verdict.steps) == ["1.1", "1.2", "1.3"]
    assert [one.title for one in verdict.findings[-2:]] == ["extra 4", "extra 5"]
    assert {one.message for one in verdict.findings[-2:]} == {"Step 1.3 comes first."}


def test_an_earlier_step_decides_even_where_a_later_one_fell_short_first(tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", FAILS, RAISES)
    verdict = grade(plan_of(course, workspace_with(tmp_path, RIGHT)))
    found = outcomes(verdict)
    assert verdict.outcome is Outcome.FAILED
    assert "failed" in found["1.2"]
    assert (found["1.3"], found["1.4"]) == (["skipped"], ["skipped"])
    assert {one.message for one in verdict.findings if one.outcome is Outcome.SKIPPED} == {"Step 1.2 comes first."}


def test_each_step_can_be_judged_by_itself(tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", FAILS, PASSES, FAILS)
    found = outcomes(grade(plan_of(course, workspace_with(tmp_path, RIGHT), each=True)))
    assert "failed" in found["1.2"]
    assert (found["1.3"], found["1.4"], found["1.5"]) == (["failed"], ["passed"], ["failed"])


@pytest.mark.parametrize(
    ("slip", "said"), [(RAISES, "KeyError"), (DIES, "its process ended in the middle"), (HANGS, "come to an end")]
)
@pytest.mark.parametrize("each", [False, True])
def test_a_slip_of_one_part_is_broken_and_never_the_learners(slip: str, said: str, each: bool, tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", PASSES, slip, PASSES)
    plan = dataclasses.replace(plan_of(course, workspace_with(tmp_path, ECHO), each=each), budget=1.0, slack=1.5)
    verdict = grade(plan)
    assert verdict.outcome is Outcome.BROKEN
    [broken] = [finding for finding in verdict.findings if finding.outcome is Outcome.BROKEN]
    assert (broken.step, broken.title) == ("1.4", "extra 4")
    assert said in broken.message
    assert outcomes(verdict)["1.5"] == ["passed" if each else "skipped"]


def test_a_workspace_that_cannot_be_copied_blocks_all(tmp_path: Path) -> None:
    course = course_with(tmp_path / "course", PASSES, PASSES)
    verdict = grade(plan_of(course, tmp_path / "nowhere"))
    assert (verdict.outcome, verdict.findings) == (Outcome.BLOCKED, ())
    assert "not a folder" in (verdict.message or "")
    each = grade(plan_of(course, tmp_path / "nowhere", each=True))
    assert {finding.outcome for finding in each.findings} == {Outcome.BLOCKED}
    assert [finding.step for finding in each.findings] == ["1.1", "1.3", "1.4"]


def test_no_process_and_no_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    course = course_with(tmp_path / "course", FAILS, HANGS, PASSES)
    before = set(psutil.Process().children(recursive=True))
    # In a process without threads of its own, as the command line is.
    monkeypatch.setattr("threading.active_count", lambda: 1)
    verdict = grade(plan_of(course, workspace_with(tmp_path, ECHO)))
    assert verdict.outcome is Outcome.FAILED
    assert set(psutil.Process().children(recursive=True)) - before == set()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_what_lies_beside_a_course_is_not_looked_at(tmp_path: Path) -> None:
    """Between the checks and the root of the file system there may be hundreds of folders, or one to pass only."""
    above = tmp_path / "above"
    course = course_with(above / "course", PASSES)
    above.chmod(0o311)
    try:
        verdict = grade(plan_of(course, workspace_with(tmp_path, ECHO)))
    finally:
        above.chmod(0o755)
    assert verdict.outcome is Outcome.PASSED, [finding.message for finding in verdict.findings]
