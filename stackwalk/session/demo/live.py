"""A live step, played: a client asks through the door, and the demo types the answer in the learner's place.

The rules and the sockets are those of the open lab; only the keys are pressed by nobody.
"""

import time
from collections.abc import Callable

from rich.console import RenderableType

from stackwalk.screen.human import draw_send, draw_show, draw_tell, prompt
from stackwalk.session.demo.asking import Client
from stackwalk.session.demo.pace import Pace
from stackwalk.session.human import (
    Close,
    Human,
    HumanAct,
    HumanEvent,
    Line,
    Send,
    Show,
    Succeeded,
    Tell,
    proposed_answer,
    react_human,
)
from stackwalk.session.human_stage import HumanStage

DEADLINE = 20.0  # seconds in which a client does what it should do at once
GLANCE = 0.25  # seconds between two looks at the clock

Say = Callable[[RenderableType], None]
TypeLine = Callable[[str, str], None]  # what stands in front, and what is typed behind it


class LivePlay:
    """The human's part, played on a stage; every line goes through the same rules as a learner's."""

    def __init__(self, stage: HumanStage, address: str, say: Say, type_line: TypeLine, pace: Pace) -> None:
        self._stage = stage
        self._human = Human(address=address)
        self._say = say
        self._type_line = type_line
        self._pace = pace
        self.sent = b""  # to the client that asked
        self.succeeded = False

    def answer(self, client: Client) -> bool:
        """Answer this client as a learner would; whether it got all of it, and the end."""
        lines: list[str] | None = None  # that are still to be typed
        deadline = time.monotonic() + DEADLINE
        while not (self.succeeded and client.ended):
            if time.monotonic() > deadline:
                return False
            sources = [self._stage] if client.ended else [self._stage, client]
            self._pace.wait(sources, 0.0 if lines else GLANCE)
            for event in self._stage.read():
                self._happened(event)
            client.read()
            if self._human.current is not None and lines is None:
                lines = list(proposed_answer(self._human.current))
            if lines:
                line = lines.pop(0)
                self._type_line(prompt(self._human), line)
                self._happened(Line(line))
                deadline = time.monotonic() + DEADLINE
        return client.received == self.sent

    def _happened(self, event: HumanEvent) -> None:
        self._human, acts = react_human(self._human, event)
        for act in acts:
            self._do(act)

    def _do(self, act: HumanAct) -> None:
        match act:
            case Send(caller, data):
                self._stage.send(caller, data)
                self.sent += data
                self._say(draw_send(act))
            case Close(caller):
                self._stage.close(caller)
            case Show():
                self._say(draw_show(act))
            case Tell():
                self._say(draw_tell(act))
            case Succeeded():
                self.succeeded = True
