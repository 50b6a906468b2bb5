"""A folder is read into a course, and whatever is malformed is said with its file and the cure."""

from pathlib import Path

import pytest
from building import LAB, STEP, write, write_course, write_step

from stackwalk.course.folders import find_course
from stackwalk.course.programs import read_programs
from stackwalk.course.reading import read_attempts, read_course
from stackwalk.errors import StackwalkError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_course(tmp_path / "a course, größer")


def test_a_course_is_read_whole(root: Path) -> None:
    write(
        root,
        {"labs/1-doors/1-begin/start/given/data.txt": "x", "labs/1-doors/mistakes.py": "MISTAKES = []\n"},
    )
    course = read_course(root)
    (lab,) = course.labs
    begin, go_on = lab.steps
    assert (lab.number, lab.name, lab.title, lab.question) == (1, "doors", "Doors", "What is a door?")
    assert lab.why == "A door is where one comes in."
    assert lab.mistakes == root / "labs/1-doors/mistakes.py"
    assert (lab.programs[0].run, lab.programs[0].port) == (("python", "server.py"), 8080)
    assert (begin.id, begin.name, begin.title, begin.kind, begin.live) == (
        "1.1", "begin", "Begin", "core", False,
    )  # fmt: skip
    assert begin.text == "Type it."
    assert begin.hints == ("Where.", "Idea.", "Line.")
    assert begin.check == root / "labs/1-doors/1-begin/check.py"
    assert begin.start == root / "labs/1-doors/1-begin/start"
    assert begin.solution == root / "solutions/1-doors/1-begin"
    assert (go_on.id, go_on.start, read_attempts(go_on)) == ("1.2", None, ())


def test_a_labs_folder_finds_the_solutions_beside_it(root: Path) -> None:
    assert read_course(root / "labs").labs == read_course(root).labs


def test_steps_are_ordered_by_number_not_by_letter(root: Path) -> None:
    write_step(root, "1-doors/10-late")
    write_step(root, "1-doors/9-earlier")
    assert [step.id for step in read_course(root).steps] == ["1.1", "1.2", "1.9", "1.10"]


def test_labs_are_ordered_by_number_not_by_letter(root: Path) -> None:
    for number in (10, 9):
        write(root, {f"labs/{number}-more/lab.toml": LAB, f"labs/{number}-more/why.md": "So."})
        write_step(root, f"{number}-more/1-begin")
    assert [lab.number for lab in read_course(root).labs] == [1, 9, 10]


def test_names_of_the_author_are_left_alone(root: Path) -> None:
    write(root, {"labs/_notes/x.md": "x", "labs/1-doors/_pages.py": "", "labs/1-doors/1-begin/.swp": ""})
    assert len(read_course(root).steps) == 2


def test_a_prediction_counts_its_choices_from_one_in_the_file(root: Path) -> None:
    asked = '[[prediction]]\nquestion = "How many?"\nchoices = ["1", "2"]\nright = 2\nbecause = "So it is."\n'
    write_step(root, "1-doors/1-begin", step=STEP.replace("+++\nType", f"{asked}+++\nType"))
    (prediction,) = read_course(root).step("1.1").predictions
    assert prediction.choices[prediction.right] == "2"


def test_an_attempt_says_what_the_learner_must_read(root: Path) -> None:
    folder = "labs/1-doors/1-begin/wrong/no-door"
    write(
        root,
        {
            f"{folder}/attempt.toml": 'cause = "silent"\nwords = ["no door"]\ncheck = "it_begins"\n',
            f"{folder}/server.py": "",
        },
    )
    (attempt,) = read_attempts(read_course(root).step("1.1"))
    assert (attempt.name, attempt.cause, attempt.words, attempt.check) == (
        "no-door", "silent", ("no door",), "it_begins",
    )  # fmt: skip


