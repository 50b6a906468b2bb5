"""Step 1.0, "you are the server": its state, events and acts, as pure values and one function."""

from stackwalk.session.human.caller import Answer, Caller, Human, Phase
from stackwalk.session.human.event import (
    Brought,
    Called,
    Close,
    Command,
    Connected,
    HangUp,
    HumanAct,
    HumanEvent,
    Left,
    Line,
    Odd,
    Received,
    Send,
    Show,
    Succeeded,
    Tell,
)
from stackwalk.session.human.react import proposed_answer, react_human

__all__ = [
    "Answer",
    "Brought",
    "Called",
    "Caller",
    "Close",
    "Command",
    "Connected",
    "HangUp",
    "Human",
    "HumanAct",
    "HumanEvent",
    "Left",
    "Line",
    "Odd",
    "Phase",
    "Received",
    "Send",
    "Show",
    "Succeeded",
    "Tell",
    "proposed_answer",
    "react_human",
]
