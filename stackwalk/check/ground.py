"""What a check and the programs that it speaks to have in common: the time, the transcript, the last words."""

from stackwalk.check.answer import Answer
from stackwalk.check.budget import Budget
from stackwalk.check.client import Connection
from stackwalk.check.difference import shortened, visible
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.transcript import Transcript


class Ground:
    """What a check and its programs share: its transcript, the time, and what was last said."""

    def __init__(self, transcript: Transcript, budget: Budget) -> None:
        self.budget = budget
        self.begin(transcript)

    def begin(self, transcript: Transcript) -> None:
        """A check begins."""
        self.transcript = transcript
        self.asked = ""  # the first line of the last request
        self.answer: Answer | None = None
        self.connections: list[Connection] = []
        self.notes: list[str] = []  # what the learner should read where the check passes
        self.remarks: tuple[str, ...] = ()  # what could be better in the files, whatever the check was about
        self.gave_up = False  # a client had no whole answer: the program may still be busy with it

    def close_connections(self) -> None:
        """Close what the check left open."""
        for connection in self.connections:
            connection.close()
        self.connections.clear()


class Conversation(Connection):
    """A connection that a check holds; what is asked and answered on it is remembered."""

    ground: Ground

    def send(self, data: bytes, patience: float | None = None) -> None:
        """Send all of it, in one write where the program reads it."""
        self.ground.asked = shortened(visible(data.partition(b"\n")[0].rstrip(b"\r")), 60)
        super().send(data, patience)

    def answer(self, method: str = "GET", patience: float | None = None, *, whole: bool = True) -> Answer:
        """Read one answer to its end; what never comes or breaks off raises LearnerFailure."""
        try:
            answer = super().answer(method, patience, whole=whole)
        except LearnerFailure:
            self.ground.gave_up = True
            raise
        self.ground.answer = answer
        return answer
