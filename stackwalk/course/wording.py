"""The rules for a course's words: a lesson fits one screen, and uses no term before it is introduced. Pure.

What stands in code is no prose: there a term may be a name that the learner types.
"""

import re
from collections.abc import Iterator

from stackwalk.course.lesson import Course, Step

LINES = 24  # of prose; code is not counted
COLUMNS = 76
_FENCE = "```"
_CODE = re.compile(r"```.*?```|`[^`]*`|https?://\S*", re.DOTALL)


def wording_slips(course: Course) -> tuple[tuple[str, str], ...]:
    """What breaks a rule: pairs of a step ("1.4") and a sentence that begins with whose it is."""
    met: set[str] = set()
    slips: list[tuple[str, str]] = []
    for step in course.steps:
        met |= set(step.words)
        for rule in (_too_large, _not_introduced):
            slips += [(step.id, slip) for slip in rule(step)]
        slips += [(step.id, slip) for slip in _too_early(step, course, met)]
    return tuple(slips)


def prose_lines(markdown: str) -> tuple[str, ...]:
    """The lines of a lesson without those of its code blocks and their fences."""
    prose: list[str] = []
    in_code = False
    for line in markdown.split("\n"):
        if line.startswith(_FENCE):
            in_code = not in_code
        elif not in_code:
            prose.append(line)
    return tuple(prose)


def _too_large(step: Step) -> Iterator[str]:
    count = len(prose_lines(step.text))
    if count > LINES:
        yield f"step.md has {count} lines of prose, and a screen holds {LINES}."
    for line in step.text.split("\n"):
        if len(line) > COLUMNS:
            yield f"step.md has a line of {len(line)} columns, and a screen holds {COLUMNS}: {line[:40]}…"
    for number, hint in enumerate(step.hints, 1):
        if max(map(len, hint.split("\n"))) > COLUMNS:
            yield f"hint {number} has a line of more than {COLUMNS} columns."


def _not_introduced(step: Step) -> Iterator[str]:
    said = " ".join(step.text.replace("`", "").split()).lower()
    for word in step.words:
        if word.lower() not in said:
            yield f"step.md introduces {word!r} and does not use it."


def _too_early(step: Step, course: Course, met: set[str]) -> Iterator[str]:
    """Terms of the map that the learner has not met; in the essence and the hints too."""
    parts = [("step.md", step.text), ("the essence", step.essence)]
    parts += [(f"hint {number}", hint) for number, hint in enumerate(step.hints, 1)]
    for place, text in parts:
        prose = " ".join(_CODE.sub(" ", text).split())
        for word in course.words:
            if word.name not in met and _uses(prose, word.name):
                when = f"{word.step} introduces it" if word.step else f"it comes in lab {word.lab}"
                yield f"{place} uses the term {word.name!r}, and {when}."


def _uses(prose: str, word: str) -> bool:
    """Whether a term is in a prose: also in the plural, and in small or capital letters where it is a word."""
    name_of_its_own = any(letter.isupper() for letter in word)
    flags = re.NOFLAG if name_of_its_own else re.IGNORECASE
    return bool(re.search(rf"(?<![\w/]){re.escape(word)}s?(?![\w/])", prose, flags))
