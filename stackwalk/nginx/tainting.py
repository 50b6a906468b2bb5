"""What a request may choose as it likes, ".." included: nginx's own variables, and those that get a value from them.

A capture of a regular expression is free where that compares a free variable and lets dots through.
"""

import re
from collections.abc import Iterator

from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.tokens import Statement

# Variables that hold what a client writes. `http_host` is checked by nginx.
_WRITTEN = re.compile(
    r"arg_\w+|args|query_string|request_uri|request|request_body|http_(?!host$)\w+|cookie_\w+|remote_user|content_type"
    r"|proxy_add_x_forwarded_for|ssl_\w+|upstream_(?:http|cookie|trailer)_\w+|sent_(?:http|trailer)_\w+"
)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
_CAPTURE = re.compile(r"\((?:\?P?<(?P<name>\w+)>|\?'(?P<quoted>\w+)'|(?!\?))", re.ASCII)
_PASSES_DOTS = re.compile(r"\.|\[\^|\\[SDWNX]")
_ONE_DOT = re.compile(r"\\\.(?=[A-Za-z0-9(])")
_FEW = 8  # rounds: one variable from another, from another


def variables_in(text: str) -> list[str]:
    """The names of the variables of a value.

    >>> variables_in("/a/$b${c}d/$1")
    ['b', 'c', '1']
    """
    return [braced or _plain(plain) for braced, plain in _VARIABLE.findall(text)]


def _plain(name: str) -> str:
    # $1x is the first capture and an x.
    return name[0] if name[0].isdigit() else name


def is_free(text: str, free: frozenset[str]) -> bool:
    """Whether a value holds what a client writes; `free`: the variables of the file that do."""
    return any(name in free or _WRITTEN.fullmatch(name) for name in variables_in(text))


def free_of(project: Project) -> frozenset[str]:
    """The variables of the learner's own that are free."""
    found: frozenset[str] = frozenset()
    given = list(project.named("set", "map", "if", "auth_request_set"))
    for _ in range(_FEW):
        more = found | {name for each in given for name in _given(each, found)}
        if more == found:
            break
        found = more
    return found


def _given(found: Found, free: frozenset[str]) -> Iterator[str]:
    statement = found.statement
    words = statement.arguments
    if statement.name == "if":
        yield from (name for name in _captured_by_if(statement, free) if not name.isdigit())
    elif len(words) == 2 and statement.name in ("set", "auth_request_set"):
        if is_free(words[1].text, free | numbered(found, free)):
            yield words[0].text.removeprefix("$")
    elif len(words) == 2:
        source = is_free(words[0].text, free)
        captured: set[str] = set()
        for each in statement.block or ():
            if source and each.words[0].text.startswith("~"):
                captured.update(_captures(each.words[0].text))
        yield from (name for name in captured if not name.isdigit())
        if any(is_free(each.words[1].text, free | captured) for each in statement.block or () if len(each.words) > 1):
            yield words[1].text.removeprefix("$")


def numbered(found: Found, free: frozenset[str]) -> frozenset[str]:
    """The captures $1 … that a condition around a directive, or beside it, has taken from a free variable."""
    for block in reversed(found.parents):
        conditions = [block, *(block.block or ())]
        captured = {name for each in conditions if each.name == "if" for name in _captured_by_if(each, free)}
        if captured:
            return frozenset(name for name in captured if name.isdigit())
        if block.name == "location" and any(word.text.startswith("~") for word in block.arguments):
            break  # its own regular expression has been compared later than what stands around it
    return frozenset()


def _captured_by_if(statement: Statement, free: frozenset[str]) -> Iterator[str]:
    words = statement.values()
    for compared, operator, expression in zip(words, words[1:], words[2:], strict=False):
        if operator in ("~", "~*") and is_free(compared, free):
            yield from _captures(expression)


def _captures(expression: str) -> Iterator[str]:
    """The captures of a regular expression that let dots through, by name and by number."""
    number = 0
    for at in _CAPTURE.finditer(expression):
        if _is_escaped(expression, at.start()):
            continue
        number += 1
        if _PASSES_DOTS.search(_ONE_DOT.sub("", _group(expression, at.end()))):
            yield str(number)
            name = at["name"] or at["quoted"]
            if name:
                yield name


def _group(expression: str, start: int) -> str:
    depth = 1
    for at in range(start, len(expression)):
        if expression[at] in "()" and not _is_escaped(expression, at):
            depth += 1 if expression[at] == "(" else -1
            if not depth:
                return expression[start:at]
    return expression[start:]


def _is_escaped(text: str, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def captured_names(project: Project) -> frozenset[str]:
    """Every name that a regular expression of the files gives to a capture."""
    return frozenset(
        at["name"] or at["quoted"]
        for source in project.sources
        for at in _CAPTURE.finditer(source.conf.text)
        if at["name"] or at["quoted"]
    )
