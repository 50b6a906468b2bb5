"""What each key does in an open lab. Pure."""

from collections.abc import Callable
from dataclasses import replace

from stackwalk.course.place import choice, step_before
from stackwalk.session.session.actions import (
    Leave,
    OpenDoor,
    Say,
    SendRequest,
    ShowAnswer,
    ShowHint,
    ShowKeys,
    ShowLesson,
    ShowStack,
    ShowWords,
    ShutDoor,
    WriteProgress,
)
from stackwalk.session.session.comparing import compare
from stackwalk.session.session.events import Key
from stackwalk.session.session.moves import Reaction, ask, end_programs, enter, launch, run_anew
from stackwalk.session.session.state import Session, Turn, Why, at_door, nothing_yet, onward

KEYS = (
    ("n", "go on to the next step"),
    ("b", "back to the step before"),
    ("h", "a hint, from mild to plain"),
    ("s", "send the lesson's request"),
    ("r", "run the program and the checks again"),
    ("l", "the lesson once more"),
    ("p", "the question once more, or the next one"),
    ("t", "the table of this step once more, where it compares programs"),
    ("v", "the stack as it is now: what runs, and what each process is doing"),
    ("w", "the words of the course, and where they come"),
    ("d", "let go of the door, to run the program yourself; again: take it back"),
    ("q", "leave; Ctrl+C does too"),
    ("?", "these keys"),
)

# Where lines are typed, a letter by itself, and Enter, is a key.
LIVE_KEYS = (
    *((letter, does) for letter, does in KEYS if letter in "nbhslq?"),
    ("Ctrl+D", "hang up on the client, whatever was sent so far"),
)


def go_on(session: Session, at: float) -> Reaction:
    """To the next step; where this lab has none, say where the road goes on."""
    following = onward(session)
    if following is not None and following.lab == session.lab.number:
        session_there, actions = enter(session, following, at)
        if session.passed:
            return session_there, actions
        text = f"{session.step.id} is not passed yet, and that is all right: b goes back to it."
        return session_there, (Say(text), *actions)
    said = choice(session.course, session.progress, session.step)
    if following is not None:
        said = f"`stackwalk lab {following.lab}` opens the next lab. {said}"
    return session, (Say(said, "ask"),)


def _go_back(session: Session, at: float) -> Reaction:
    before = step_before(session.course, session.step)
    if before is None or before.lab != session.lab.number:
        return session, (Say("This is the first step of the lab."),)
    return enter(session, before, at)


def _hint(session: Session, at: float) -> Reaction:
    of = len(session.step.hints)
    if not of:
        return session, (Say("This step has no hints."),)
    if session.hints_shown >= of:
        text = f"Those were all {of} hints, and here is the last one again. "
        text += f"`stackwalk solution {session.step.id}` shows one way to write it."
        return session, (ShowHint(session.step, of), Say(text))
    level = session.hints_shown + 1
    progress = session.progress.hinting(session.step.id, level)
    session = replace(session, hints_shown=level, hint_offered=False, quiet_since=at, progress=progress)
    return session, (WriteProgress(progress), ShowHint(session.step, level))


def _send(session: Session, _at: float) -> Reaction:
    lines = session.step.send
    if not lines:
        return session, (Say("This step has nothing to send."),)
    line = at_door(session, lines[session.sends % len(lines)])
    return replace(session, sends=session.sends + 1), (SendRequest(line),)


def _again(session: Session, at: float) -> Reaction:
    if not session.present:
        return session, (Say(nothing_yet(session), "ask"),)
    return run_anew(session, session.present, at, Why.ASKED)


def _predict(session: Session, _at: float) -> Reaction:
    predictions = session.step.predictions
    if not predictions:
        return session, (Say("This step asks for no prediction."),)
    if session.prediction is not None:
        return ask(session, session.prediction)
    return ask(session, session.predicted % len(predictions))


def _answer(session: Session, digit: int) -> Reaction:
    prediction = session.asking
    if prediction is None or not 1 <= digit <= len(prediction.choices):
        return session, ()
    answered = (session.prediction or 0) + 1
    session = replace(session, prediction=None, predicted=answered)
    shown = ShowAnswer(prediction, digit - 1)
    if answered >= len(session.step.predictions):
        return session, (shown,)
    return session, (shown, Say("There is one more: press p.", "ask"))


def _door(session: Session, at: float) -> Reaction:
    if session.stage_open:
        return session, (Say("In this step the door is yours already: you are the server."),)
    if session.let_go:
        session = replace(session, let_go=False, movable=True, turn=Turn.PROGRAM)
        session, launched = launch(session, session.present, at)
        return session, (OpenDoor(session.port), *launched)
    session, ended = end_programs(session)
    session = replace(session, let_go=True, door=None, turn=Turn.PROGRAM)
    server = next((one.spec for one in session.programs if one.spec.server), None)
    do = "run the program yourself, in another terminal."
    if server is not None:
        do = (
            f"run another server there. {server.file} alone is not enough for {server.name}: it is a part of a bigger "
            "file, and its names are those of other programs. Leave with q, and `stackwalk up` runs all of it."
        )
    text = (
        f"Port {session.port} is yours: {do} Nothing that crosses is seen here meanwhile; the checks go on at each "
        "save. d takes the door back."
    )
    return session, (*ended, ShutDoor(), Say(text, "ask"))


def _leave(session: Session, _at: float) -> Reaction:
    return session, (Leave(0),)


def _lesson(session: Session, _at: float) -> Reaction:
    return session, (ShowLesson(session.step),)


def _words(session: Session, _at: float) -> Reaction:
    return session, (ShowWords(session.progress),)


def _table(session: Session, _at: float) -> Reaction:
    return compare(session)


def _stack(session: Session, _at: float) -> Reaction:
    return session, (ShowStack(),)


def _keys(session: Session, _at: float) -> Reaction:
    return session, (ShowKeys(LIVE_KEYS if session.stage_open else KEYS),)


_DOES: dict[str, Callable[[Session, float], Reaction]] = {
    "q": _leave,
    "ctrl+c": _leave,
    "ctrl+d": _leave,
    "n": go_on,
    "b": _go_back,
    "h": _hint,
    "s": _send,
    "r": _again,
    "l": _lesson,
    "p": _predict,
    "t": _table,
    "v": _stack,
    "w": _words,
    "d": _door,
    "?": _keys,
}


def press(session: Session, key: Key) -> Reaction:
    """Do what a key says; one that says nothing does nothing."""
    if key.name.isdecimal():
        return _answer(session, int(key.name))
    does = _DOES.get(key.name)
    return (session, ()) if does is None else does(session, key.at)
