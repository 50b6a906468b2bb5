"""What --json prints and --save keeps of real traffic, killed or not; --open and --filter."""

import contextlib
import errno
import json
import os
import pty
import signal
import subprocess
import sys
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import PAGE, PATIENCE, Trace, ask, serving, tracing

from stackwalk.errors import StackwalkError
from stackwalk.trace.opening import Saved
from stackwalk.trace.saving import Saver
from stackwalk.wire.sight import Missed, Opened, Refused

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "trace.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def run(*words: str) -> tuple[int, str, str]:
    """`stackwalk trace WORDS` to its own end: status, stdout, stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "stackwalk", "trace", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def records(text: str | bytes) -> list[Any]:
    """Every line, held to the schema."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert [error.message for line in lines for error in VALIDATOR.iter_errors(line)] == []
    return lines


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode()


def wait_for_lines(path: Path, count: int) -> list[Any]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return records(path.read_bytes())
        time.sleep(0.01)
    raise AssertionError(f"{path} has not got {count} lines")


def wait_for_targets(trace: Trace, *paths: str) -> None:
    for path in paths:
        trace.wait_for(path)


def test_json_is_a_line_an_exchange_and_nothing_else_on_stdout() -> None:
    with serving() as port:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk", "trace", f"localhost:{port}", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process:
            try:
                assert process.stdout is not None and process.stderr is not None
                said = b""
                while b"Ctrl+C ends." not in said:
                    said += process.stderr.readline()
                own = int(said.partition(b"http://localhost:")[2].partition(b" ")[0])
                ask(own, get("/a?b=c"))
                first = process.stdout.readline()
                process.send_signal(signal.SIGINT)
                rest, _ = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
    assert (process.returncode, rest) == (0, b"")
    (line,) = records(first)
    assert (line["record"], line["method"], line["target"], line["status"]) == ("exchange", "GET", "/a?b=c", 200)
    assert b64decode(line["response"]["body_b64"]) == b"<p>Hi\n"
    assert line["times"]["asked"] <= line["times"]["answered"] <= line["times"]["done"]
    assert abs(line["times"]["asked"] - time.time()) < PATIENCE


