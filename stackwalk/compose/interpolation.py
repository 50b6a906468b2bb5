"""`${NAME:-default}` in a compose file, filled in as Compose does it. Pure.

Source: https://docs.docker.com/reference/compose-file/interpolation/
"""

import re
from collections.abc import Mapping

from stackwalk.compose.fault import FileFault

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATOR = re.compile(r":?[-?+]")
MOST_DEPTH = 8  # of defaults within defaults


def fill_in(text: str, values: Mapping[str, str], line: int | None = None, depth: int = 0) -> str:
    """Return the text with each variable replaced; one that is not set is empty. Raises FileFault.

    >>> fill_in("nginx:${VERSION:-1.30} $$5", {})
    'nginx:1.30 $5'
    """
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
            done.append(values.get(name[0], ""))
            at = name.end()
        elif following == "{":
            end = _closing(text, dollar + 2, line)
            done.append(_expanded(text[dollar + 2 : end], values, line, depth))
            at = end + 1
        else:
            raise FileFault("a $ that begins no variable: a real dollar sign is written $$ in a compose file.", line)
    return "".join([*done, text[at:]])


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


def _expanded(inside: str, values: Mapping[str, str], line: int | None, depth: int) -> str:
    name = _NAME.match(inside)
    if name is None:
        raise FileFault(f"${{{inside}}} names no variable: letters, digits and _ only.", line)
    rest = inside[name.end() :]
    value = values.get(name[0])
    if not rest:
        return value or ""
    operator = _OPERATOR.match(rest)
    if operator is None:
        raise FileFault(f"${{{inside}}} can't be read; a default is written ${{{name[0]}:-default}}.", line)
    word = rest[operator.end() :]
    given = bool(value) if operator[0].startswith(":") else value is not None
    if operator[0].endswith("+"):
        return fill_in(word, values, line, depth + 1) if given else ""
    if given:
        return value or ""
    if operator[0].endswith("?"):
        said = fill_in(word, values, line, depth + 1)
        raise FileFault(f"it asks for the variable {name[0]}, and nobody sets it. {said}".strip(), line)
    return fill_in(word, values, line, depth + 1)
