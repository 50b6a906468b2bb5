"""Lab 1's further steps on whole programs, and what the lessons claim of the 200 oddities."""

import re
from pathlib import Path

import pytest
from further_programs import ASYNCIO, FORKS, HTTP_SERVER, SELECTORS, SOCKETSERVER, WHOLE

from stackwalk.check.oddities import survived
from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress, Step
from stackwalk.course.oddity import read_kinds, read_oddities
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

COURSE: Course = read_course(find_course())
LAB = COURSE.lab(1)
FURTHER = [step for step in LAB.steps if not step.core]


def graded(workspace: Path, source: str, *steps: str) -> Verdict:
    (workspace / "server.py").write_text(source, encoding="utf-8")
    chosen = tuple(COURSE.step(step) for step in steps) or LAB.steps
    return grade(Plan.of(COURSE, steps[-1] if steps else "1", chosen, workspace, "a seed"))


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [
        (finding.name, str(finding.cause), finding.message)
        for finding in verdict.findings
        if finding.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
    ]


@pytest.mark.parametrize("style", WHOLE)
def test_every_style_passes_the_whole_lab(tmp_path: Path, style: str) -> None:
    verdict = graded(tmp_path, WHOLE[style])
    assert told(verdict) == []
    assert verdict.outcome is Outcome.PASSED
    assert verdict.steps == tuple(step.id for step in LAB.steps if not step.live)


