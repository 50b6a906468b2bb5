"""What is said against a learner's nginx.conf."""

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note", "aside"]


class Complaint(NamedTuple):
    """One remark. `file` is as the learner knows it ("nginx.conf"); both are None where no line is to blame."""

    file: str | None
    line: int | None  # from 1
    severity: Severity
    said: str  # in nginx's words, with the learner's names in them; "" where nginx is silent
    means: str  # one or two sentences for the learner
    try_this: str

    @property
    def place(self) -> str:
        """As a sentence begins with it: "nginx.conf, line 3"."""
        return (self.file or "The file") + ("" if self.line is None else f", line {self.line}")

    @property
    def stops(self) -> bool:
        """Whether nginx can't run with it."""
        return self.severity == "error"