def test_a_word_lights_up_at_the_step_that_lists_it(root: Path) -> None:
    write(
        root,
        {
            "labs/words.toml": 'format = 1\n[[word]]\nname = "door"\nsays = "A way in."\n'
            '[[word]]\nname = "cookie"\nsays = "A small text."\nlab = 5\n'
        },
    )
    write_step(root, "1-doors/1-begin", step=STEP.replace("send", 'words = ["door"]\nsend'))
    door, cookie = read_course(root).words
    assert (door.name, door.lab, door.step) == ("door", 1, "1.1")
    assert (cookie.name, cookie.lab, cookie.step) == ("cookie", 5, None)


def with_step(change: tuple[str, str]) -> dict[str, str | bytes]:
    assert change[0] in STEP
    return {"labs/1-doors/1-begin/step.md": STEP.replace(*change)}


def with_lab(change: tuple[str, str]) -> dict[str, str | bytes]:
    assert change[0] in LAB
    return {"labs/1-doors/lab.toml": LAB.replace(*change)}


BEGIN = "labs/1-doors/1-begin"
MALFORMED: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "lab.toml is no TOML": ({"labs/1-doors/lab.toml": "title = "}, "lab.toml", "not valid TOML"),
    "lab.toml is not UTF-8": ({"labs/1-doors/lab.toml": b'title = "\xff"'}, "lab.toml", "not UTF-8 (line 1)"),
    "lab.toml has another format": (with_lab(("format = 1", "format = 2")), "lab.toml", "format must be"),
    "an unknown key of a lab": (with_lab(("title", "tilte")), "lab.toml", "title is missing"),
    "a spare key of a lab": (with_lab(("title", 'tilte = "x"\ntitle')), "lab.toml", "'tilte' is no key"),
    "a lab without programs": (with_lab((LAB[LAB.index("[[") :], "")), "lab.toml", "[[program]] is missing"),
    "a program written with single brackets": (
        with_lab(("[[program]]", "[program]")), "lab.toml", "[[program]]",
    ),
    "a port that is none": (with_lab(("8080", "80800")), "lab.toml", "port must be"),
    "a port that is true": (with_lab(("8080", "true")), "lab.toml", "port must be"),
    "a file outside": (with_lab(('file = "server.py"', 'file = "../server.py"')), "lab.toml", "stay in the"),
    "a run that is no list": (
        with_lab(('["python", "server.py"]', '"python"')), "lab.toml", "run must be a list",
    ),
    "budget that is none": (with_lab(("title", "budget = 301\ntitle")), "lab.toml", "budget must be"),
    "patience that is none": (with_lab(("title", "patience = 0\ntitle")), "lab.toml", "patience must be"),
    "no front matter": ({f"{BEGIN}/step.md": "Type it.\n"}, "step.md", "no front matter"),
    "no end of the front matter": ({f"{BEGIN}/step.md": "+++\ntitle\n"}, "step.md", "no front matter"),
    "no lesson": (with_step(("Type it.", "")), "step.md", "no lesson"),
    "the line of a TOML error": (with_step(("minutes = 5", "minutes =")), "step.md", "line 4"),
    "an unknown key of a step": (
        with_step(("minutes", "minuets = 5\nminutes")), "step.md", "'minuets' is no key",
    ),
    "an unknown kind": (with_step(('"core"', '"side"')), "step.md", 'kind must be "core" or "further"'),
    "no title": (with_step(('title = "Begin"\n', "")), "step.md", "title is missing"),
    "an empty title": (with_step(('"Begin"', '" "')), "step.md", "title must be a text"),
    "minutes as a text": (with_step(("5", '"5"')), "step.md", "minutes must be a whole number"),
    "live as a text": (with_step(("kind", 'live = "yes"\nkind')), "step.md", "live must be true or false"),
    "send without curl": (with_step(("curl ", "wget ")), "step.md", "not one curl line"),
    "send as a text": (
        with_step(('["curl http://localhost:8080/"]', '"curl"')), "step.md", "send must be a list",
    ),
    "a live step with a check": (with_step(("kind", "live = true\nkind")), "check.py", "judges a live step"),
    "two hints": ({f"{BEGIN}/hints.md": "a\n---\nb\n"}, "hints.md", "has 2 hints"),
    "four hints": ({f"{BEGIN}/hints.md": "a\n---\nb\n---\nc\n---\nd\n"}, "hints.md", "has 4 hints"),
    "an empty hint": ({f"{BEGIN}/hints.md": "a\n---\n\n---\nc\n"}, "hints.md", "has 2 hints"),
    "hints that are not UTF-8": (
        {f"{BEGIN}/hints.md": b"a\n---\n\xe4\n---\nc"}, "hints.md", "UTF-8 (line 3)",
    ),
    "a stray file in a step": ({f"{BEGIN}/hint.md": "x"}, "hint.md", "no file that a step knows"),
    "a stray file in a lab": ({"labs/1-doors/lab.tmol": ""}, "lab.tmol", "neither a step nor"),
    "a stray file in labs": ({"labs/words.tmol": ""}, "words.tmol", "neither a lab nor"),
    "a lab without a number": ({"labs/doors/lab.toml": LAB}, "labs/doors", "neither a lab nor"),
    "a duplicated lab": ({"labs/01-again/lab.toml": LAB}, "1-doors", "have the same number"),
    "a duplicated step": ({"labs/1-doors/1-again/step.md": STEP}, "1-again", "have the same number"),
    "a step without step.md": ({"labs/1-doors/3-more/hints.md": "x"}, "step.md", "is missing"),
    "a start that is a file": ({f"{BEGIN}/start": "x"}, "start", "is not a folder"),
    "an attempt without its file": ({f"{BEGIN}/wrong/x/server.py": ""}, "attempt.toml", "is missing"),
    "an attempt without words": (
        {f"{BEGIN}/wrong/x/attempt.toml": 'cause = "silent"\n'}, "attempt.toml", "words is missing",
    ),
    "an attempt that is a file": ({f"{BEGIN}/wrong/x": ""}, "wrong/x", "is not a folder"),
    "a prediction with one choice": (
        with_step(("+++\nType", '[[prediction]]\nquestion = "?"\nchoices = ["1"]\n+++\nType')),
        "step.md", "[[prediction]] choices has 1",
    ),
    "a prediction whose right choice is not there": (
        with_step(("+++\nT", '[[prediction]]\nquestion = "?"\nchoices = ["1", "2"]\nright = 3\n+++\nT')),
        "step.md", "right must be a whole number from 1 to 2",
    ),
    "a word that is not on the map": (
        with_step(("send", 'words = ["quark"]\nsend')), "step.md", "'quark' is not in",
    ),
    "a word of no lab": (
        {"labs/words.toml": 'format = 1\n[[word]]\nname = "a"\nsays = "b"\n'},
        "words.toml", "no step introduces",
    ),
    "a word twice": (
        {"labs/words.toml": "format = 1\n" + '[[word]]\nname = "a"\nsays = "b"\nlab = 1\n' * 2},
        "words.toml", "there twice",
    ),
    "replaces a later step's check": (
        with_step(("send", 'replaces = ["1.2.it_begins"]\nsend')), "step.md", "no check of an earlier step",
    ),
    "replaces nonsense": (
        with_step(("send", 'replaces = ["it"]\nsend')), "step.md", "no check of an earlier step",
    ),
    "replaces a check that is not there": (
        {"labs/1-doors/2-go-on/step.md": STEP.replace("send", 'replaces = ["1.1.it_ends"]\nsend')},
        "step.md", "has no test_it_ends",
    ),
    "a file that is far too long": ({"labs/1-doors/why.md": b"x" * 1_000_001}, "why.md", "larger than"),
    "a NUL byte": ({"labs/1-doors/why.md": b"x\x00"}, "why.md", "NUL"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_said_with_its_file_and_a_cure(root: Path, name: str) -> None:
    files, named, said = MALFORMED[name]
    read_course(root)  # before: it is whole
    write(root, files)
    with pytest.raises(StackwalkError) as error:
        for step in read_course(root).lab(1).steps:
            read_attempts(step)
    assert named in error.value.what
    assert said in error.value.what
    assert error.value.what.endswith(".")
    assert len(error.value.try_this.split()) > 2


@pytest.mark.parametrize("missing", ["lab.toml", "why.md", "1-begin/step.md", "1-begin/hints.md", "1-begin/check.py"])
def test_a_missing_file_is_named(root: Path, missing: str) -> None:
    file = root / "labs/1-doors" / missing
    file.unlink()
    with pytest.raises(StackwalkError) as error:
        read_course(root)
    assert error.value.what == f"{file} is missing."


def test_a_folder_in_a_files_place_is_named(root: Path) -> None:
    hints = root / "labs/1-doors/1-begin/hints.md"
    hints.unlink()
    hints.mkdir()
    with pytest.raises(StackwalkError, match=r"hints\.md is a folder"):
        read_course(root)


def test_a_word_is_introduced_once(root: Path) -> None:
    write(root, {"labs/words.toml": 'format = 1\n[[word]]\nname = "door"\nsays = "A way in."\n'})
    for step in ("1-begin", "2-go-on"):
        write_step(root, f"1-doors/{step}", step=STEP.replace("send", 'words = ["door"]\nsend'))
    with pytest.raises(StackwalkError, match=r"'door' is already introduced by 1\.1"):
        read_course(root)


def test_a_word_does_not_come_in_two_labs(root: Path) -> None:
    write(root, {"labs/words.toml": 'format = 1\n[[word]]\nname = "door"\nsays = "A way in."\nlab = 2\n'})
    write_step(root, "1-doors/1-begin", step=STEP.replace("send", 'words = ["door"]\nsend'))
    with pytest.raises(StackwalkError, match=r"said to come in lab 2, and 1\.1 introduces it"):
        read_course(root)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda root: None, "does not exist"),
        (lambda root: root.write_text("x"), "is not a folder"),
        (lambda root: root.mkdir(), "holds no folder called labs"),
        (lambda root: (root / "labs").mkdir(parents=True), "holds no lab"),
    ],
)
def test_a_folder_that_is_no_course_is_said(tmp_path: Path, make, said: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "there")
    with pytest.raises(StackwalkError, match=said):
        read_course(tmp_path / "there")


