"""Lines to type that repeat the options which the learner gave. Pure."""

import re
import shlex
from dataclasses import dataclass

_LINE = re.compile(
    r"\bstackwalk (lab|check|watch|list|hint|solution|reset|words|shell)\b((?: (?:\d[\d.]*\d|\d|--\w+))*)"
)
_OF_NO_COURSE = ("shell",)


@dataclass(frozen=True, slots=True)
class Typed:
    """The --workspace and the --from that were given, as they were typed."""

    workspace: str | None = None
    course: str | None = None

    def again(self, text: str) -> str:
        """A text whose lines to type hold for this workspace and this course.

        >>> Typed("my work").again("Next: stackwalk lab 1.2, or `stackwalk shell`.")
        "Next: stackwalk lab 1.2 --workspace 'my work', or `stackwalk shell --workspace 'my work'`."
        """
        if self.workspace is None and self.course is None:
            return text
        return _LINE.sub(lambda found: found[0] + self._options(found[1]), text)

    def _options(self, command: str) -> str:
        options = "" if self.workspace is None else f" --workspace {shlex.quote(self.workspace)}"
        if self.course is not None and command not in _OF_NO_COURSE:
            options += f" --from {shlex.quote(self.course)}"
        return options


NOTHING = Typed()
