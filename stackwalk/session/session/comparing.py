"""What an open lab makes of a step's comparison: when it is played, when dropped. Pure."""

from dataclasses import replace

from stackwalk.session.session.actions import Action, DropComparison, PlayComparison, Say, ShowComparison
from stackwalk.session.session.events import CompareEnded
from stackwalk.session.session.state import Session

Reaction = tuple[Session, tuple[Action, ...]]


def compare_once(session: Session) -> Reaction:
    """After a pass, the first time at this step."""
    wanted = session.step.comparison is not None and not session.compared and session.verdict is not None
    if not wanted or session.verdict is None or not session.verdict.passed or not session.movable:
        return session, ()
    return compare(session)


def compare(session: Session) -> Reaction:
    """Play the comparison of this step, because somebody wants to see it."""
    if session.step.comparison is None:
        return session, (Say("This step compares nothing."),)
    number = session.comparison + 1
    session = replace(session, comparison=number, comparing=True, compared=True)
    text = "Now the same clients ask each of the programs that this step compares: a few seconds. t asks them again."
    return session, (PlayComparison(number, session.step), Say(text))


def drop_comparison(session: Session) -> Reaction:
    """The files are others now, or the step is: what is being compared is no longer of interest."""
    if not session.comparing:
        return session, ()
    return replace(session, comparing=False, compared=False), (DropComparison(),)


def comparison_ended(session: Session, event: CompareEnded) -> Reaction:
    """Show the table."""
    if event.number != session.comparison or not session.comparing:
        return session, ()
    session = replace(session, comparing=False)
    if event.compared is None:
        return session, (Say(event.problem, "bad"),)
    return session, (ShowComparison(event.compared),)