def test_the_course_of_the_checkout_is_found() -> None:
    assert (find_course() / "labs" / "1-sockets" / "lab.toml").is_file()


INSTEAD = """
[[instead]]
name = "haproxy"
server = "haproxy"
run = ["haproxy"]
file = "haproxy.cfg"
port = 80
"""


def test_another_server_may_stand_in_the_first_ones_place_where_a_step_says_so(root: Path) -> None:
    swap = STEP.replace("minutes = 5", "minutes = 5\ninstead = true")
    write(root, {"labs/1-doors/lab.toml": LAB + INSTEAD, "labs/1-doors/2-go-on/step.md": swap})
    lab = read_course(root).lab(1)
    (haproxy,) = lab.instead
    first, second = lab.steps
    assert [one.file for one in lab.programs_at(second, ("haproxy.cfg",))] == ["haproxy.cfg"]
    assert [one.file for one in lab.programs_at(second)] == ["server.py"]
    assert [one.file for one in lab.programs_at(first, ("haproxy.cfg",))] == ["server.py"]
    assert "haproxy.cfg" in lab.files
    assert read_programs(root) == ((lab.programs, (), (haproxy,)),)


def test_a_step_that_swaps_for_nothing_is_malformed(root: Path) -> None:
    write(root, {"labs/1-doors/1-begin/step.md": STEP.replace("minutes = 5", "minutes = 5\ninstead = true")})
    with pytest.raises(StackwalkError, match=r"step 1\.1 says instead, and nothing is declared"):
        read_course(root)
