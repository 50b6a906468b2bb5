"""What an open lab makes of the news about a stack with a web server in front. Pure."""

import re
from dataclasses import replace

from stackwalk.session.session.actions import Action, Say, ShowJourney, ShowPrinted, ShowTraceback
from stackwalk.session.session.events import FrontKept, Journeyed, PartEnded, PartPrinted
from stackwalk.session.session.state import Phase, Session, same_error

Reaction = tuple[Session, tuple[Action, ...]]

# What Gunicorn says of a start that goes well. Three of them, with workers, would push a lesson off the screen,
# and the picture of the stack has all of it.
_STARTS = re.compile(r"\[[^]]*\] \[\d+\] \[INFO\] (?:Starting |Listening at: |Using worker: |Control socket )")
_BOOTS = re.compile(r"\[[^]]*\] \[\d+\] \[INFO\] Booting worker ")


def part_news(session: Session, event: PartEnded | PartPrinted | FrontKept | Journeyed) -> Reaction:
    """A part has ended or printed, the web server goes on with its old file, or an exchange is over."""
    match event:
        case PartEnded(name, how, traceback):
            known = same_error(traceback, session.judged)
            shown: tuple[Action, ...] = (ShowTraceback(name, traceback),) if traceback and not known else ()
            session = replace(session, fallen=traceback or session.fallen, judged="")
            return session, (*shown, Say(f"{name} has ended: {how}. r, or a save, starts it again.", "bad"))
        case PartPrinted(name, lines, dropped):
            starting = not any(one.name == name and one.state == "ready" for one in session.parts)
            told = tuple(
                line for line in lines if not (_STARTS.match(line) or (starting and _BOOTS.match(line)))
            )  # fmt: skip
            return session, (ShowPrinted(name, told, dropped),) if told or dropped else ()
        case FrontKept(launch, what, try_this):
            return _kept(session, launch, f"{what} {try_this}")
        case Journeyed(journey, ports):
            return session, (ShowJourney(journey, ports),)


def _kept(session: Session, launch: int, text: str) -> Reaction:
    programs = tuple(
        replace(one, phase=Phase.LISTENING, heard=True) if one.launch == launch else one for one in session.programs
    )
    if programs == session.programs:
        return session, ()
    front = session.programs[0].spec
    goes_on = f"Until that is mended, {front.name} goes on with {front.file} as it was before."
    return replace(session, programs=programs), (Say(text, "bad"), Say(goes_on))
