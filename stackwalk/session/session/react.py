"""What an open lab makes of each event. Pure.

`react` is the whole product's behaviour: a session and an event go in, a new session and what is to be done
come out. It knows no clock, no file, no process and no terminal; the loop in `live` does what it is told.
"""

from collections.abc import Iterable
from dataclasses import replace

from stackwalk.check.verdict import Verdict
from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.session.session.actions import (
    Action,
    Aim,
    EndPrograms,
    ReclaimDoor,
    Say,
    ShowSent,
    ShowWhy,
    WriteProgress,
)
from stackwalk.session.session.comparing import compare_once, comparison_ended, drop_comparison
from stackwalk.session.session.events import (
    CompareEnded,
    DoorOpened,
    DoorShut,
    Event,
    Found,
    FrontKept,
    InnerSighted,
    Journeyed,
    Judged,
    Key,
    LiveDone,
    NotJudged,
    NotStarted,
    PartEnded,
    PartPrinted,
    Pasted,
    Port,
    Printed,
    ProgramEnded,
    ProgramListening,
    ProgramProcesses,
    ProgramsGone,
    RequestSent,
    Saved,
    Sighted,
    StackSeen,
    StageListening,
    Strayed,
    Survived,
    Tick,
    Trouble,
)
from stackwalk.session.session.moves import (
    Reaction,
    become,
    check,
    checks_have_port,
    enter,
    judge,
    launch,
    offer_hint,
    program_has_port,
    run_anew,
)
from stackwalk.session.session.oddities import drop_day, play_day, survived
from stackwalk.session.session.parts import part_news
from stackwalk.session.session.pressing import press
from stackwalk.session.session.program import ended, listening, not_started, printed, processes, sighted, too_slow
from stackwalk.session.session.state import Phase, Running, Session, Turn, Why, what_next

__all__ = ["Session", "begin", "react"]

PATIENCE_FOR_HINT = 360.0  # seconds without a save, after which a hint is offered
BETWEEN_TRIES = 5.0  # seconds
SELF_WRITTEN = 2.0  # seconds after a launch within which a save may be the program's own, where none is seen to write
SELF_WRITES = 12  # such saves in a row, after which those that come so soon count no longer


def begin(
    course: Course,
    lab: Lab,
    step: Step,
    progress: Progress,
    *,
    present: Iterable[str],
    at: float,
    port: int | None = None,
    folder: str = "",
    newest: tuple[str, ...] = (),
) -> Reaction:
    """Open a lab at a step.

    `present` are the programs' files that are there; `newest` those of `lab.instead` among them, the one saved last
    first; `port` is the door, if not the one of the lesson;
    `folder` is the whole path of the workspace.
    """
    wanted = port if port is not None else (lab.programs[0].clients_at if lab.programs else 0)
    programs = tuple(Running(spec) for spec in lab.programs_at(step, newest))
    session = Session(
        course,
        lab,
        step,
        progress,
        programs,
        wanted,
        folder,
        present=frozenset(present),
        services=lab.services_at(step),
        newest=newest,
    )
    first = lab.steps[0].id == step.id and not progress.begun(step.id)
    why: tuple[Action, ...] = (ShowWhy(lab),) if lab.why and first else ()
    session, actions = enter(session, step, at)
    return session, (*why, *actions)


