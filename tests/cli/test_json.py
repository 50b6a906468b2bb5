"""What `check --json` prints, held to docs/check.schema.json, for each way in which a check can end."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from commands import Ran, stackwalk
from jsonschema import Draft202012Validator

from stackwalk.course.folders import find_course

COURSE = find_course()
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "check.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def workspace(here: Path, step: str) -> None:
    shutil.copytree(COURSE / "solutions" / "1-sockets" / step, here / "my-stack")


def course_with(here: Path, check: str) -> str:
    """A copy of the course in which 1.2 has one more check."""
    for name in ("labs", "solutions"):
        shutil.copytree(COURSE / name, here / "course" / name)
    with (here / "course" / "labs" / "1-sockets" / "2-answer" / "check.py").open("a", encoding="utf-8") as file:
        file.write(check)
    return str(here / "course")


def verdict_of(ran: Ran) -> Any:
    """The one object on stdout, held to the schema."""
    verdict = json.loads(ran.out)  # raises where anything stands beside it
    assert [error.message for error in VALIDATOR.iter_errors(verdict)] == []
    return verdict


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_passed_run(here: Path) -> None:
    workspace(here, "3-resources")
    ran = stackwalk("check", "1.3", "--json", cwd=here)
    verdict = verdict_of(ran)
    assert (ran.status, verdict["outcome"], verdict["steps"]) == (0, "passed", ["1.1", "1.2", "1.3"])


def test_a_failed_run_with_what_was_skipped(here: Path) -> None:
    workspace(here, "1-listen")
    ran = stackwalk("check", "1.3", "--json", cwd=here)
    verdict = verdict_of(ran)
    assert (ran.status, verdict["outcome"]) == (1, "failed")
    assert {check["outcome"] for check in verdict["checks"]} == {"passed", "failed", "skipped"}
    assert any(check["transcript"] for check in verdict["checks"])


def test_a_blocked_run_by_a_check(here: Path) -> None:
    workspace(here, "3-resources")
    course = course_with(
        here, '\nimport pytest\n\ndef test_it():\n    """it needs nginx"""\n    pytest.skip("nginx is not here")\n'
    )
    ran = stackwalk("check", "1.2", "--json", "--from", course, cwd=here)
    verdict = verdict_of(ran)
    assert (ran.status, verdict["outcome"]) == (2, "blocked")
    assert [check["cause"] for check in verdict["checks"] if check["outcome"] == "blocked"] == ["needs"]


def test_a_broken_run(here: Path) -> None:
    workspace(here, "3-resources")
    course = course_with(here, '\n\ndef test_it(server):\n    """it works"""\n    raise KeyError("slip")\n')
    ran = stackwalk("check", "1.2", "--json", "--from", course, cwd=here)
    verdict = verdict_of(ran)
    assert (ran.status, verdict["outcome"]) == (3, "broken")
    assert "slip of the lab's" in verdict["checks"][-1]["message"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("1.99",), "1.99"),
        (("7",), "7"),
        (("nonsense\x1b[31m",), "nonsense\x1b[31m"),
        (("--nonsense", "1.1"), "1.1"),
        (("--seed",), ""),
        (("1.1", "--all"), "all"),
        (("--workspace", "nowhere"), ""),
        (("--from", "nowhere", "1.1"), "1.1"),
        ((), ""),
    ],
)
def test_a_run_that_could_not_be(words: tuple[str, ...], asked: str, here: Path) -> None:
    ran = stackwalk("check", "--json", *words, cwd=here)
    verdict = verdict_of(ran)
    assert (ran.status, verdict["outcome"], verdict["checks"]) == (2, "blocked", [])
    assert verdict["asked"] == asked
    assert verdict["message"]


def test_a_workspace_that_is_too_large_to_copy(here: Path) -> None:
    workspace(here, "3-resources")
    with (here / "my-stack" / "holes.bin").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    ran = stackwalk("check", "1.1", "--json", cwd=here)
    verdict = verdict_of(ran)
    assert (ran.status, verdict["outcome"], verdict["checks"]) == (2, "blocked", [])
    assert "100 MB" in verdict["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"outcome": "failed"},
        {"checks": []},
        {"steps": ["one"]},
        {"seconds": -1},
        {"checks": [{"step": "1.1"}]},
    ],
)
def test_the_schema_refuses_what_is_not_so(change: dict[str, Any], here: Path) -> None:
    check: dict[str, Any] = {
        "step": "1.1", "name": "it", "title": "it works", "outcome": "passed", "cause": None, "message": "",
        "expected": "", "actual": "", "hint": "", "transcript": [],
    }  # fmt: skip
    good = {
        "format": 1, "asked": "1.1", "steps": ["1.1"], "seed": "a", "seconds": 0.1, "outcome": "passed",
        "checks": [check],
    }  # fmt: skip
    assert VALIDATOR.is_valid(good)
    assert VALIDATOR.is_valid({**good, "later": "more"}), "the format grows"
    failed = {**check, "outcome": "failed", "cause": "a cause of tomorrow", "message": "It fell over."}
    assert VALIDATOR.is_valid({**good, "outcome": "failed", "checks": [failed]})
    assert not VALIDATOR.is_valid({**good, **change})
