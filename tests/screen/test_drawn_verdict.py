"""A verdict as it is read, at two widths."""

import io
import itertools
import random
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import RenderableType

from stackwalk.check.verdict import Cause, Finding, Outcome, Piece, Verdict
from stackwalk.screen.console import make_console
from stackwalk.screen.news import draw_traceback
from stackwalk.screen.verdict import draw_verdict

PASSED = Finding("1.2", "a", "three clients get the status 200", Outcome.PASSED)
FAILED = Finding(
    "1.2",
    "b",
    "they get the body Hi there!",
    Outcome.FAILED,
    Cause.WRONG_ANSWER,
    "The body is not what was asked for.",
    "Hi there!",
    "Hi here!\n   ^",
    "Compare letter by letter.",
    (
        Piece(0.0, "client", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Piece(0.0031, "server", b"HTTP/1.1 200 OK\n\nHi here!", 12),
    ),
    'Traceback (most recent call last):\n  File "server.py", line 3\nNameError: x',
)
SKIPPED = Finding("1.2", "c", "each knows where the body ends", Outcome.SKIPPED)
EARLIER = Finding("1.1", "still_runs", "it still runs", Outcome.PASSED)


def verdict(*findings: Finding, asked: str = "1.2", message: str | None = None) -> Verdict:
    return Verdict(asked, ("1.2",), "7", 0.214, findings, message)


def as_text(drawn: RenderableType, width: int) -> str:
    stream = io.StringIO()
    make_console(stream, environ={"COLUMNS": str(width)}).show(drawn)
    return stream.getvalue()


NOT_YET = """\
✘ 1.2: not yet. 2 of 4 checks passed.
  ✔ passed   1.1: 1 check as before
  ✔ passed   three clients get the status 200
  ✘ not yet  they get the body Hi there!
  – skipped  each knows where the body ends

  The body is not what was asked for.
  expected  Hi there!
  actual    Hi here!
               ^

  What went over the wire:
    0.000 s client  GET / HTTP/1.1\\r\\n
                    Host: localhost\\r\\n
                    \\r\\n
    0.003 s server  HTTP/1.1 200 OK\\n
                    \\n
                    Hi here!
                    (12 more bytes)

  What your program printed:
  | Traceback (most recent call last):
  |   File "server.py", line 3
  | NameError: x

  Try: Compare letter by letter.

→ Change server.py and save it.
"""

NARROW = """\
✘ 1.2: not yet. 1 of 2 checks passed.
  ✔ passed   three clients get the
             status 200
  ✘ not yet  they get the body Hi there!

  The body is not what was asked for.
  expected  Hi there!
  actual    Hi here!
               ^

  What went over the wire:
    0.000 s client  GET / HTTP/1.1\\r\\n
                    Host: localhost\\r\\n
                    \\r\\n
    0.003 s server  HTTP/1.1 200 OK\\n
                    \\n
                    Hi here!
                    (12 more bytes)

  What your program printed:
  | Traceback (most recent call last):
  |   File "server.py", line 3
  | NameError: x

  Try: Compare letter by letter.
"""


def test_not_yet_names_first_what_works() -> None:
    drawn = draw_verdict(verdict(EARLIER, FAILED, PASSED, SKIPPED), 72, "Change server.py and save it.")
    assert as_text(drawn, 72) == NOT_YET


def test_what_a_passed_check_has_to_say_stands_below_it() -> None:
    said = replace(PASSED, message="The fourth client waited 2 ms.")
    text = as_text(draw_verdict(verdict(said), 72), 72)
    assert "status 200\n             The fourth client waited 2 ms." in text


def test_checks_that_fall_short_for_the_same_reason_are_counted() -> None:
    others = [replace(FAILED, name=f"other_{number}") for number in range(2)]
    text = as_text(draw_verdict(verdict(FAILED, *others), 72), 72)
    assert "\n\n  2 other checks fall short for the same reason.\n" in text
    other = replace(FAILED, name="else", message="Something else.")
    assert "1 other check falls short" in as_text(draw_verdict(verdict(FAILED, others[0], other), 72), 72)
    assert "other check" not in as_text(draw_verdict(verdict(FAILED, other), 72), 72)


def test_it_can_be_read_on_forty_columns() -> None:
    assert as_text(draw_verdict(verdict(PASSED, FAILED), 40), 40) == NARROW


def test_passing_says_what_was_passed() -> None:
    text = as_text(draw_verdict(verdict(PASSED), 72, "Press n to go on."), 72)
    assert text.splitlines() == [
        "✔ 1.2 passed: 1 check in 0.21 s.",
        "  ✔ passed   three clients get the status 200",
        "",
        "→ Press n to go on.",
    ]


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (
            Finding("1.2", "a", "t", Outcome.BLOCKED, Cause.NEEDS, "No curl."),
            "could not be checked",
        ),
        (Finding("1.2", "a", "t", Outcome.BROKEN, None, "Our slip."), "That is our fault, not yours"),
    ],
)
def test_whose_fault_it_is_is_said(finding: Finding, said: str) -> None:
    text = as_text(draw_verdict(verdict(finding), 72), 72)
    assert said in text
    assert finding.message in text