def react(session: Session, event: Event) -> Reaction:
    """Return the session after an event, and what is to be done."""
    match event:
        case Key():
            return press(session, event)
        case Pasted():
            return session, (Say("Keys here are single letters: what was pasted has been left aside."),)
        case Saved():
            return _saved(session, event)
        case Strayed(text):
            return session, () if session.stage_open else (Say(text, "bad"),)
        case Tick(at):
            return _time(session, at)
        case ProgramListening():
            return listening(session, event)
        case ProgramProcesses():
            return processes(session, event)
        case ProgramEnded():
            return ended(session, event)
        case ProgramsGone():
            return checks_have_port(session)
        case NotStarted():
            return not_started(session, event)
        case Printed():
            return printed(session, event)
        case Found(run, finding):
            return (replace(session, found=(*session.found, finding)), ()) if run == session.run else (session, ())
        case Judged(run, verdict):
            return _judged(session, verdict) if _current(session, run) else (session, ())
        case NotJudged(run, what, try_this):
            if not _current(session, run):
                return session, ()
            session, launched = program_has_port(replace(session, checking=None, found=()))
            return session, (Say(f"{what} {try_this}", "bad"), *launched)
        case Survived():
            return survived(session, event)
        case StackSeen(parts):
            return replace(session, parts=parts), ()
        case InnerSighted():
            return session, ()  # it is for the picture alone
        case PartEnded() | PartPrinted() | FrontKept() | Journeyed():
            return part_news(session, event)
        case CompareEnded():
            return comparison_ended(session, event)
        case Sighted(sight, at):
            return sighted(session, sight, at)
        case DoorOpened():
            return _door_opened(session, event)
        case DoorShut(why):
            said: tuple[Action, ...] = (Say(why, "bad"),) if why else ()
            return replace(session, door=None, holder=""), said
        case RequestSent(output, problem):
            return session, (ShowSent(output), *((Say(problem, "bad"),) if problem else ()))
        case Trouble(what, try_this):
            if what in session.troubles:
                return session, ()
            told = replace(session, troubles=session.troubles | {what})
            return told, (Say(f"{what} {try_this}", "bad"),)
        case LiveDone():
            return _seen_live(session)
        case StageListening(port):
            return _stage_listening(session, port)


def _stage_listening(session: Session, port: int) -> Reaction:
    if not session.stage_open:
        return session, ()
    begin_here = Say(f"Now open http://{session.address} in a browser, and look here.", "ask")
    return session, (Aim(Port("127.0.0.1", port, session.port)), begin_here)


def _seen_live(session: Session) -> Reaction:
    if not session.stage_open or session.passed:
        return session, ()
    progress = session.progress.passing(session.step.id)
    session = replace(session, progress=progress)
    done = f"{session.step.id} {session.step.title}: passed. Answer more of them, or go on."
    return session, (WriteProgress(progress), Say(f"{done} {what_next(session)}", "good"))


def _judged(session: Session, verdict: Verdict) -> Reaction:
    why = session.checking
    session, told = judge(session, verdict)
    session, launched = program_has_port(session)
    session, played = play_day(session, verdict, why)
    session, compared = compare_once(session)
    return session, (*told, *launched, *played, *compared)


def _current(session: Session, run: int) -> bool:
    return run == session.run and session.checking is not None


def _saved(session: Session, event: Saved) -> Reaction:
    """Files were saved: what runs is started anew, and the checks with it."""
    own = {one.spec.file for one in session.programs}
    gone = (session.present - event.present) & own
    session = replace(session, present=event.present)
    session = replace(session, newest=_newest(session, event.paths))
    if session.stage_open:
        return session, ()
    session, actions = become(session)
    if actions:
        own = {one.spec.file for one in session.programs}
        actions = (*actions, Say(f"From now on {session.programs[0].spec.file} is what runs here."))
    elif gone:
        session, actions = _without(session, gone)
    session, told = _own_writes(session, event.own)
    actions = (*actions, *told)
    paths = frozenset(event.paths) - event.own
    if not paths or not event.present & own:
        return session, actions
    session, told, counts = _notice_own_writes(session, paths, event.at)
    if not counts:
        return session, (*actions, *told)
    session, dropped = drop_day(session)
    session, uncompared = drop_comparison(session)
    dropped = (*dropped, *uncompared)
    session = replace(session, saved_since=True, quiet_since=event.at, hint_offered=False)
    if all(_kept(session, path) for path in paths):
        # What the program reads anew by itself: only the checks have something to see.
        session, run = check(session, Why.SAVED)
    else:
        session, run = run_anew(session, event.present, event.at, Why.SAVED)
    return session, (*actions, *dropped, *run)


def _newest(session: Session, saved: Iterable[str]) -> tuple[str, ...]:
    """Of the files that may stand in the outermost program's place: those that are there, last saved first."""
    own = [one.file for one in session.lab.instead]
    new = [path for path in saved if path in own]
    return tuple(one for one in dict.fromkeys((*new, *session.newest)) if one in session.present)


def _kept(session: Session, path: str) -> bool:
    """Whether every program reads that file anew by itself, and runs."""
    return bool(session.programs) and all(
        one.phase is Phase.LISTENING and path.startswith(one.spec.keeps or ("/",)) for one in session.programs
    )


