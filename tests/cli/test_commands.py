"""The command line as a shell sees it: what each command prints, where, and with which status."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import environment_in, stackwalk

from stackwalk import __version__
from stackwalk.course.folders import find_course

SOLUTIONS = find_course() / "solutions" / "1-sockets"
COMMANDS = (
    "lab", "check", "watch", "trace", "hint", "solution", "list", "words", "reset", "doctor", "shell", "up", "reload",
    "down", "status", "logs",
)  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def put_solution(step: str, workspace: Path) -> None:
    shutil.copytree(SOLUTIONS / step, workspace, dirs_exist_ok=True)


def test_the_version_is_said_on_one_line(here: Path) -> None:
    ran = stackwalk("--version", cwd=here)
    assert (ran.status, ran.out, ran.err) == (0, f"stackwalk {__version__}\n", "")


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS), ("course", "check")])
def test_every_help_page_has_an_example(words: tuple[str, ...], here: Path) -> None:
    ran = stackwalk(*words, "--help", cwd=here)
    assert ran.status == 0
    assert "Example: stackwalk" in ran.out


def test_the_help_lists_every_command_that_works_and_no_other(here: Path) -> None:
    listed = stackwalk("--help", cwd=here).out.partition("Commands:")[2].split("\n")
    names = {line.split()[0] for line in listed if line.startswith("  ") and not line.startswith("   ")}
    assert names == {*COMMANDS, "course"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chekc",), "Did you mean 'check'?"),
        (("check", "1.99"), "Lab 1 has no step 1.99."),
        (("check", "99"), "There is no lab '99'."),
        (("check", "nonsense"), "nonsense"),
        (("check", "1.0"), "stackwalk lab"),
        (("lab", "7"), "There is no lab '7'."),
        (("lab", "1", "--port", "99999"), "99999 is not a port."),
        (("lab", "1", "--port", "http"), "http is not a port."),
        (("lab", "1", "--all"), "--all belongs to --demo."),
        (("hint", "9.9"), "There is no step 9.9."),
        (("solution", "1.0"), "1.0"),
        (("trace", "https://localhost:8443/"), "https"),
        (("trace", "not a target"), "not a target"),
        (("course", "check", "nowhere"), "nowhere"),
        (("list", "--from", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_run_is_two_sentences_and_status_2(words: tuple[str, ...], said: str, here: Path) -> None:
    (here / "my-stack").mkdir()
    ran = stackwalk(*words, cwd=here)
    assert ran.status == 2, ran.out + ran.err
    assert said in ran.err
    assert ran.out == ""
    what, try_this = ran.err.rstrip("\n").split("\n", 1)
    assert what.endswith((".", "?")), ran.err
    assert try_this, ran.err
    assert "Traceback" not in ran.err


def test_check_without_a_workspace_names_the_one_used_last(here: Path) -> None:
    nothing = stackwalk("check", cwd=here)
    assert nothing.status == 2
    assert "stackwalk lab 1" in nothing.err
    workspace = here / "äh, my stack"
    stackwalk("lab", "1.1", "--plain", "--workspace", str(workspace), cwd=here)
    assert workspace.is_dir()
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    ran = stackwalk("check", cwd=elsewhere, environment={"HOME": environment_in(here)["HOME"]})
    assert ran.status == 2
    assert "äh, my stack" in ran.err


def test_a_passed_check_is_kept_and_says_what_comes_next(here: Path) -> None:
    put_solution("2-answer", here / "my-stack")
    (here / "my-stack" / ".stackwalk").mkdir()
    ran = stackwalk("check", "1.2", cwd=here)
    assert ran.status == 0, ran.out + ran.err
    assert "stackwalk lab 1.3" in ran.out
    listed = stackwalk("list", cwd=here).out
    states = [line.split()[1] for line in listed.split("\n") if " 1." in line]
    assert states[:4] == ["ahead", "passed", "passed", "ahead"]
    assert set(states[4:]) == {"ahead"}


def test_a_failed_check_has_status_1_and_one_json_object(here: Path) -> None:
    put_solution("1-listen", here / "my-stack")
    ran = stackwalk("check", "1.2", "--json", "--seed", "spring", cwd=here)
    verdict = json.loads(ran.out)
    assert ran.status == 1
    assert ran.out.count("\n") == 1
    assert (verdict["outcome"], verdict["seed"], verdict["asked"]) == ("failed", "spring", "1.2")
    first = next(check for check in verdict["checks"] if check["outcome"] == "failed")
    assert first["step"] == "1.2"
    assert first["message"]


@pytest.mark.parametrize("words", [("check", "1.9", "--json"), ("check", "--json", "--nonsense"), ("check", "--json")])
def test_json_is_one_object_even_where_nothing_could_run(words: tuple[str, ...], here: Path) -> None:
    ran = stackwalk(*words, cwd=here)
    verdict = json.loads(ran.out)
    assert ran.status == 2
    assert (verdict["format"], verdict["checks"], verdict["outcome"]) == (1, [], "blocked")
    assert verdict["message"]


def test_hints_grow_plainer_and_are_counted(here: Path) -> None:
    stackwalk("lab", "1.1", "--plain", cwd=here)
    hints = [stackwalk("hint", cwd=here).out for _ in range(4)]
    assert ["Hint 1 of 3" in hints[0], "Hint 2 of 3" in hints[1], "Hint 3 of 3" in hints[2]] == [True] * 3
    assert hints[3] == hints[2]


def test_a_solution_is_shown_and_nothing_is_written(here: Path) -> None:
    (here / "my-stack").mkdir()
    ran = stackwalk("solution", "1.2", cwd=here)
    assert ran.status == 0
    assert "HTTP/1.1 200 OK" in ran.out
    assert list((here / "my-stack").iterdir()) == []


def test_a_solution_shows_what_is_new_in_it_and_names_the_rest(here: Path) -> None:
    (here / "my-stack").mkdir()
    ran = stackwalk("solution", "4.5", cwd=here)
    assert "location /api/" in ran.out
    assert "import socket" not in ran.out
    assert "`stackwalk solution 4.5 --all`" in " ".join(ran.out.split())
    assert "server.py" in ran.out
    assert "import socket" in stackwalk("solution", "4.5", "--all", cwd=here).out


def test_reset_keeps_what_was_typed(here: Path) -> None:
    put_solution("1-listen", here / "my-stack")
    typed = (here / "my-stack" / "server.py").read_bytes()
    ran = stackwalk("reset", "1.1", "--yes", cwd=here)
    assert ran.status == 0, ran.err
    kept = list((here / "my-stack" / ".stackwalk").rglob("server.py"))
    assert [path.read_bytes() for path in kept] == [typed]
    assert str(kept[0]) in ran.out.replace("\n", "")
    assert not (here / "my-stack" / "server.py").exists()
    (back,) = [line for line in ran.out.splitlines() if line.startswith("To have all of it back: ")]
    subprocess.run(["sh", "-c", back.partition(": ")[2]], check=True)
    assert (here / "my-stack" / "server.py").read_bytes() == typed


def test_reset_touches_nothing_where_nobody_can_be_asked(here: Path) -> None:
    put_solution("1-listen", here / "my-stack")
    done = subprocess.run(
        [sys.executable, "-m", "stackwalk", "reset", "1.1"],
        cwd=here, env=environment_in(here), input="n\n", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "server.py" in done.stderr
    assert "--yes" in done.stderr
    assert (here / "my-stack" / "server.py").exists()


def test_reset_in_a_terminal_asks_first(here: Path) -> None:
    put_solution("1-listen", here / "my-stack")
    for answer, stays in ((b"n\n", True), (b"\n", True), (b"y\n", False)):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        done = subprocess.run(
            [sys.executable, "-m", "stackwalk", "reset", "1.1"],
            cwd=here, env=environment_in(here), stdin=theirs, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        os.close(theirs)
        os.close(ours)
        assert done.returncode == 0, done.stderr
        assert "This sets aside server.py" in done.stdout
        assert (here / "my-stack" / "server.py").exists() == stays
        assert ("Nothing was touched." in done.stdout) == stays


def test_a_damaged_progress_file_is_kept_aside_and_said(here: Path) -> None:
    put_solution("1-listen", here / "my-stack")
    state = here / "my-stack" / ".stackwalk"
    state.mkdir()
    stackwalk("check", "1.1", cwd=here)
    (state / "progress.json").write_text("{ not json")
    ran = stackwalk("check", "1.1", cwd=here)
    assert ran.status == 0
    assert "damaged" in ran.err
    assert [path.read_text() for path in state.glob("*damaged*")] == ["{ not json"]
    assert "passed" in stackwalk("list", cwd=here).out


def test_the_words_of_the_course_light_up_where_they_were_met(here: Path) -> None:
    before = stackwalk("words", cwd=here)
    assert before.status == 0
    assert "comes in 1.1" in before.out
    stackwalk("lab", "1.1", "--plain", cwd=here)
    assert "socket:" in stackwalk("words", cwd=here).out


def test_doctor_looks_at_the_machine(here: Path) -> None:
    ran = stackwalk("doctor", cwd=here)
    assert ran.status in (0, 1)
    assert "127.0.0.1 works" in ran.out
    assert "8080" in ran.out


@pytest.mark.parametrize("words", [("list",), ("words",), ("doctor",), ("solution", "1.3"), ("--help",)])
def test_a_reader_that_leaves_early_ends_a_command_quietly(words: tuple[str, ...], here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "stackwalk", *words],
        cwd=here, env=environment_in(here), stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (0, 1)


def test_nothing_is_coloured_where_there_is_no_terminal(here: Path) -> None:
    put_solution("1-listen", here / "my-stack")
    for words in (("check", "1.2"), ("list",), ("lab", "1.1", "--plain"), ("words",)):
        assert "\x1b" not in stackwalk(*words, cwd=here).out


def test_the_workspace_can_be_named_in_the_environment_or_found_upwards(here: Path) -> None:
    named = here / "somewhere"
    put_solution("1-listen", named)
    (named / ".stackwalk").mkdir()
    assert stackwalk("check", "1.1", cwd=here, environment={"STACKWALK_WORKSPACE": str(named)}).status == 0
    deep = named / "deep" / "down"
    deep.mkdir(parents=True)
    assert stackwalk("check", "1.1", cwd=deep, environment={"HOME": environment_in(here)["HOME"]}).status == 0
