"""Step 1.0 in the open lab: typed lines, the sockets behind the door, and what is shown of both.

The rules are `human`'s and the sockets `human_stage`'s; here they meet the keyboard and the screen.
"""

import contextlib
from collections.abc import Callable

from rich.console import RenderableType

from stackwalk.screen.bottom import Bottom
from stackwalk.screen.bottom_line import BottomLine
from stackwalk.screen.human import draw_send, draw_show, draw_tell, prompt
from stackwalk.screen.line_editor import Entered
from stackwalk.session.human import (
    Close,
    Command,
    HangUp,
    Human,
    HumanAct,
    HumanEvent,
    Line,
    Send,
    Show,
    Succeeded,
    Tell,
    react_human,
)
from stackwalk.session.human_stage import HumanStage, hosting


class LiveStep:
    """The learner as a server, for as long as the step is open."""

    def __init__(self, bottom: Bottom, command: Callable[[str], None], done: Callable[[], None]) -> None:
        self._bottom = bottom
        self._command = command  # called with the letter of a key that was typed as a line
        self._done = done  # called for each answer that has reached a client
        self._human = Human()
        self._stack = contextlib.ExitStack()
        self.stage: HumanStage = self._stack.enter_context(hosting())
        self._line = BottomLine(bottom.write_raw, lambda: bottom.width, bottom.screen.moves)

    def begin(self, address: str) -> None:
        """Wait for a line to be typed; `address` is where a client finds the door."""
        if address != self._human.address:
            self._human = Human(address=address)
        self._line.show(prompt(self._human))

    def type(self, data: bytes) -> None:
        """Take in bytes of the keyboard; none at all are its end."""
        for entered in self._line.feed(data):
            self._happened(Line(entered.text) if isinstance(entered, Entered) else HangUp())
        self.look()

    def look(self) -> None:
        """See what clients have done; to be called about once a second even where nothing is readable."""
        while events := self.stage.read():
            for event in events:
                self._happened(event)

    def show(self, *parts: RenderableType) -> None:
        """Print above the line that is being typed."""
        with self._line.above():
            self._bottom.show(*parts)

    def hide(self) -> None:
        """Take the line away until `begin` is called again; what was typed is kept."""
        self._line.hide()

    def redraw(self) -> None:
        """Draw the line anew."""
        self._line.redraw()

    def close(self) -> None:
        """Close every connection, and take the line away."""
        self._line.hide()
        self._stack.close()

    def _happened(self, event: HumanEvent) -> None:
        self._human, acts = react_human(self._human, event)
        for act in acts:
            self._do(act)
        self._line.show(prompt(self._human))

    def _do(self, act: HumanAct) -> None:
        match act:
            case Send(caller, data):
                self.stage.send(caller, data)
                self.show(draw_send(act))
            case Close(caller):
                self.stage.close(caller)
            case Show():
                self.show(draw_show(act))
            case Tell():
                self.show(draw_tell(act))
            case Command(letter):
                self._command(letter)
            case Succeeded():
                self._done()