def test_where_nothing_could_run_it_is_said_why() -> None:
    text = as_text(draw_verdict(verdict(message="The folder is too large."), 72), 72)
    assert "The folder is too large." in text


def test_the_mark_keeps_its_place_where_both_are_too_long_for_the_screen() -> None:
    wanted, got = "a" * 70 + "X" + "b" * 30, "a" * 70 + "Y" + "b" * 30
    finding = Finding("1.2", "a", "t", Outcome.FAILED, Cause.WRONG_ANSWER, "", wanted, f"{got}\n{' ' * 70}^")
    lines = as_text(draw_verdict(verdict(finding), 40), 40).splitlines()
    expected = next(line for line in lines if "expected" in line)
    actual, mark = lines[lines.index(expected) + 1 :][:2]
    place = mark.index("^")
    assert (expected[place], actual[place]) == ("X", "Y")
    assert max(map(len, (expected, actual, mark))) <= 40


def test_only_the_first_problem_is_shown_whole_unless_all_are_asked_for() -> None:
    second = Finding("1.2", "d", "another", Outcome.FAILED, Cause.SILENT, "It said nothing.")
    assert "It said nothing." not in as_text(draw_verdict(verdict(FAILED, second), 72), 72)
    assert "It said nothing." in as_text(draw_verdict(verdict(FAILED, second), 72, whole=True), 72)


def test_the_same_problem_is_told_once() -> None:
    twice = [Finding("1.2", name, name, Outcome.FAILED, Cause.MISSING_FILE, "No file.") for name in "ab"]
    assert as_text(draw_verdict(verdict(*twice), 72, whole=True), 72).count("No file.") == 1


def test_a_long_transcript_keeps_its_beginning_and_its_end() -> None:
    pieces = tuple(Piece(number / 100, "client", b"line %d\r\n" % number) for number in range(500))
    finding = Finding("1.2", "a", "t", Outcome.FAILED, Cause.SILENT, transcript=pieces)
    text = as_text(draw_verdict(verdict(finding), 72), 72)
    assert "line 0\\r\\n" in text and "line 499\\r\\n" in text and "lines are left out here" in text
    assert len(text.splitlines()) < 40


anything = st.text(st.characters(), max_size=60)


@settings(max_examples=60)
@given(st.tuples(*[anything] * 5), st.binary(max_size=80), st.sampled_from([40, 72]))
def test_whatever_a_program_says_no_terminal_obeys_it(texts: tuple[str, ...], data: bytes, width: int) -> None:
    message, expected, actual, hint, output = texts
    finding = Finding(
        "1.2", "a", message, Outcome.FAILED, Cause.SILENT, message, expected, actual, hint,
        (Piece(0.0, "server", data),), output,
    )  # fmt: skip
    text = as_text(draw_verdict(verdict(finding, message=message, asked=hint), width, whole=True), width)
    assert [one for one in text if unicodedata.category(one) in {"Cc", "Cf", "Cs"} and one != "\n"] == []


