"""`${NAME:-default}` in a compose file, filled in as Compose does it. Pure.

Source: https://docs.docker.com/reference/compose-file/interpolation/
"""

import re
from collections.abc import Mapping

from stackwalk.compose.fault import FileFault

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATOR = re.compile(r":?[-?+]")
MOST_DEPTH = 8  # of defaults within defaults


def fill_in(text: str, values: Mapping[str, str], line: int | None = None) -> str:
    """Return the text with each variable replaced; one that is not set is empty. Raises FileFault.

    >>> fill_in("nginx:${VERSION:-1.30} $$5", {})
    'nginx:1.30 $5'
    """
    return Filling(values).filled(text, line)


class Filling:
    """Fills variables in, and remembers those that nobody sets and that have no default."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.unset: dict[tuple[str, int | None], None] = {}  # name and line, each once, in their order

    def filled(self, text: str, line: int | None, depth: int = 0) -> str:
        """The text with each variable replaced. Raises FileFault."""
        if depth > MOST_DEPTH:
            raise FileFault("defaults are nested too deeply in each other.", line)
        done: list[str] = []
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            done.append(text[at:dollar])
            following = text[dollar + 1 : dollar + 2]
            name = _NAME.match(text, dollar + 1)
            if following == "$":
                done.append("$")
                at = dollar + 2
            elif name is not None:
                done.append(self._value(name[0], line))
                at = name.end()
            elif following == "{":
                end = _closing(text, dollar + 2, line)
                done.append(self._expanded(text[dollar + 2 : end], line, depth))
                at = end + 1
            else:
                raise FileFault(
                    "a $ that begins no variable: a real dollar sign is written $$ in a compose file.", line
                )
        return "".join([*done, text[at:]])

    def _value(self, name: str, line: int | None) -> str:
        if name not in self._values:
            self.unset[(name, line)] = None
        return self._values.get(name, "")

    def _expanded(self, inside: str, line: int | None, depth: int) -> str:
        name = _NAME.match(inside)
        if name is None:
            raise FileFault(f"${{{inside}}} names no variable: letters, digits and _ only.", line)
        rest = inside[name.end() :]
        if not rest:
            return self._value(name[0], line)
        value = self._values.get(name[0])
        operator = _OPERATOR.match(rest)
        if operator is None:
            raise FileFault(f"${{{inside}}} can't be read; a default is written ${{{name[0]}:-default}}.", line)
        word = rest[operator.end() :]
        given = bool(value) if operator[0].startswith(":") else value is not None
        if operator[0].endswith("+"):
            return self.filled(word, line, depth + 1) if given else ""
        if given:
            return value or ""
        if operator[0].endswith("?"):
            said = self.filled(word, line, depth + 1)
            raise FileFault(f"it asks for the variable {name[0]}, and nobody sets it. {said}".strip(), line)
        return self.filled(word, line, depth + 1)


def _closing(text: str, start: int, line: int | None) -> int:
    """Where the brace ends that was opened before start."""
    depth = 1
    for place in range(start, len(text)):
        if text[place] == "{" and text[place - 1] == "$":
            depth += 1
        elif text[place] == "}":
            depth -= 1
            if depth == 0:
                return place
    raise FileFault("${ is opened and its } is missing.", line)
