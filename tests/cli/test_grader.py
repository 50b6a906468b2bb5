"""`check --all` and `--junit` as a grader uses them: every step, a score, a report, and plain text in a pipe."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from commands import stackwalk

from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course

COURSE = find_course()
GRADED = [step.id for step in read_course(COURSE).steps if not step.live]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def workspace(here: Path, step: str) -> Path:
    return Path(shutil.copytree(COURSE / "solutions" / "1-sockets" / step, here / "my-stack"))


def test_all_grades_every_step_begun_or_not_and_scores(here: Path) -> None:
    workspace(here, "2-answer")
    ran = stackwalk("check", "--all", "--json", cwd=here)
    verdict = json.loads(ran.out)
    assert ran.status == 1
    assert verdict["asked"] == "all"
    assert verdict["steps"] == GRADED
    assert "skipped" not in {check["outcome"] for check in verdict["checks"]}
    short = {check["step"] for check in verdict["checks"] if check["outcome"] != "passed"}
    assert "1.3" in short
    assert verdict["score"] == {"passed": len(GRADED) - len(short), "of": len(GRADED)}


def test_the_score_is_a_line_of_the_text(here: Path) -> None:
    workspace(here, "2-answer")
    ran = stackwalk("check", "--all", cwd=here)
    [line] = [line for line in ran.out.split("\n") if line.startswith("Score: ")]
    assert line.startswith(f"Score: 2 of {len(GRADED)} steps pass. Not yet: 1.3")
    assert "stackwalk check --all" in ran.out
    assert not {"\x1b", "\r", "\b"} & set(ran.out)


def test_a_step_alone_has_no_score(here: Path) -> None:
    workspace(here, "1-listen")
    assert "Score" not in stackwalk("check", "1.1", cwd=here).out
    assert "score" not in json.loads(stackwalk("check", "1.1", "--json", cwd=here).out)


def test_the_report_has_every_check_of_the_verdict(here: Path) -> None:
    workspace(here, "1-listen")
    ran = stackwalk("check", "1.2", "--json", "--junit", "report.xml", cwd=here)
    verdict = json.loads(ran.out)
    root = Xml.parse(here / "report.xml").getroot()
    cases = {(case.get("classname"), str(case.get("name")).partition(":")[0]): case for case in root.iter("testcase")}
    assert list(cases) == [(f"stackwalk.{check['step']}", check["name"]) for check in verdict["checks"]]
    for check, case in zip(verdict["checks"], cases.values(), strict=True):
        assert (case.find("failure") is not None) is (check["outcome"] == "failed")
        assert case.get("time") == f"{check['seconds']:.3f}"
    assert ran.status == 1


def test_a_report_replaces_the_one_before_whole(here: Path) -> None:
    workspace(here, "1-listen")
    report = here / "report.xml"
    report.write_text("the one before")
    stackwalk("check", "1.1", "--junit", str(report), cwd=here)
    assert Xml.parse(report).getroot().tag == "testsuites"
    assert sorted(path.name for path in here.iterdir()) == ["my-stack", "report.xml"]


@pytest.mark.parametrize(
    ("file", "said"),
    [("nowhere/report.xml", "there is no folder nowhere"), ("my-stack", "that is a folder"), ("x" * 300, "too long")],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_report_that_cannot_be_is_refused_before_anything_runs(
    file: str, said: str, as_json: bool, here: Path
) -> None:
    marker = here / "launched"
    (workspace(here, "1-listen") / "server.py").write_text(f"open({str(marker)!r}, 'w')\n")
    ran = stackwalk("check", "1.1", "--junit", file, *(["--json"] if as_json else []), cwd=here)
    assert ran.status == 2
    assert not marker.exists()
    what, try_this = ran.err.rstrip("\n").split("\n")
    assert said in what
    assert try_this.startswith(("Make that folder", "Name a"))
    if as_json:
        verdict = json.loads(ran.out)
        assert (verdict["asked"], verdict["outcome"]) == ("1.1", "blocked")
        assert said in verdict["message"]
    else:
        assert ran.out == ""


def test_a_report_that_could_not_be_written_in_the_end_is_said_beside_the_verdict(here: Path) -> None:
    reports = here / "reports"
    reports.mkdir()
    program = workspace(here, "1-listen") / "server.py"
    program.write_text(f"import shutil\nshutil.rmtree({str(reports)!r}, True)\n{program.read_text()}")
    ran = stackwalk("check", "1.1", "--json", "--junit", "reports/report.xml", cwd=here)
    assert json.loads(ran.out)["outcome"] == "passed"
    assert ran.status == 2
    assert "could not be written" in ran.err
    assert [path.name for path in here.iterdir()] == ["my-stack"]
