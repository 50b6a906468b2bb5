"""The open lab as a pure state machine: a session and an event go in, a session and actions come out."""

from stackwalk.session.session.actions import Action, Show
from stackwalk.session.session.events import Event
from stackwalk.session.session.react import begin, react
from stackwalk.session.session.state import Session

__all__ = ["Action", "Event", "Session", "Show", "begin", "react"]