def test_what_was_saved_is_whole_after_a_kill_and_can_be_opened(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    with serving() as port, tracing(f"localhost:{port}", "--save", str(saved)) as trace:
        for number in range(20):
            ask(trace.port, get(f"/{number}"))
        wait_for_lines(saved, 20)
        trace.process.kill()
        trace.process.wait(PATIENCE)
    lines = records(saved.read_bytes())
    assert [line["target"] for line in lines] == [f"/{number}" for number in range(20)]
    assert {b64decode(line["response"]["head_b64"]) for line in lines} == {PAGE[: -len(b"<p>Hi\n")]}
    status, said, _ = run("--open", str(saved))
    assert status == 0
    assert said.count(" 200 ") == 20
    assert "20 exchanges" in said
    status, said, _ = run("--open", str(saved), "--json", "--filter", "path=/7")
    assert status == 0
    (again,) = records(said)
    assert again | {"notes": []} == lines[7]
    assert {note["code"] for note in again["notes"]} == {"keep-alive"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_har_is_made_at_the_end(tmp_path: Path, number: int) -> None:
    saved = tmp_path / "a.har"
    with serving() as port, tracing(f"localhost:{port}", "--save", str(saved)) as trace:
        ask(trace.port, get("/page"))
        trace.wait_for("/page")
        assert trace.end(number)[0] == (0 if number == signal.SIGINT else 143)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.har"]
    (entry,) = json.loads(saved.read_bytes())["log"]["entries"]
    assert (entry["request"]["url"], entry["response"]["content"]["text"]) == ("http://here/page", "<p>Hi\n")
    status, said, _ = run("--open", str(saved), "-vv")
    assert status == 0
    assert "> Host: here" in said and "<p>Hi" in said and "1 exchange" in said


def test_a_har_is_made_of_the_lines_after_a_kill(tmp_path: Path) -> None:
    saved, lines = tmp_path / "a.har", tmp_path / "a.har.jsonl"
    with serving() as port, tracing(f"localhost:{port}", "--save", str(saved)) as trace:
        ask(trace.port, get("/page"))
        wait_for_lines(lines, 1)
        trace.process.kill()
        trace.process.wait(PATIENCE)
    assert not saved.exists()
    status, said, _ = run("--open", str(lines), "--save", str(saved))
    assert status == 0, said
    assert len(json.loads(saved.read_bytes())["log"]["entries"]) == 1
    assert lines.exists(), "what is opened is never touched"


def test_what_is_there_stays(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    for _ in range(2):
        with serving() as port, tracing(f"localhost:{port}", "--save", str(saved)) as trace:
            ask(trace.port)
            trace.wait_for("/page")
            assert trace.end()[0] == 0
        with saved.open("ab") as file:
            file.write(b'{"format":1,"rec')  # as a kill in the middle of a line leaves it
    status, said, _ = run("--open", str(saved))
    assert status == 0
    assert "2 exchanges" in said
    assert "2 of its lines could not be read." in said


def test_only_what_the_filter_takes_is_shown_and_saved(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    words = ("--save", str(saved), "--filter", "path~/api method=GET")
    with serving() as port, tracing(f"localhost:{port}", *words) as trace:
        for path in ("/page", "/api/1", "/other", "/api/2"):
            ask(trace.port, get(path))
        wait_for_targets(trace, "/api/1", "/api/2")
        status, said = trace.end()
    assert status == 0
    assert "/page" not in said and "/other" not in said
    assert "2 exchanges" in said and "2 more did not match the filter." in said
    assert [line["target"] for line in records(saved.read_bytes())] == ["/api/1", "/api/2"]


@pytest.mark.parametrize(("limit", "kept"), [("0", 0), ("10", 10), ("none", 300_000)])
def test_so_much_of_a_body_is_kept_as_was_asked_for(tmp_path: Path, limit: str, kept: int) -> None:
    saved = tmp_path / "a.jsonl"
    body = bytes(range(250)) * 1200
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with serving(answer) as port, tracing(f"localhost:{port}", "--save", str(saved), "--body-limit", limit) as trace:
        assert ask(trace.port) == answer
        (line,) = wait_for_lines(saved, 1)
    assert b64decode(line["response"]["body_b64"]) == body[:kept]
    assert line["response"]["body_size"] == len(body)


def test_a_terminal_that_stands_still_loses_nothing_of_what_is_saved(tmp_path: Path) -> None:
    """Nobody reads the terminal; one Ctrl+C ends it all the same, with everything in the file."""
    saved = tmp_path / "a.har"
    ours, theirs = pty.openpty()
    environment = {"TERM": "xterm", "PATH": os.environ["PATH"], "HOME": "/"}
    with serving() as port:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackwalk", "trace", f"localhost:{port}", "-vv", "--save", str(saved)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
        )
        os.close(theirs)
        with process, contextlib.closing(os.fdopen(ours, "rb", 0)):
            try:
                said = b""
                while b"Ctrl+C ends." not in said:
                    said += os.read(ours, 65536)
                own = int(said.partition(b"http://localhost:")[2].split()[0])
                for number in range(200):
                    ask(own, get(f"/{number}/{'x' * 500}"))
                wait_for_lines(saved.with_name("a.har.jsonl"), 200)
                process.send_signal(signal.SIGINT)
                assert process.wait(PATIENCE) == 0
            finally:
                process.kill()
    assert len(json.loads(saved.read_bytes())["log"]["entries"]) == 200


def test_a_disk_that_is_full_is_said_and_ends_nothing(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    path = tmp_path / "a.jsonl"
    path.symlink_to("/dev/full")
    with contextlib.closing(Saver(path, 0.0)) as saver:
        for _ in range(2):
            saver.add([Missed(0, 1.0, 5), Refused(1, 1.0, "why")])
        assert saver.problem == os.strerror(errno.ENOSPC)
        assert saver.count == 0


FREE = "localhost:1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "address is missing"),
        ([FREE, "--filter", "method=GET statsu>=400"], "  method=GET statsu>=400\n             ^\n"),
        ([FREE, "--filter", "é世 x"], "  é世 x\n  ^\n"),
        (
            [FREE, "--filter", "method=POST status>=400 path~/api heder:cookie time>1"],
            "  …atus>=400 path~/api heder:cookie ti\n                       ^\n",
        ),
        ([FREE, "--save", "/no/such/folder/a.jsonl"], "There is no folder /no/such/folder"),
        ([FREE, "--save", "a.txt"], "neither .jsonl nor .har"),
        ([FREE, "--save", "/proc/a.jsonl"], "/proc/a.jsonl can't be written"),
        ([FREE, "--save", "/"], "neither"),
        ([FREE, "--body-limit", "much"], "not a limit"),
        ([FREE, "--port", "1"], "both the target and the port"),
        ([FREE, "--host", "0.0.0.0"], "add --allow-remote"),
        ([FREE, "--host", "nobody.invalid"], "Nobody knows an address"),
        ([FREE, "--allow-remote"], "without --host"),
        ([FREE, "--json", "-v"], "-v is for people"),
        ([FREE, "--open", "a.jsonl"], "an address belongs to live traffic"),
        (["--open", "a.jsonl", "--port", "8081"], "--port belongs to live traffic"),
        (["--open", "/no/such.jsonl"], "can't be read"),
        (["--open", "/no/such.har"], "can't be read"),
        (["--open", "/etc/passwd"], "holds no trace"),
    ],
)
def test_what_can_not_be_done_is_said_before_anything_starts(words: list[str], said: str) -> None:
    status, out, complaint = run(*words)
    assert (status, out) == (2, "")
    assert said in complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize("name", ["notes.jsonl", "page.har", "traffic.har.jsonl"])
@pytest.mark.parametrize("words", [[FREE], ["--open", "saved.jsonl"]])
def test_a_file_of_something_else_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved.jsonl").write_bytes(b"")
    mine = '{"log": {"version": "1.2", "creator": {"name": "Firefox"}, "entries": []}}'
    (tmp_path / name).write_text(mine, encoding="utf-8")
    status, out, complaint = run(*words, "--save", "traffic.har" if words == [FREE] and "traffic" in name else name)
    assert (status, out) == (2, "")
    assert "left as it is" in complaint
    assert (tmp_path / name).read_text(encoding="utf-8") == mine
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "saved.jsonl"])


