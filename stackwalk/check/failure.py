"""The one way in which a check says that the learner's program falls short.

LearnerFailure is an AssertionError, so that a check under plain pytest fails as any test does. Nothing heavy
is imported here: labs' checks import it through `stackwalk.check`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from stackwalk.check.difference import difference, shortened, visible
from stackwalk.check.verdict import Cause, Piece, cause_from

if TYPE_CHECKING:
    from stackwalk.nginx.complaint import Complaint  # of labs with a web server only

Shown = bytes | str | None


class LearnerFailure(AssertionError):
    """What the learner's program did, and why that is not yet what the step asks."""

    def __init__(
        self, message: str, cause: Cause | str = Cause.WRONG_ANSWER, *, expected: str = "", actual: str = "",
        hint: str = "", output: str = "",
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.expected = expected
        self.actual = actual
        self.hint = hint
        self.output = output  # the learner's traceback or last lines, where they explain it
        self.works = ""  # what the program does already
        self.where: Callable[[], str] = _nowhere  # asks the program where it hangs, while it still does
        self.stands = ""  # what it said, as a sentence
        self.blame: Complaint | None = None  # the line of a file that is most likely the cause
        self.notes: tuple[str, ...] = ()  # what could be better besides
        self.transcript: tuple[Piece, ...] | None = None  # None: the check's own is told

    def __str__(self) -> str:
        """Message, expected and actual, for plain pytest."""
        parts = [self.message]
        if self.expected or self.actual:
            parts += [f"expected: {self.expected}", f"actual:   {self.actual}"]
        return "\n".join([*parts, self.hint, self.output]).strip()


def _nowhere() -> str:
    return ""


def fail(
    message: str,
    *,
    cause: Cause | str = Cause.WRONG_ANSWER,
    expected: Shown = None,
    actual: Shown = None,
    hint: str | None = None,
) -> NoReturn:
    """Raise LearnerFailure: one or two sentences for a beginner, and what was expected against what came.

    Two values of bytes are drawn with a mark under their first difference; text is shown as it is.
    """
    known = cause_from(str(cause))
    drawn_expected, drawn_actual = _drawn(expected), _drawn(actual)
    if isinstance(expected, bytes) and isinstance(actual, bytes):
        drawn = difference(expected, actual)
        drawn_expected, drawn_actual = drawn.expected, drawn.actual
    raise LearnerFailure(
        message,
        known if known is not None else Cause.WRONG_ANSWER,
        expected=drawn_expected,
        actual=drawn_actual,
        hint=hint or "",
    )


def _drawn(value: Shown) -> str:
    if isinstance(value, bytes):
        return shortened(visible(value))
    return shortened(value or "")