def test_what_is_no_text_is_counted_and_not_drawn() -> None:
    binary = random.Random(7).randbytes(30_000)
    head = b"POST /x HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"
    pieces = (
        Piece(0.0, "client", head + binary, 70_000),
        Piece(0.1, "server", "HTTP/1.1 200 OK\r\n\r\nCafé 日本\n".encode()),
        Piece(0.2, "client", b"\xff\xfe\xfd\x80 /\x99\r\n"),
    )
    finding = Finding("1.7", "a", "t", Outcome.FAILED, Cause.SILENT, "m", transcript=pieces)
    text = as_text(draw_verdict(verdict(finding), 100), 100)
    assert "Content-Length: 100000" in text and "Café 日本" in text
    assert "(100,000 bytes that are no text: " in text
    assert r"\xff\xfe\xfd\x80 /\x99\r\n" in text
    assert "left out" not in text
    assert len(text.split("\n")) < 20


def test_where_nothing_is_expected_by_its_letters_no_empty_line_says_that_nothing_is() -> None:
    finding = Finding("3.6", "b", "t", Outcome.FAILED, Cause.WRONG_ANSWER, "m", actual="kill: Illegal number")
    text = as_text(draw_verdict(verdict(finding, asked="3.6"), 80), 80)
    assert "actual    kill: Illegal number" in text
    assert "expected" not in text


def test_what_could_be_better_stands_apart_from_the_checks_and_is_said_once() -> None:
    notes = ("nginx.conf, line 3: one.", "nginx.conf, line 9: two.")
    noted = [replace(one, notes=notes) for one in (PASSED, FAILED)]
    text = as_text(draw_verdict(verdict(*noted), 80), 80)
    assert text.endswith("\n  Worth a look, too:\n  • nginx.conf, line 3: one.\n  • nginx.conf, line 9: two.\n")
    assert text.count("line 3: one.") == 1
    alone = as_text(draw_verdict(verdict(noted[0]), 80), 80)
    assert "line 9: two." in alone and "Worth a look" not in as_text(draw_verdict(verdict(PASSED), 80), 80)


LONG = """\
Traceback (most recent call last):
  File "/home/learner/my-stack/server.py", line 4, in <module>
    listener.bind(("127.0.0.1", 8080, some_extra, more))
                               ~~~~~~^^^^^^^^^^^
    short = 1 / 0
            ~~^~~
TypeError: no
"""


@pytest.mark.parametrize("width", range(24, 90, 4))
def test_a_mark_under_an_errors_place_stays_under_it_however_narrow_the_screen(width: int) -> None:
    own = replace(FAILED, output=LONG, transcript=(), expected="", actual="")
    shown = as_text(draw_verdict(verdict(own), width), width).splitlines()
    live = as_text(draw_traceback("server.py", LONG, width), width).splitlines()
    for rows in ([row[4:] for row in shown], [row[12:] for row in live]):
        marked = "".join(
            above.ljust(width)[place]
            for above, row in itertools.pairwise(rows)
            if row.strip() and not row.strip(" ~^")
            for place in range(len(row))
            if row[place] in "~^"
        )
        assert marked == " 8080, some_extra" + "1 / 0"


def test_what_is_wrong_is_said_again_where_much_stands_below_it() -> None:
    long = replace(FAILED, output="\n".join(f"line {number}" for number in range(40)))
    short = replace(FAILED, transcript=())
    for finding, again, times in ((short, True, 1), (long, True, 2), (long, False, 1)):
        drawn = as_text(draw_verdict(verdict(finding), 80, "Change server.py and save it.", again=again), 80)
        assert drawn.count("The body is not what was asked for.") == times
    below = as_text(draw_verdict(verdict(long), 80, "Change server.py and save it.", again=True), 80)
    assert below.endswith("  The body is not what was asked for.\n\n→ Change server.py and save it.\n")
