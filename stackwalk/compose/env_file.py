"""The file .env: NAME=value, a line each, as Compose reads it. Pure.

Read here and not by python-dotenv: where that is installed, Flask fills the environment of lab 2's application from
the same file by itself. Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
"""

import re

from stackwalk.compose.fault import FileFault
from stackwalk.compose.interpolation import fill_in

MOST_BYTES = 64 * 1024
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]\s*(.*)", re.ASCII)
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
_SINGLE = re.compile(r"'([^']*)'\s*(?:#.*)?")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def read_env(text: str) -> dict[str, str]:
    """Return the variables of a .env file; a later line wins. Raises FileFault where a line is no variable's.

    >>> read_env("PORT=8080  # the door")
    {'PORT': '8080'}
    """
    if len(text) > MOST_BYTES:
        raise FileFault(f"it is larger than {MOST_BYTES // 1024} KB, and no file of this kind is.")
    values: dict[str, str] = {}
    for number, row in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = row.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise FileFault("a line here is NAME=value, and this one is not.", number)
        values[match[1]] = _value(match[2].strip(), values, number)
    return values


def _value(typed: str, values: dict[str, str], line: int) -> str:
    if typed.startswith("'"):
        single = _SINGLE.fullmatch(typed)
        if single is None:
            raise FileFault("a quote is opened and never closed.", line)
        return single[1]
    if typed.startswith('"'):
        double = _DOUBLE.fullmatch(typed)
        if double is None:
            raise FileFault("a quote is opened and never closed.", line)
        plain = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), double[1])
        return fill_in(plain, values, line)
    return fill_in(re.sub(r"(^|\s)#.*$", "", typed).strip(), values, line)
