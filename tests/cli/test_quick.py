"""What starts without Typer is what Typer would have run: the same options, and all else is left to it."""

from pathlib import Path

import pytest
from commands import stackwalk
from typer.main import get_command

from stackwalk.cli import app
from stackwalk.quick import COMMANDS, plainly_given, run_quickly


@pytest.mark.parametrize("name", COMMANDS)
def test_a_quick_command_has_the_options_that_its_help_lists(name: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    declared = {
        option: one.name
        for one in commands[name].params
        for option in one.opts
        if option.startswith("-") and option != "--help"
    }
    assert dict(COMMANDS[name][1]) == declared


@pytest.mark.parametrize(
    "words",
    [
        ["list", "--help"],
        ["list", "-h"],
        ["list", "more"],
        ["list", "--from"],
        ["list", "--from=there"],
        ["list", "--from", "--workspace"],
        ["list", "--fro", "there"],
        ["up", "--port", "-1"],
        ["up", "wsgi.py"],
        ["lab", "1"],
        ["--help"],
        [],
    ],
)
def test_what_is_not_plain_is_left_to_typer(words: list[str]) -> None:
    assert run_quickly(words) is None


def test_the_last_one_counts_as_ever() -> None:
    options = COMMANDS["list"][1]
    assert plainly_given(["--from", "one", "--from", "two"], options) == {"course_folder": "two"}


def test_a_plain_line_says_what_the_long_way_says(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for value in ("nowhere", ".", ""):
        plain, long = (stackwalk("list", *words, cwd=here) for words in (["--from", value], [f"--from={value}"]))
        assert plain == long
        assert plain.status == 2
    assert stackwalk("list", cwd=here) == stackwalk("list", "--workspace=mine", cwd=here)
    assert "1.1 Listen" in stackwalk("list", cwd=here).out
