"""What was printed: the first and the last of it, what is missing counted, and the traceback in it."""

import os
import random
import sys
import time
from pathlib import Path

from bench import PATIENT

from stackwalk.stack.environment import PROBE_FILE
from stackwalk.stack.launch import guarding
from stackwalk.stack.output import Output, last_error_line, learner_traceback


def fed(*pieces: bytes, keep: int = 10) -> Output:
    output = Output(keep)
    for piece in pieces:
        output.feed(piece)
    return output


def test_little_is_kept_whole() -> None:
    output = fed(b"hello ", "wörld".encode())
    assert output.text() == "hello wörld"
    assert (output.total, output.dropped) == (12, 0)


def test_much_keeps_its_first_and_its_last() -> None:
    output = fed(b"0123456789" + b"x" * 1000 + b"abcdefghij")
    assert output.text() == "0123456789\n… 1,000 bytes left out …\nabcdefghij"
    assert (output.total, output.dropped) == (1020, 1000)


def test_any_pieces_make_the_same_text() -> None:
    data = bytes(random.Random(1).choices(b"abc\n", k=3000))
    whole = fed(data, keep=100)
    for seed in range(50):
        pick = random.Random(seed)
        output = Output(100)
        at = 0
        while at < len(data):
            size = pick.choice((1, 7, 99, 100, 101, 500))
            output.feed(data[at : at + size])
            at += size
        assert (output.text(), output.total, output.dropped) == (whole.text(), whole.total, whole.dropped)


def test_nothing_is_said_to_be_missing_where_nothing_is() -> None:
    for size in range(25):
        output = fed(b"x" * size)
        assert ("left out" in output.text()) == (output.dropped > 0) == (size > 20)


def test_since_a_mark_is_what_came_after_it() -> None:
    data = bytes(range(65, 91)) * 4
    for first in range(0, 60, 7):
        output = fed(data[:first])
        mark = output.mark()
        output.feed(data[first:])
        text = output.since(mark)
        if "left out" not in text:
            assert text == data[first:].decode()
        else:
            head, gap, tail = text.split("\n")
            assert head + tail == data[first:10].decode() + data[-10:].decode()
            assert gap == f"… {len(data) - first - len(head) - 10:,} bytes left out …"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert fed(b"\xff\xfe\x00").text() == "\ufffd\ufffd\x00"


def test_a_watcher_gets_whole_lines() -> None:
    seen: list[tuple[str, ...]] = []
    output = Output()
    output.watch(seen.append)
    output.feed(b"one\ntw")
    output.feed(b"o\nthree")
    assert seen == [("one",), ("two",)]


def test_a_watcher_that_comes_late_gets_what_was_printed_before() -> None:
    seen: list[str] = []
    output = Output()
    output.feed(b"one\ntw")
    output.watch(seen.extend)
    output.feed(b"o\n")
    assert seen == ["one", "two"]


def test_a_last_line_without_an_end_is_passed_on_at_the_end() -> None:
    seen: list[str] = []
    output = Output()
    output.watch(seen.extend)
    output.feed(b"one\ntwo")
    output.finish()
    output.finish()
    assert seen == ["one", "two"]
    late: list[str] = []
    output.watch(late.extend)
    assert late == ["one", "two"]


def test_a_watcher_of_a_flood_is_told_how_much_it_does_not_get() -> None:
    seen: list[tuple[str, ...]] = []
    output = Output()
    output.watch(seen.append)
    output.feed(b"line\n" * 1000)
    assert len(seen[0]) == 201
    assert seen[0][-1] == "… 800 more lines"


def test_a_line_without_end_does_not_grow() -> None:
    seen: list[tuple[str, ...]] = []
    output = Output()
    output.watch(seen.append)
    for _ in range(100):
        output.feed(b"x" * 10_000)
    output.feed(b"\nnext\n")
    assert [len(line) for lines in seen for line in lines] == [4096, 4]


