"""What an open lab makes of a day on the internet: when it is played, when dropped, what is said of it. Pure."""

from dataclasses import replace

from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.session.session.actions import Action, DropDay, PlayDay, Say
from stackwalk.session.session.events import Survived
from stackwalk.session.session.state import Session, Why

Reaction = tuple[Session, tuple[Action, ...]]


def play_day(session: Session, verdict: Verdict, why: Why | None) -> Reaction:
    """After a pass of a step that wins oddities, count those survived; and once before, so that one sees the gain.

    Not where the learner's program holds the port that the counted one would need.
    """
    ran = any(finding.outcome is Outcome.PASSED for finding in verdict.findings)
    wanted = verdict.passed or (why is Why.LOOK and ran)
    if not (session.step.wins and session.day_due and session.movable and wanted):
        return session, ()
    day = session.day + 1
    return replace(session, day=day, day_due=False), (PlayDay(day),)


def drop_day(session: Session) -> Reaction:
    """The files are others now: what was counted, or is being counted, is no longer of them."""
    if session.day_due:
        return session, ()
    return replace(session, day_due=True), (DropDay(),)


def survived(session: Session, event: Survived) -> Reaction:
    """Take in a count, and say it beside the one before."""
    if event.day != session.day or session.day_due:
        return session, ()
    if event.problem:
        return session, (Say(event.problem, "bad"),)
    before = session.survives
    beside = "" if before is None else f" ({before} before)"
    text = f"Your program survives {event.survived} of {event.total} oddities{beside}."
    gained = before is not None and event.survived > before
    return replace(session, survives=event.survived), (Say(text, "good" if gained else "plain"),)