def test_when_a_connection_was_opened_is_in_the_file(tmp_path: Path) -> None:
    lines, har = tmp_path / "a.jsonl", tmp_path / "a.har"
    with serving() as port, tracing(f"localhost:{port}", "--save", str(lines)) as trace:
        ask(trace.port, get("/page"))
        trace.wait_for("/page")
    assert run("--open", str(lines), "--save", str(har))[0] == 0
    (record,) = records(lines.read_bytes())
    for path in (lines, har):
        first, *_ = Saved(path).sights()
        assert isinstance(first, Opened)
        assert record["times"]["opened"] <= first.at <= record["times"]["asked"]


def test_what_is_in_a_file_stays_when_more_is_saved_in_it(tmp_path: Path) -> None:
    lines, har, other = tmp_path / "a.jsonl", tmp_path / "a.har", tmp_path / "b.jsonl"
    har.write_bytes(b"")
    for path in (lines, har, har):
        with serving() as port, tracing(f"localhost:{port}", "--save", str(path)) as trace:
            ask(trace.port, get("/page"))
            trace.wait_for("/page")
            assert trace.end()[0] == 0
    assert len(json.loads(har.read_bytes())["log"]["entries"]) == 2
    assert run("--open", str(lines), "--save", str(har))[0] == 0
    assert len(json.loads(har.read_bytes())["log"]["entries"]) == 3
    for count in (1, 2):
        assert run("--open", str(lines), "--save", str(other))[0] == 0
        assert len(records(other.read_bytes())) == count
    with other.open("ab") as file:
        file.write(b'{"format":1,"rec')
    assert run("--open", str(lines), "--save", str(other))[0] == 0
    assert len(records(other.read_bytes().replace(b'{"format":1,"rec\n', b""))) == 3


def test_what_has_come_to_be_there_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    saver = Saver(tmp_path / "a.har", 0.0)
    (tmp_path / "a.har").write_text("{}", encoding="utf-8")
    with pytest.raises(StackwalkError, match=r"what passed is in .*a\.har\.jsonl"):
        saver.finish()
    saver.close()
    assert (tmp_path / "a.har").read_text(encoding="utf-8") == "{}"


def test_a_har_without_entries_can_be_added_to(tmp_path: Path) -> None:
    har, lines = tmp_path / "a.har", tmp_path / "a.jsonl"
    Saver(har, 0.0).finish()
    with serving() as port, tracing(f"localhost:{port}", "--save", str(lines)) as trace:
        ask(trace.port, get("/page"))
        trace.wait_for("/page")
    assert run("--open", str(lines), "--save", str(har))[0] == 0
    assert len(json.loads(har.read_bytes())["log"]["entries"]) == 1


def test_a_file_is_not_read_and_written_at_once(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    saved.write_bytes(b"")
    status, _, complaint = run("--open", str(saved), "--save", str(saved))
    assert (status, "at once" in complaint) == (2, True)
    status, _, complaint = run("--open", str(saved), "--save", str(tmp_path / "b.har"))
    assert (status, complaint) == (0, "")
    assert json.loads((tmp_path / "b.har").read_bytes())["log"]["entries"] == []


def test_who_lets_other_machines_in_is_warned() -> None:
    with serving() as port, tracing(f"localhost:{port}", "--host", "0.0.0.0", "--allow-remote") as trace:
        assert ask(trace.port) == PAGE
        assert "nobody asks who" in trace.wait_for("/page")
    with serving() as port, tracing(f"localhost:{port}", "--host", "127.0.0.1") as trace:
        said = trace.wait_for("http://127.0.0.1:")
        own = int(said.partition("http://127.0.0.1:")[2].split()[0])
        assert ask(own) == PAGE
        assert "nobody asks" not in trace.wait_for("/page")
