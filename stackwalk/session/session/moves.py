"""What an open lab does of its own: enter a step, launch, run the checks, take in a verdict. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from stackwalk.check.verdict import Cause, Outcome, Verdict
from stackwalk.course.lesson import Step
from stackwalk.session.session.actions import (
    Action,
    Aim,
    Become,
    CloseStage,
    DropCheck,
    EndPrograms,
    Launch,
    OpenDoor,
    OpenStage,
    PutStart,
    RunCheck,
    Say,
    ShowLesson,
    ShowPrediction,
    ShowVerdict,
    WriteProgress,
)
from stackwalk.session.session.comparing import drop_comparison
from stackwalk.session.session.state import Phase, Running, Session, Turn, Why, nothing_yet, what_next

SAVES_FOR_HINT = 3  # in a row, with the same cause

Reaction = tuple[Session, tuple[Action, ...]]


def enter(session: Session, step: Step, at: float) -> Reaction:
    """Go to a step of the lab: its lesson, its files, its prediction, and a look at what is there already."""
    progress = session.progress.opening(step.id)
    actions: list[Action] = [CloseStage()] if session.stage_open else []
    if session.door is None and (step.live or not session.let_go):
        # First of all: the lesson's lines name the door.
        actions.append(OpenDoor(session.port))
    actions += [WriteProgress(progress), PutStart(step), ShowLesson(step)]
    if session.checking is not None:
        actions.append(DropCheck())
    session, dropped = drop_comparison(session)
    actions += dropped
    session = replace(
        session,
        step=step,
        progress=progress,
        checking=None,
        found=(),
        verdict=None,
        saved_since=False,
        same_cause=None,
        same_cause_count=0,
        quiet_since=at,
        hint_offered=False,
        hints_shown=progress.hints.get(step.id, 0),
        compared=False,
        sends=0,
        prediction=None,
        predicted=0,
        stage_open=step.live,
    )
    if step.live:
        session, ended = end_programs(session)
        said = Say("A letter by itself, and Enter, is for stackwalk: n next, s send, l lesson, ? keys, q quit.")
        session = replace(session, let_go=False, turn=Turn.PROGRAM)
        return session, (*actions, *ended, said, OpenStage(step))
    if step.predictions and step.id not in progress.passed:
        session, asked = ask(session, 0)
        actions += asked
    session, changed = become(session)
    actions += changed
    if not session.let_go:
        absent = Phase.ABSENT if session.turn is Turn.PROGRAM else None
        idle = (one.spec.file for one in session.programs if one.phase is absent)
        session, launched = launch(session, session.present.intersection(idle), at)
        actions += launched
    session, looked = look(session)
    return session, (*actions, *looked)


def become(session: Session) -> Reaction:
    """A step may run another command than the one before it, and another server once its file is saved."""
    specs = session.lab.programs_at(session.step, session.newest)
    services = session.lab.services_at(session.step)
    if specs == tuple(one.spec for one in session.programs) and services == session.services:
        return session, ()
    session, ended = end_programs(session)
    programs = tuple(Running(spec) for spec in specs)
    return replace(session, programs=programs, services=services), (*ended, Become(specs, services))


def look(session: Session) -> Reaction:
    """Run the checks on what is there already; where nothing is, say what to make."""
    if any(one.spec.file in session.present for one in session.programs):
        return check(session, Why.LOOK)
    return session, (Say(nothing_yet(session), "ask"),)


def launch(session: Session, files: Iterable[str], at: float) -> Reaction:
    """Start, innermost first, each program whose file is among these."""
    wanted = frozenset(files)
    programs = list(session.programs)
    actions: list[Action] = []
    number = session.launches
    for index in reversed(range(len(programs))):
        spec = programs[index].spec
        if spec.file not in wanted:
            continue
        number += 1
        programs[index] = Running(spec, Phase.STARTING, number, at, moved=session.movable)
        if index == 0:
            # Clients wait while it restarts: a browser that reloads at once gets the page, not a refusal.
            actions.append(Aim("hold"))
        actions.append(Launch(index, number, session.movable))
    return replace(session, programs=tuple(programs), launches=number), tuple(actions)


def end_programs(session: Session) -> Reaction:
    """End every program; nothing is launched until somebody says so."""
    if all(one.launch == 0 for one in session.programs):
        return session, ()
    programs = tuple(Running(one.spec) for one in session.programs)
    return replace(session, programs=programs), (EndPrograms(), Aim(None))


def check(session: Session, why: Why) -> Reaction:
    """Run the checks anew; what an earlier run finds no longer counts."""
    if session.step.live:
        return session, ()
    run = session.run + 1
    strongest = why if session.checking is None else max(why, session.checking)
    session = replace(session, run=run, checking=strongest, found=(), fallen="", judged="")
    if session.movable or session.let_go or session.turn is Turn.CHECKS:
        return session, (RunCheck(run, session.step.id),)
    programs = tuple(Running(one.spec) for one in session.programs)
    return replace(session, programs=programs, turn=Turn.ENDING), (EndPrograms(), Aim("hold"))


def run_anew(session: Session, files: Iterable[str], at: float, why: Why) -> Reaction:
    """Start the programs of these files anew, and run the checks: at once, or one after the other."""
    if why is Why.SAVED and not session.let_go and not session.movable:
        return _retry(session)
    if session.let_go or not session.movable:
        return check(session, why)
    session, launched = launch(session, files, at)
    session, run = check(session, why)
    return session, (*launched, *run)


def _retry(session: Session) -> Reaction:
    """That the port could not be moved was true of the file as it was: end all, and try the new one moved."""
    programs = tuple(Running(one.spec) for one in session.programs)
    session = replace(session, programs=programs, turn=Turn.RETRYING, run=session.run + 1, checking=Why.SAVED, found=())
    return session, (DropCheck(), EndPrograms(), Aim("hold"))


def _try_moved(session: Session) -> Reaction:
    session = replace(session, movable=True, turn=Turn.PROGRAM, checking=None)
    door: tuple[Action, ...] = (OpenDoor(session.port),) if session.door != session.port else ()
    session, launched = launch(session, session.present, session.ticked)
    session, run = check(session, Why.SAVED)
    return session, (*door, *launched, *run)


def checks_have_port(session: Session) -> Reaction:
    """What ran is over, so the checks can have its port, or a changed program is tried with its port moved."""
    if session.turn is Turn.RETRYING:
        return _try_moved(session)
    if session.turn is not Turn.ENDING:
        return session, ()
    session = replace(session, turn=Turn.CHECKS)
    return session, (RunCheck(session.run, session.step.id),) if session.checking is not None else ()


def program_has_port(session: Session) -> Reaction:
    """The checks are over: what had to wait for them starts."""
    if session.turn is Turn.PROGRAM:
        return session, ()
    return launch(replace(session, turn=Turn.PROGRAM), session.present, session.ticked)


def ask(session: Session, number: int) -> Reaction:
    """Ask a prediction of the step, from 0."""
    predictions = session.step.predictions
    shown = ShowPrediction(predictions[number], number + 1, len(predictions))
    return replace(session, prediction=number), (shown,)


def judge(session: Session, verdict: Verdict) -> Reaction:
    """Take in what the last run of the checks found."""
    why = session.checking
    session = replace(session, checking=None, found=(), verdict=verdict)
    if verdict.passed:
        return _done(session, verdict, why)
    if _met_our_door(session, verdict):
        return replace(session, verdict=None), ()
    session, written = _keep(session, verdict)
    if why is Why.LOOK and verdict.outcome is Outcome.FAILED:
        held = sum(finding.outcome is Outcome.PASSED for finding in verdict.findings)
        text = f"As it stands, {held} of {len(verdict.findings)} checks pass. {what_next(session)}"
        return session, (*written, Say(text))
    session, offer = _count_cause(session, verdict, why)
    known = (session.outer.traceback if session.outer is not None else "") or session.fallen
    problem = verdict.first_problem
    if problem is not None and not known:
        session = replace(session, judged=problem.output)
    return session, (*written, ShowVerdict(verdict, what_next(session), known), *offer)


def _met_our_door(session: Session, verdict: Verdict) -> bool:
    """Whether the port was taken by nobody but us: what the program itself comes to says so soon, and both go on."""
    problem, outer = verdict.first_problem, session.outer
    return (
        problem is not None
        and problem.cause is Cause.PORT_TAKEN
        and session.movable
        and outer is not None
        and outer.moved
        and not outer.heard
        and session.door == outer.spec.port
    )


def _done(session: Session, verdict: Verdict, why: Why | None) -> Reaction:
    session, written = _keep(session, verdict)
    session = replace(session, same_cause=None, same_cause_count=0, hint_offered=False)
    if why is Why.LOOK and not session.saved_since:
        done = f"{session.step.id} {session.step.title}: passed, with what is already there."
        return session, (*written, Say(f"{done} {what_next(session)}", "good"))
    return session, (*written, ShowVerdict(verdict, what_next(session)))


def _keep(session: Session, verdict: Verdict) -> Reaction:
    """Write down the steps of which every check passed, where that is news."""
    short = {one.step for one in verdict.findings if one.outcome is not Outcome.PASSED}
    progress = session.progress.passing(*(step for step in verdict.steps if step not in short))
    if progress == session.progress:
        return session, ()
    return replace(session, progress=progress), (WriteProgress(progress),)


def _count_cause(session: Session, verdict: Verdict, why: Why | None) -> Reaction:
    problem = verdict.first_problem
    if problem is None or verdict.outcome is not Outcome.FAILED or why is not Why.SAVED:
        return session, ()
    cause = (f"{problem.step}.{problem.name}", str(problem.cause))
    count = session.same_cause_count + 1 if cause == session.same_cause else 1
    session = replace(session, same_cause=cause, same_cause_count=count)
    if count % SAVES_FOR_HINT:
        return session, ()
    return offer_hint(session, f"{count} saves now, and the same check stops it.")


def offer_hint(session: Session, reason: str) -> Reaction:
    """Offer the next hint, where one is left; it is never opened here."""
    of = len(session.step.hints)
    if session.hints_shown >= of or session.hint_offered:
        return session, ()
    text = f"{reason} There is a hint if you want one: press h ({session.hints_shown + 1} of {of})."
    return replace(session, hint_offered=True), (Say(text, "ask"),)
