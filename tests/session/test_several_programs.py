"""A step may run another program than the one before; some are ready only once they answer, or read files anew."""

from pathlib import Path

import pytest

from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.session.session.actions import Action, Aim, Become, EndPrograms, Launch, RunCheck, Say, ShowStack
from stackwalk.session.session.events import Event, Key, Port, ProgramListening, ProgramProcesses, Saved, Tick
from stackwalk.session.session.react import begin, react
from stackwalk.session.session.state import Phase, Session

NOWHERE = Path("/nowhere")
WSGI = ProgramSpec("gunicorn", ("gunicorn", "wsgi"), "wsgi.py", 8000, answers=True, keeps=("app/static/",))
BARE = WSGI._replace(run=("gunicorn", "bare"), file="bare.py")


def step_of(number: int, *programs: ProgramSpec) -> Step:
    return Step(
        id=f"3.{number}", lab=3, number=number, name="step", title="Step", kind="core", live=False, minutes=5,
        essence="Short. Very.", text="Type it.", hints=("a", "b", "c"), send=("curl http://localhost:8000/",),
        predictions=(), words=(), folder=NOWHERE, check=NOWHERE, start=None, solution=None,
        replaces=frozenset(), programs=programs,
    )  # fmt: skip


STEPS = (step_of(1), step_of(2), step_of(3, BARE))
LAB = Lab(3, "wsgi", "WSGI", "How?", "Why.", NOWHERE, (WSGI,), None, None, STEPS)
COURSE = Course(NOWHERE, (LAB,), ())


class Player:
    def __init__(self, step: str, *present: str) -> None:
        self.present = frozenset(present)
        self.session: Session
        self.session, self.actions = begin(COURSE, LAB, COURSE.step(step), Progress(), present=present, at=0.0)

    def feed(self, event: Event) -> tuple[Action, ...]:
        self.session, self.actions = react(self.session, event)
        return self.actions

    def listen(self, *, answers: bool) -> tuple[Action, ...]:
        ports = (Port("127.0.0.1", 23456, 8000),)
        return self.feed(ProgramListening(self.session.launches, ports, answers))

    @property
    def phase(self) -> Phase:
        return self.session.programs[0].phase

    @property
    def gone(self) -> tuple[tuple[int, int | None], ...]:
        return self.session.programs[0].gone

    @property
    def said(self) -> str:
        return "\n".join(action.text for action in self.actions if isinstance(action, Say))


def kinds(actions: tuple[Action, ...]) -> list[type[Action]]:
    return [type(action) for action in actions]


def test_a_step_with_the_same_program_keeps_it_running() -> None:
    player = Player("3.1", "wsgi.py", "bare.py")
    launches = player.session.launches
    player.feed(Key("n", 1.0))
    assert player.session.step.id == "3.2"
    assert player.session.launches == launches
    assert Become not in kinds(player.actions)


def test_a_step_with_another_program_ends_the_one_and_starts_the_other() -> None:
    player = Player("3.2", "wsgi.py", "bare.py")
    actions = player.feed(Key("n", 1.0))
    assert [spec.file for spec in (one.spec for one in player.session.programs)] == ["bare.py"]
    assert [kind for kind in kinds(actions) if kind in (EndPrograms, Become, Launch)] == [EndPrograms, Become, Launch]
    assert Become((BARE,)) in actions


def test_a_step_whose_file_is_not_there_says_which_one_to_make() -> None:
    player = Player("3.2", "wsgi.py")
    actions = player.feed(Key("n", 1.0))
    assert Launch not in kinds(actions)
    assert "There is no bare.py yet." in player.said


def test_clients_are_let_in_before_the_code_is_there_and_nothing_is_called_listening() -> None:
    player = Player("3.1", "wsgi.py")
    actions = player.listen(answers=False)
    assert Aim(Port("127.0.0.1", 23456, 8000)) in actions
    assert player.phase == Phase.STARTING
    assert player.said == ""
    player.listen(answers=True)
    assert str(player.phase) == "listening"
    assert "listens on port 8000" in player.said


def test_a_slow_import_is_said_once() -> None:
    player = Player("3.1", "wsgi.py")
    player.listen(answers=False)
    player.feed(Tick(4.0))
    assert "is your code still being imported?" in player.said
    player.feed(Tick(5.0))
    assert player.said == ""


@pytest.mark.parametrize(("path", "restarts"), [("app/static/style.css", False), ("app/routes.py", True)])
def test_a_save_restarts_it_where_it_must(path: str, restarts: bool) -> None:
    player = Player("3.1", "wsgi.py")
    player.listen(answers=True)
    actions = player.feed(Saved((path,), player.present, 10.0))
    assert (Launch in kinds(actions)) is restarts
    assert RunCheck in kinds(actions)


def test_a_style_sheet_saved_while_nothing_runs_starts_it() -> None:
    player = Player("3.1", "wsgi.py")
    actions = player.feed(Saved(("app/static/style.css",), player.present, 10.0))
    assert Launch in kinds(actions)


def test_the_stack_is_shown_once_it_answers_and_who_takes_the_place_of_a_process_is_told() -> None:
    player = Player("3.1", "wsgi.py")
    assert player.feed(ProgramProcesses(player.session.launches, 100, (101, 102))) == ()
    assert ShowStack() in player.listen(answers=True)
    player.feed(ProgramProcesses(player.session.launches, 100, (102,)))
    assert player.said.startswith("gunicorn: 101 ended.")
    player.feed(ProgramProcesses(player.session.launches, 100, (102, 103)))
    assert player.said.startswith("gunicorn: 103 started.")
    player.feed(ProgramProcesses(player.session.launches, 100, (104, 105)))
    assert player.said.startswith("gunicorn: 102 103 ended, 104 105 started.")
    assert player.gone == ((101, 103), (102, 104), (103, 105))


def test_v_shows_the_stack() -> None:
    assert Player("3.1").feed(Key("v", 1.0)) == (ShowStack(),)


def test_processes_of_an_earlier_launch_are_old_news() -> None:
    player = Player("3.1", "wsgi.py")
    assert player.feed(ProgramProcesses(player.session.launches - 1, 100, (101,))) == ()