TRACEBACK = f"""before
Traceback (most recent call last):
  File "/home/me/server.py", line 3, in <module>
    door.bind(("127.0.0.1", 8080))
  File "{PROBE_FILE}", line 182, in bind
    raw_bind(self, instead)
    ~~~~~~~~^^^^^^^^^^^^^^^
OSError: [Errno 98] Address already in use
after
"""


def test_the_probe_is_not_in_what_is_shown() -> None:
    expected = TRACEBACK.splitlines()
    del expected[4:7]
    output = fed(TRACEBACK.encode(), keep=10_000)
    assert output.text().splitlines() == expected
    assert learner_traceback(output.text()) == "\n".join(expected[1:5])
    assert last_error_line(output.text()) == "OSError: [Errno 98] Address already in use"


def test_the_probe_is_not_in_what_a_watcher_gets_however_it_comes() -> None:
    expected = TRACEBACK.splitlines()
    del expected[4:7]
    for size in (1, 3, 50, 117, 10_000):
        seen: list[str] = []
        output = Output()
        output.watch(seen.extend)
        for at in range(0, len(TRACEBACK), size):
            output.feed(TRACEBACK.encode()[at : at + size])
        assert seen == expected


def test_the_probe_is_not_in_an_exception_group_either() -> None:
    text = f"""  + Exception Group Traceback (most recent call last):
  |   File "/home/me/server.py", line 5, in <module>
  |     asyncio.run(main())
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/home/me/server.py", line 3, in serve
    |     door.bind(("", 8080))
    |   File "{PROBE_FILE}", line 182, in bind
    |     raw_bind(self, instead)
    | OSError: [Errno 98] Address already in use
    +------------------------------------
"""
    expected = text.splitlines()
    del expected[8:10]
    assert fed(text.encode(), keep=10_000).text().splitlines() == expected


def test_a_mark_within_a_hidden_frame_shows_none_of_it() -> None:
    at = TRACEBACK.index("raw_bind") - 2
    output = fed(TRACEBACK[:at].encode(), keep=10_000)
    mark = output.mark()
    output.feed(TRACEBACK[at:].encode())
    assert "OSError" in output.since(mark)
    assert "File" not in output.since(mark)


def test_the_last_traceback_is_the_one() -> None:
    text = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nA: 1\n\nDuring\n\n' + TRACEBACK
    found = learner_traceback(text)
    assert found is not None
    assert found.startswith('Traceback (most recent call last):\n  File "/home/me/server.py"')


def test_a_syntax_error_has_no_line_called_traceback() -> None:
    text = '  File "server.py", line 1\n    def\n       ^\nSyntaxError: invalid syntax\n'
    assert learner_traceback(text) == text.rstrip("\n")
    assert last_error_line(text) == "SyntaxError: invalid syntax"


def test_what_is_no_traceback_is_none() -> None:
    assert learner_traceback("hello\nOSError: none\n") is None
    assert last_error_line("hello") is None


def test_what_was_printed_before_something_else_was_seen_is_there(tmp_path: Path) -> None:
    asking = tmp_path / "asking"
    answered = tmp_path / "answered"
    os.mkfifo(asking)
    source = (
        "import os\nasked = os.open('asking', os.O_RDWR)\nwhile word := os.read(asked, 1):\n    os.write(1, word)\n"
    )
    source += "    with open('answered', 'ab') as file:\n        file.write(b'.')\n"
    with guarding() as guardian:
        program = guardian.launch([sys.executable, "-c", source], cwd=tmp_path, environment=dict(os.environ))
        line = os.open(asking, os.O_RDWR)
        try:
            for count in range(1, 40):
                os.write(line, b"x")
                deadline = time.monotonic() + PATIENT
                while not answered.exists() or answered.stat().st_size < count:
                    assert time.monotonic() < deadline
                assert program.printed().text() == "x" * count
        finally:
            os.close(line)
