"""The course that travels with stackwalk: its lessons fit a screen, and its words are known."""

import re
import tomllib
from pathlib import Path

import pytest

from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Step
from stackwalk.course.reading import read_attempts, read_course
from stackwalk.course.wording import wording_slips
from stackwalk.course.workspace import files_of

ROOT = Path(__file__).resolve().parents[2]
COURSE: Course = read_course(find_course())
GRADED = [step for step in COURSE.steps if not step.live]
LINES, COLUMNS = 24, 76
CAUSES = {
    "crashed", "exited", "not-listening", "wrong-address", "silent", "closed-early", "reset", "too-slow",
    "too-much-output", "too-much-memory", "too-many-processes", "left-behind", "wrong-answer", "missing-file",
    "unreadable-file",
}  # fmt: skip
# "The words (at least)" of the curriculum.
WORDS = """
HTTP, TCP/IP, socket, port, request, response, header, status code, GET, POST, stateless, static
files, MIME type, web server, multi-threaded, framework, Flask, Django, development server, WSGI,
gateway, Gunicorn, uWSGI, worker, process, thread, scalability, nginx, Apache, reverse proxy,
forward proxy, load balancing, upstream, redirect (301), Docker, image, container, Compose, DNS
round robin, cookie, session management, certificates, SSL, TLS, TLS termination, HTTPS,
WebSocket, HTTP/2, HTTP/3, FTP, Elastic Beanstalk, ECS, EC2, Elastic Load Balancing, CloudFront,
CDN
"""


def prose_and_code(markdown: str) -> tuple[list[str], list[str]]:
    """The lines of a lesson, those in fences apart."""
    prose: list[str] = []
    code: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        else:
            (code if in_code else prose).append(line)
    assert not in_code
    return prose, code


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?:\s|$)", text))


def test_the_lessons_keep_the_rules_for_words_and_fit_a_screen() -> None:
    assert wording_slips(COURSE) == ()


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_an_essence_is_a_few_short_sentences(step: Step) -> None:
    assert 2 <= sentences(step.essence) <= 4
    assert len(step.essence) <= 200


@pytest.mark.parametrize("step", COURSE.steps, ids=lambda step: step.id)
def test_a_hint_fits_and_only_the_last_one_shows_code(step: Step) -> None:
    assert len(step.hints) == 3
    for hint in step.hints:
        prose, code = prose_and_code(hint)
        assert len(prose) + len(code) <= 12
        assert max(map(len, prose + code)) <= COLUMNS
    assert not any("```" in hint for hint in step.hints[:2])


@pytest.mark.parametrize("lab", COURSE.labs, ids=lambda lab: lab.name)
def test_the_why_fits_a_screen(lab) -> None:  # type: ignore[no-untyped-def]
    prose, _ = prose_and_code(lab.why)
    assert len(prose) <= LINES
    assert max(map(len, prose)) <= COLUMNS


def test_every_word_of_the_curriculum_is_on_the_map_with_one_sentence() -> None:
    known = {word.name: word for word in COURSE.words}
    wanted = {" ".join(word.split()) for word in WORDS.split(",")}
    assert wanted - set(known) == set()
    for word in COURSE.words:
        assert word.says.endswith(".")
        assert sentences(word.says) == 1, word.name


def test_what_is_sent_goes_to_the_door_of_the_lab() -> None:
    for lab in COURSE.labs:
        doors = [re.compile(rf"http://([a-z]+\.)?localhost:{program.clients_at}/") for program in lab.programs]
        for step in lab.steps:
            assert step.send, step.id
            for line in step.send:
                assert any(door.search(line) for door in doors), line


@pytest.mark.parametrize("step", GRADED, ids=lambda step: step.id)
def test_each_check_has_a_title_that_the_learner_reads(step: Step) -> None:
    assert step.check is not None
    checks = re.findall(r'^def test_(\w+)\(.*\) -> None:\n    r?"""(.+)"""$', step.check.read_text(), re.MULTILINE)
    assert len(checks) == len(re.findall(r"^def test_", step.check.read_text(), re.MULTILINE))
    for _, title in checks:
        assert len(title) <= COLUMNS
        assert not title.endswith(".")


@pytest.mark.parametrize("step", GRADED, ids=lambda step: step.id)
def test_wrong_attempts_are_recorded_with_a_known_cause_and_an_own_check(step: Step) -> None:
    assert step.check is not None
    names = set(re.findall(r"^def test_(\w+)\(", step.check.read_text(), re.MULTILINE))
    assert len(read_attempts(step)) >= 5
    for attempt in read_attempts(step):
        assert attempt.cause in CAUSES
        assert attempt.check is None or attempt.check in names, attempt.name
        assert files_of(attempt.folder), attempt.name


@pytest.mark.parametrize("step", GRADED, ids=lambda step: step.id)
def test_a_wrong_attempt_differs_from_the_solution(step: Step) -> None:
    assert step.solution is not None
    right = {name: file.read_bytes() for name, file in files_of(step.solution)}
    for attempt in read_attempts(step):
        wrong = {name: file.read_bytes() for name, file in files_of(attempt.folder)}
        assert all(right.get(name) != data for name, data in wrong.items()), attempt.name


@pytest.mark.parametrize("step", GRADED, ids=lambda step: step.id)
def test_a_solution_has_what_the_program_needs(step: Step) -> None:
    assert step.solution is not None
    names = {name for name, _ in files_of(step.solution)}
    assert {program.file for program in COURSE.lab(step.lab).programs} <= names


def test_every_solution_belongs_to_a_step() -> None:
    owned = {step.solution for step in COURSE.steps}
    there = {folder for folder in (COURSE.root / "solutions").glob("*/*") if not folder.name.startswith((".", "_"))}
    assert there == owned - {None}


def test_the_last_hint_of_the_first_step_is_the_program_of_the_lesson() -> None:
    _, lesson = prose_and_code(COURSE.step("1.1").text)
    solution = COURSE.step("1.1").solution
    assert solution is not None
    program = (solution / "server.py").read_text().split("\n")
    assert [line for line in program if line and line not in lesson] == []


def test_the_course_holds_no_links() -> None:
    for part in ("labs", "solutions"):
        assert [file for file in (COURSE.root / part).rglob("*") if file.is_symlink()] == []


def test_the_first_lesson_names_its_door_only_as_an_address() -> None:
    """What is open may be another one, and stackwalk puts it into addresses."""
    step = COURSE.step("1.0")
    assert "8080" not in "\n".join([step.text, *step.hints]).replace("localhost:8080", "")


def test_the_page_for_teachers_names_every_key() -> None:
    page = (ROOT / "docs" / "writing-labs.md").read_text()
    blocks = "\n".join(re.findall(r"```\w*\n(.*?)```", page, re.DOTALL))
    course = ROOT / "stackwalk" / "course"
    reading = "".join((course / name).read_text() for name in ("reading.py", "words.py", "oddity.py"))
    keys = set(re.findall(r'(?:table|entry)\.\w+\("(\w+)"|_inside\(table, "(\w+)"\)', reading))
    names = {one or other for one, other in keys} - {"program", "service", "prediction", "word", "kind", "oddities"}
    assert len(names) > 20
    assert [name for name in sorted(names) if not re.search(rf"^#? ?{name} =", blocks, re.MULTILINE)] == []


def test_the_toml_of_the_page_for_teachers_is_toml() -> None:
    page = (ROOT / "docs" / "writing-labs.md").read_text()
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        assert tomllib.loads(block)
