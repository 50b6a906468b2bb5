"""A file whose launches are waited for in vain is not launched for every check anew."""

import dataclasses
import shutil
from pathlib import Path

import pytest
from grading import plan_for

from stackwalk.check.bench import VAIN
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Cause, Outcome
from stackwalk.course.folders import find_course

COURSE = find_course()
GATEWAY = "import time\nopen({path!r}, 'a').write('launched ')\n{before}"
SERVES = (next(COURSE.glob("solutions/3-*/4-*")) / "gateway.py").read_text()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(next(COURSE.glob("solutions/3-*/4-*")), tmp_path / "stack"))


def test_a_gateway_that_is_silent_twice_is_not_launched_again(workspace: Path, tmp_path: Path) -> None:
    log = tmp_path / "launches"
    silent = GATEWAY.format(path=str(log), before="time.sleep(1000)\n")
    (workspace / "gateway.py").write_text(silent + SERVES)
    plan = dataclasses.replace(plan_for(workspace, "3.4", source=COURSE), start_patience=2)

    verdict = grade(plan)

    failed = [one for one in verdict.findings if one.outcome is Outcome.FAILED]
    assert len(failed) == len(verdict.findings) > VAIN
    assert all(one.cause is Cause.NOT_LISTENING for one in failed)
    assert "line 3 of gateway.py: `time.sleep(1000)`" in failed[-1].message
    assert len(log.read_text().split()) == VAIN + 1  # and the one that was launched ahead


def test_a_gateway_that_is_silent_for_one_application_only_serves_the_others(workspace: Path, tmp_path: Path) -> None:
    one = "import sys\nif sys.argv[1] == 'bare':\n    time.sleep(1000)\n"
    (workspace / "gateway.py").write_text(GATEWAY.format(path=str(tmp_path / "launches"), before=one) + SERVES)
    plan = dataclasses.replace(plan_for(workspace, "3.4", source=COURSE), start_patience=2)

    verdict = grade(plan)

    assert [one.name for one in verdict.findings if one.outcome is Outcome.FAILED] == ["it_serves_bare"]