def but(source: str, *changes: tuple[str, str]) -> str:
    """A program with something changed that is surely in it."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


FALLS_SHORT = {
    "another charset": ("1.4", but(SOCKETSERVER, ("charset=utf-8", "charset=iso-8859-1")), "the_charset_of_text"),
    "a picture called text": ("1.4", but(ASYNCIO, ('"image/png"', '"text/png"')), "the_type_of_each_file"),
    "a length that is one too small": (
        "1.4",
        but(FORKS, ("label.encode(), len(body)", "label.encode(), len(body) - 1")),
        "the_length_in_bytes",
    ),
    "bare line ends in some headers": (
        "1.4",
        but(ASYNCIO, ("content-type: %s\\r\\n", "content-type: %s\\n")),
        "the_line_ends",
    ),
    "501 for POST": ("1.5", but(HTTP_SERVER, ("do_POST = do_PUT = do_DELETE = refuse", "")), "post_put_delete_are_405"),
    "HEAD with another length": (
        "1.5",
        but(ASYNCIO, ("label.encode(), len(body)", 'label.encode(), len(body) if method == b"GET" else 0')),
        "head_is_the_head_of_get",
    ),
    "nonsense is served": ("1.5", but(ASYNCIO, ('b"HTTP/1.1 400 No', 'b"HTTP/1.1 200 OK')), "nonsense_is_400"),
    "waits for more after nonsense": (
        "1.5",
        but(
            SOCKETSERVER,
            (
                "self.wfile.write(answer(head))\n                return",
                'if b" 400 " in answer(head):\n                    self.rfile.read()\n'
                "                self.wfile.write(answer(head))\n                return",
            ),
        ),
        "nonsense_is_400",
    ),
    "follows links, as http.server does": (
        "1.6",
        but(HTTP_SERVER, ("os.path.realpath(super().translate_path(path))", "super().translate_path(path)")),
        "no_link_out",
    ),
    "takes its neighbour for itself": (
        "1.6",
        but(ASYNCIO, ('startswith(ROOT + b"/")', "startswith(ROOT)")),
        "no_way_out",
    ),
    "keeps the escapes": ("1.6", but(SELECTORS, ("unquote_to_bytes(target", "(target")), "escaped_letters"),
    "line ends of pictures turned": (
        "1.6",
        but(SOCKETSERVER, ("file.read(), b", 'file.read().replace(b"\\r\\n", b"\\n"), b')),
        "a_picture_comes_whole",
    ),
    "reads no body": (
        "1.7",
        but(HTTP_SERVER, ('self.rfile.read(int(self.headers.get("Content-Length", 0)))', "pass")),
        "a_body_is_read",
    ),
    "one read": ("1.7", but(ASYNCIO, ('readuntil(b"\\r\\n\\r\\n")', "read(4096)")), "one_byte_at_a_time"),
    "no bound": ("1.7", but(SOCKETSERVER, ("100_000", "100_000_000")), "endless_headers_are_refused"),
    "a bound too low": ("1.7", but(ASYNCIO, ("limit=65536", "limit=4000")), "long_headers"),
    "one client at a time": ("1.8", but(SOCKETSERVER, ("ThreadingTCPServer", "TCPServer")), "silent_clients"),
    "waits for the child": (
        "1.8",
        but(
            FORKS,
            ("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", ""),
            ("    client.close()\n", "    client.close()\n    os.wait()\n"),
        ),
        "silent_clients",
    ),
    "blocks while it sends": (
        "1.8",
        but(
            SELECTORS,
            (
                'state["out"] = answer(state["in"])',
                'client.setblocking(True)\n                client.sendall(answer(state["in"]))\n'
                "                leave(client)\n                continue",
            ),
        ),
        "slow_readers",
    ),
    "blocks in the middle of a request": (
        "1.8",
        but(
            SELECTORS,
            ("client.setblocking(False)", "client.settimeout(60)"),
            (
                '            piece = client.recv(65536)\n            state["in"] += piece\n',
                '            piece = client.recv(65536)\n            state["in"] += piece\n'
                '            while piece and missing(state["in"]) > 0:\n'
                '                piece = client.recv(65536)\n                state["in"] += piece\n',
            ),
        ),
        "clients_in_the_middle",
    ),
}


@pytest.mark.parametrize("name", FALLS_SHORT)
def test_a_program_that_falls_short_fails_where_it_does(tmp_path: Path, name: str) -> None:
    step, source, check = FALLS_SHORT[name]
    verdict = graded(tmp_path, source, step)
    assert verdict.outcome is Outcome.FAILED
    assert check in [failed for failed, _, _ in told(verdict)], told(verdict)
    assert verdict.seconds < 15


def test_whoever_skips_a_step_passes_the_next_one(tmp_path: Path) -> None:
    """Labels are no condition for manners, and threads none for anything but the crowd."""
    naive = (COURSE.step("1.3").solution or tmp_path) / "server.py"
    threads = but(
        naive.read_text(encoding="utf-8"),
        ("import socket", "import socket, threading"),
        ("while True:\n    client, address = listener.accept()\n", "def serve(client):\n"),
    )
    threads += "\nwhile True:\n    threading.Thread(target=serve, args=[listener.accept()[0]]).start()\n"
    assert told(graded(tmp_path, threads, "1.8")) == []


def test_begun_further_steps_are_graded_with_the_lab() -> None:
    begun = Progress(opened=("1.5", "1.7"))
    assert [step.id for step in steps_to_grade(COURSE, begun, "1").steps] == ["1.1", "1.2", "1.3", "1.5", "1.7"]
    assert [step.id for step in steps_to_grade(COURSE, begun, "1.6").steps] == ["1.1", "1.2", "1.3", "1.6"]
    passed = begun.passing("1.5")
    assert [step.id for step in steps_to_grade(COURSE, passed, "1.6").steps] == ["1.1", "1.2", "1.3", "1.5", "1.6"]
    every = steps_to_grade(COURSE, Progress(), None, all=True)
    assert [step.id for step in every.steps if step.lab == 1] == [f"1.{number}" for number in range(1, 9)]


# A day on the internet.


def test_there_are_200_oddities_and_each_belongs_to_a_step() -> None:
    assert LAB.oddities is not None
    oddities = read_oddities(LAB.oddities)
    assert len(oddities) == 200
    assert {oddity.step for oddity in oddities} <= {step.id for step in LAB.steps}


@pytest.mark.parametrize("step", FURTHER, ids=lambda step: step.id)
def test_a_lesson_says_how_many_oddities_it_wins(step: Step) -> None:
    assert LAB.oddities is not None
    won = sum(len(kind.oddities) for kind in read_kinds(LAB.oddities) if kind.step == step.id)
    assert won > 0
    said = re.search(r"Of the\s+200\s+oddities\b.*?\bwins\s+(\d+)", step.text, re.DOTALL)
    assert said is not None
    assert int(said[1]) == won


def test_the_first_of_these_lessons_says_how_many_want_a_404_alone() -> None:
    assert LAB.oddities is not None
    alone = sum(len(kind.oddities) for kind in read_kinds(LAB.oddities) if kind.step == "1.3")
    assert f"{alone} only want a 404, and 1.3 won them" in " ".join(COURSE.step("1.4").text.split())


@pytest.mark.parametrize("step", FURTHER, ids=lambda step: step.id)
def test_a_solution_survives_the_oddities_that_its_step_wins_and_all_before(step: Step) -> None:
    assert LAB.oddities is not None and step.solution is not None
    named = {one.name for one in read_oddities(LAB.oddities) if one.step <= step.id}
    survival = survived(COURSE, LAB, step.solution, names=named, seed="a seed")
    assert [oddity.name for oddity in survival.lost] == []
    assert survival.tried == survival.total == len(named)


@pytest.mark.parametrize("step", FURTHER, ids=lambda step: step.id)
def test_the_solution_before_loses_most_of_what_a_step_wins(step: Step) -> None:
    before = COURSE.step(f"1.{step.number - 1}")
    assert LAB.oddities is not None and before.solution is not None
    named = {one.name for one in read_oddities(LAB.oddities) if one.step == step.id}
    survival = survived(COURSE, LAB, before.solution, names=named, seed="a seed")
    assert len(survival.lost) > len(named) / 4, survival.score