def _without(session: Session, gone: frozenset[str]) -> Reaction:
    """Files of programs are no longer there, and what ran of them ends."""
    programs = tuple(Running(one.spec) if one.spec.file in gone else one for one in session.programs)
    # An earlier verdict was about a file that is gone.
    session = replace(session, programs=programs, verdict=None, checking=None, run=session.run + 1, turn=Turn.PROGRAM)
    names = ", ".join(sorted(gone))
    said = Say(f"{names} is gone, and what ran of it has been ended. Save it again, and it starts.", "bad")
    session, dropped = drop_day(session)
    session, relaunched = launch(session, session.present, session.quiet_since)
    return session, (*dropped, EndPrograms(), Aim(None), said, *relaunched)


def _own_writes(session: Session, paths: frozenset[str]) -> Reaction:
    """A program that writes a source file at each start would restart for ever: what it wrote is no save."""
    new = paths - session.self_written
    if not new:
        return session, ()
    names = ", ".join(sorted(new))
    text = f"Your program itself has written {names}, and is not started again for that."
    return replace(session, self_written=session.self_written | new), (Say(text, "ask"),)


def _notice_own_writes(session: Session, paths: frozenset[str], at: float) -> tuple[Session, tuple[Action, ...], bool]:
    """The same where nobody sees who writes, as of a shell that a program starts; whether the save counts.

    Nobody saves so often so fast; and what came so often is the program's own, as often as it comes so soon.
    """
    outer = session.outer
    own = {one.spec.file for one in session.programs}
    if outer is None or paths & own or at - outer.since > SELF_WRITTEN:
        return replace(session, quick_launches=0), (), True
    count = session.quick_launches + 1
    session = replace(session, quick_launches=count)
    if paths <= session.ignored:
        return session, (), False
    if count < SELF_WRITES:
        return session, (), True
    names = ", ".join(sorted(paths))
    text = f"The program itself seems to write {names} when it starts, so that no longer restarts it."
    return replace(session, ignored=session.ignored | paths), (Say(text, "ask"),), False


def _time(session: Session, at: float) -> Reaction:
    session, actions = too_slow(replace(session, ticked=at), at)
    session, reclaimed = _reclaim(session, at)
    actions = (*actions, *reclaimed)
    waits = not session.stage_open and not session.passed and session.checking is None
    if not waits or at - session.quiet_since < PATIENCE_FOR_HINT:
        return session, actions
    session, offer = offer_hint(session, "No save for six minutes.")
    return session, (*actions, *offer)


def _reclaim(session: Session, at: float) -> Reaction:
    """Try the door that is wanted again, where nothing but old connections kept us from it."""
    wants = session.resting and session.movable and not session.let_go and session.door not in (None, session.port)
    # A stage has connections that wait for a person.
    if not wants or session.stage_open or at < session.reclaim_at:
        return session, ()
    return replace(session, reclaim_at=at + BETWEEN_TRIES), (ReclaimDoor(session.port),)


def _door_opened(session: Session, event: DoorOpened) -> Reaction:
    rested = session.resting
    session = replace(
        session,
        door=event.port,
        holder=event.holder,
        resting=event.resting,
        reclaim_at=session.ticked + BETWEEN_TRIES,
    )
    if rested and event.port == session.port:
        return session, (
            Say(f"Port {event.port} is free again, and the door is there: http://{session.address}", "good"),
        )
    lesson = session.outer.spec.clients_at if session.outer is not None else session.port
    if event.port == lesson:
        return session, ()
    read = f"Where the lesson says localhost:{lesson}, open localhost:{event.port}."
    if event.resting:
        text = (
            f"Port {session.port} is not free yet: nobody listens there, but connections of the last minute hold it. "
            f"The door is {event.port} until then, and goes back by itself. {read}"
        )
        return session, (Say(text, "ask"),)
    if not event.holder or event.port == session.port:
        return session, (Say(read, "ask"),)
    then = "open this lab again" if session.stage_open else "press d twice"
    kill = f"end it with `kill {event.holder_pid}`" if event.holder_pid else "end that program"
    text = (
        f"Port {session.port} is taken by {event.holder}, so this lab's door is {event.port}. {read} "
        f"To have {session.port} back: {kill}, then {then}."
    )
    if session.outer is not None and session.outer.spec.taken and session.port == lesson:
        text += f" {session.outer.spec.taken}"
    return session, (Say(text, "ask"),)
