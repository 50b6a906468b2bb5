"""`stackwalk watch` in a process of its own: what it tells after each way to save, and that it leaves nothing."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from commands import PATIENCE, environment_in

from stackwalk.course.folders import find_course

COURSE = find_course()
RIGHT = (COURSE / "solutions" / "1-sockets" / "2-answer" / "server.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("HTTP/1.1 200 OK", "HTTP/1.1 418 OK")
PASSED, NOT_YET = "1.2 passed", "1.2: not yet"


class Watching:
    """A running `stackwalk watch`, and all that it has said."""

    def __init__(self, process: "subprocess.Popen[bytes]", temporary: Path) -> None:
        self.process = process
        self.temporary = temporary
        self.said = ""

    def read_until(self, word: str) -> str:
        """What it says up to and with the word's next appearance; that is read away."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while word not in self.said:
            assert select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0], self.said
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, f"it ended: {self.said}"
            self.said += data.decode()
        before, _, self.said = self.said.partition(word)
        return before + word

    def family(self) -> list[psutil.Process]:
        """The process and all that it started."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def end(self, number: int = signal.SIGINT) -> int:
        """Send it the signal; its exit status."""
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "my stäck"
    folder.mkdir()
    (folder / "server.py").write_text(RIGHT, encoding="utf-8")
    return folder


@contextlib.contextmanager
def watching(workspace: Path, *words: str, start: tuple[str, ...] = ("-m", "stackwalk")) -> Iterator[Watching]:
    """`stackwalk watch 1.2` for the length of a block, once its first verdict is told; `start` is what Python runs."""
    temporary = workspace.parent / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, *start, "watch", *(words or ("1.2",)), "--workspace", str(workspace)],
        cwd=workspace.parent, env=environment_in(workspace, {"TMPDIR": str(temporary)}),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        watch = Watching(process, temporary)
        try:
            assert "Ctrl+C ends it" in watch.read_until(PASSED)
            yield watch
        finally:
            if process.poll() is None:
                process.kill()


def in_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def by_rename(file: Path, text: str) -> None:
    other = file.with_name(".server.py.swp")
    other.write_text(text, encoding="utf-8")
    other.replace(file)


def by_moving_away(file: Path, text: str) -> None:
    file.rename(file.with_name("server.py~"))
    file.write_text(text, encoding="utf-8")


def twice(file: Path, text: str) -> None:
    file.write_text("", encoding="utf-8")
    file.write_text(text[: len(text) // 2], encoding="utf-8")
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("save", [in_place, by_rename, by_moving_away, twice])
def test_each_way_to_save_has_its_verdict(save: object, workspace: Path) -> None:
    assert callable(save)
    with watching(workspace) as watch:
        for text, word in ((WRONG, NOT_YET), (RIGHT, PASSED), (WRONG, NOT_YET)):
            save(workspace / "server.py", text)
            said = watch.read_until(word)
            assert "server.py changed" in said
            assert "\x1b" not in said
        assert watch.end() == 0


# As on file systems from which no news comes, and where the system gives no more of it.
DEAF = {
    "no news": "def watch(*folders, stop_event, **options):\n    stop_event.wait()\n    return iter(())\n",
    "refused": "def watch(*folders, **options):\n    raise OSError('no watches left')\n",
}


@pytest.mark.parametrize("how", DEAF)
def test_a_save_is_noticed_where_the_file_system_tells_of_none(how: str, workspace: Path) -> None:
    deaf = workspace.parent / "deaf.py"
    call = "import stackwalk.__main__\nstackwalk.__main__.main()\n"
    deaf.write_text(f"import watchfiles\n{DEAF[how]}watchfiles.watch = watch\n{call}", encoding="utf-8")
    with watching(workspace, start=(str(deaf),)) as watch:
        for save in (in_place, by_rename, by_moving_away):
            save(workspace / "server.py", WRONG)
            assert "server.py changed" in watch.read_until(NOT_YET)
            save(workspace / "server.py", RIGHT)
            assert "server.py changed" in watch.read_until(PASSED)
        assert watch.end() == 0


def test_a_save_while_a_check_runs_begins_anew_and_the_older_verdict_never_counts(workspace: Path) -> None:
    launched = workspace.parent / "launched"
    never_ready = f"import pathlib, time\npathlib.Path({str(launched)!r}).touch()\ntime.sleep(3600)\n"
    with watching(workspace) as watch:
        in_place(workspace / "server.py", never_ready)
        deadline = time.monotonic() + PATIENCE
        while not launched.exists() and time.monotonic() < deadline:
            select.select([], [], [], 0.01)
        assert launched.exists()
        in_place(workspace / "server.py", RIGHT)
        said = watch.read_until(PASSED)
        assert "not yet" not in said
        in_place(workspace / "server.py", WRONG)
        assert "418" in watch.read_until("418")
        assert watch.end() == 0


def test_a_new_file_and_one_that_is_gone_are_saves_as_well(workspace: Path) -> None:
    with watching(workspace) as watch:
        (workspace / "server.py").unlink()
        watch.read_until(NOT_YET)
        in_place(workspace / "server.py", RIGHT)
        watch.read_until(PASSED)
        in_place(workspace / "index.html", "hi")
        assert "index.html changed" in watch.read_until(PASSED)
        assert watch.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(number: signal.Signals, workspace: Path) -> None:
    with watching(workspace) as watch:
        family = watch.family()
        assert len(family) > 1, "the warm process at least"
        status = watch.end(number)
        assert (
            status == {signal.SIGINT: 0, signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGKILL: -signal.SIGKILL}[number]
        )
        gone, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert alive == []
        assert len(gone) == len(family)
        left = [path.name for path in watch.temporary.iterdir()]
        assert left == [], left


def test_a_warm_process_that_was_killed_is_replaced(workspace: Path) -> None:
    with watching(workspace) as watch:
        warm = psutil.Process(watch.process.pid).children()
        assert len(warm) == 1
        warm[0].kill()
        gone, _ = psutil.wait_procs(warm, timeout=PATIENCE)
        assert gone == warm
        in_place(workspace / "server.py", WRONG)
        watch.read_until(NOT_YET)
        in_place(workspace / "server.py", RIGHT)
        watch.read_until(PASSED)
        assert watch.end() == 0


def test_a_check_that_its_author_changes_is_the_one_that_counts(workspace: Path) -> None:
    course = workspace.parent / "course"
    for name in ("labs", "solutions"):
        shutil.copytree(COURSE / name, course / name)
    check = course / "labs" / "1-sockets" / "2-answer" / "check.py"
    with watching(workspace, "1.2", "--from", str(course)) as watch:
        with check.open("a", encoding="utf-8") as file:
            file.write('\n\ndef test_more(server):\n    """more is asked now"""\n    assert False, "Not this."\n')
        assert "more is asked now" in watch.read_until("Not this.")
        in_place(workspace / "server.py", RIGHT + "\n")
        watch.read_until("Not this.")
        assert watch.end() == 0


def test_what_cannot_be_graded_is_said_at_once(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stackwalk", "watch", "1.99", "--workspace", str(workspace)],
        cwd=workspace.parent, env=environment_in(workspace), capture_output=True, text=True, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "no step 1.99" in done.stderr


def test_it_ends_when_nobody_reads_any_longer(workspace: Path) -> None:
    with watching(workspace) as watch:
        assert watch.process.stdout is not None
        watch.process.stdout.close()
        in_place(workspace / "server.py", WRONG)
        assert watch.process.wait(PATIENCE) == 0
