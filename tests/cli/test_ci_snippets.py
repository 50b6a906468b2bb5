"""The commands of docs/ci.md, run by a shell as the services run them."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from commands import PATIENCE, environment_in

from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course
from stackwalk.course.reading import read_course

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
COURSE = read_course(find_course())
SMALL = read_course(Path(__file__).parents[1] / "check" / "fixture_labs")
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]  # as Actions runs `shell: bash`
PLAIN = ["sh", "-e", "-c"]


def snippet(heading: str) -> str:
    """The block of code under a heading."""
    found = re.search(rf"^## {heading}$.*?^```\w+\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/ci.md has no {heading}"
    return found[1]


def actions() -> str:
    return "\n".join(re.findall(r"^ *- run: (.+)$", snippet("GitHub Actions"), re.MULTILINE))


def gitlab() -> str:
    script = re.search(r"^  script:\n((?:    - .+\n)+)", snippet("GitLab CI"), re.MULTILINE)
    assert script is not None
    return "\n".join(re.findall(r"- (.+)", script[1]))


def repository_in(folder: Path, course: Course = COURSE) -> Path:
    """A learner's repository with every step of a course done, and a folder of commands beside it."""
    solution = [step.solution for step in course.steps if step.solution is not None][-1]
    commands = folder / "bin"
    commands.mkdir()
    # What pip would install is the project under test; that pip is called is seen in a file.
    python = commands / "python"
    installed = f'printf "%s\\n" "$*" >> {str(folder / "installed")!r}'
    python.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "-m pip" ] && {{ {installed}; exit 0; }}\nexec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    launcher = commands / "stackwalk"
    source = "" if course is COURSE else f" --from {str(course.root)!r}"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stackwalk "$@"{source}\n')
    launcher.chmod(0o755)
    return Path(shutil.copytree(solution, folder / "repository"))


def run(shell: list[str], script: str, repository: Path) -> "subprocess.CompletedProcess[str]":
    environment = environment_in(repository)
    environment["PATH"] = f"{repository.parent / 'bin'}:{environment['PATH']}"
    environment |= {"STACKWALK": "a place", "GITHUB_STEP_SUMMARY": str(repository.parent / "summary")}
    return subprocess.run(
        [*shell, script], cwd=repository, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


# The whole course once, and elsewhere one that is graded in a second.
RUNS = [
    pytest.param(BASH, actions, COURSE, True, id="actions, the whole course"),
    pytest.param(BASH, actions, SMALL, False, id="actions"),
    pytest.param(PLAIN, gitlab, SMALL, True, id="gitlab"),
    pytest.param(PLAIN, gitlab, SMALL, False, id="gitlab, not yet"),
]


@pytest.mark.parametrize(("shell", "script", "course", "right"), RUNS)
def test_a_service_grades_every_step(
    shell: list[str], script: Callable[[], str], course: Course, right: bool, tmp_path: Path
) -> None:
    repository = repository_in(tmp_path, course)
    if not right:
        for file in (file for file in repository.iterdir() if file.is_file()):
            file.write_text("print('not yet')\n")
    done = run(shell, script(), repository)
    assert done.returncode == (0 if right else 1), done.stdout + done.stderr
    graded = len([step for step in course.steps if not step.live])
    score = f"Score: {graded if right else 0} of {graded} steps pass."
    assert score in done.stdout
    assert "\x1b" not in done.stdout
    assert (tmp_path / "installed").read_text() == "-m pip install a place\n"
    suites = Xml.parse(repository / "report.xml").getroot()
    assert len(suites) == graded
    assert (suites.find("*/testcase/failure") is None) is right
    if script is actions:
        assert score in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(("program", "said"), [("", "failed"), (None, "passed")])
def test_a_step_alone(program: str | None, said: str, tmp_path: Path) -> None:
    repository = repository_in(tmp_path)
    if program is not None:
        (repository / "server.py").write_text(program)
    done = run(PLAIN, snippet("Anywhere else"), repository)
    assert done.returncode == 0
    assert done.stdout == ("status 1\n" if said == "failed" else "") + f"{said}\n"
