"""Foreseen mistakes: a lab's table of what beginners do, each with its own sentence.

The first rule that sees its mistake gives the sentence. A rule that raises is a slip of the lab's, never the
learner's. Where the program has died of a name that is misspelt, Python itself says so best, and only a rule that
says it explains this error is asked.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from stackwalk.check.answer import Answer
from stackwalk.check.verdict import Cause

MISSPELT = ("NameError", "UnboundLocalError", "AttributeError", "ImportError", "ModuleNotFoundError")

_FRAME = re.compile(
    r'^ +File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?(?:\n {4,}(?P<text>\S.*))?', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a traceback: where it stood when the error came."""

    file: str
    line: int
    function: str
    text: str  # of that line


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a check that failed."""

    step: str  # "1.2"
    check: str  # its name, without test_
    cause: Cause | str
    message: str  # what the check or the engine would say
    output: str  # all that was kept of what the program printed
    traceback: str  # the last traceback in it, or ""
    answer: Answer | None  # the last answer that the check had
    asked: str = ""  # what the learner has asked for: "1.7", though a check of 1.2 has failed; "1", "all"
    request: str = ""  # the first line of the last request
    came: int = 0  # bytes that have come since the last piece of a request; `answer` may be an earlier client's
    stands: str = ""  # where a program that hangs stands, as it is told; "" where nobody knows
    printed: str = ""  # all that was kept of what the programs of this check printed, from their start on
    sources: Mapping[str, str] = field(default_factory=dict)  # the learner's files of text, by relative name
    expected: str = ""  # what the check would show as such

    @property
    def error(self) -> str:
        """The last line of the traceback: "KeyError: 'x'"; "" where there is none."""
        return self.traceback.rstrip().rpartition("\n")[2]

    @property
    def call(self) -> Call:
        """The innermost call of the traceback: who raised, or who called with the wrong arguments."""
        found = list(_FRAME.finditer(self.traceback))
        if not found:
            return Call("", 0, "", "")
        last = found[-1]
        return Call(last["file"], int(last["line"]), last["function"] or "", last["text"] or "")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One foreseen mistake."""

    name: str
    sees: Callable[[Evidence], bool]
    says: str | Callable[[Evidence], str]
    explains: tuple[str, ...] = ()  # of MISSPELT: the errors that it may speak about
    placed: bool = True  # whether the place of the traceback stands before it: that is where to mend it


class BrokenRule(Exception):
    """A rule raised, or said nothing."""


def sentence_for(evidence: Evidence, mistakes: Sequence[Mistake]) -> str | None:
    """The sentence of the first mistake that is seen, or None. Raises BrokenRule, which names the rule."""
    seen = seen_in(evidence, mistakes)
    return None if seen is None else seen[1]


def seen_in(evidence: Evidence, mistakes: Sequence[Mistake]) -> tuple[Mistake, str] | None:
    """The first mistake that is seen, with its sentence, or None. Raises BrokenRule, which names the rule."""
    error = evidence.error.partition(":")[0].strip()
    for mistake in mistakes:
        if error in MISSPELT and error not in mistake.explains:
            continue
        try:
            if not mistake.sees(evidence):
                continue
            says = mistake.says if isinstance(mistake.says, str) else mistake.says(evidence)
        except Exception as error:  # a lab's code: whatever it raises is reported with the rule
            raise BrokenRule(f"the rule {mistake.name!r} raised {type(error).__name__}: {error}") from error
        if not isinstance(says, str) or not says:
            raise BrokenRule(f"the rule {mistake.name!r} says nothing")
        return mistake, says
    return None
