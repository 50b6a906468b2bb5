"""What of the whole project has to be known to move one directive of it, looked up once."""

import re
from typing import NamedTuple

from stackwalk.nginx.project import Project
from stackwalk.nginx.tainting import captured_names, free_of
from stackwalk.nginx.tokens import Statement, Token

GIVING = ("set", "map", "split_clients")

# A host that is a variable, with or without a port behind it; or a whole URL that is one.
BY_VARIABLE = re.compile(r"(?:https?://)?\$(?:\{(?P<braced>\w+)\}|(?P<plain>\w+))(?P<port>:\d+)?(?=[/?$]|$)", re.ASCII)
_URL = re.compile(r"https?://(?P<authority>[^/?#$]+)(?:/[^$]*)?")


class Survey(NamedTuple):
    """Facts about all files together."""

    upstreams: frozenset[str]  # names of the learner's groups, in small letters
    in_http: frozenset[str]  # the directives that stand directly in `http`
    resolves: bool  # whether there is a resolver
    plain: frozenset[str]  # every `host:port` that a proxy_pass without a variable names
    passing: dict[str, frozenset[str]]  # a variable that a proxy_pass takes its host from -> the ports behind it
    given: dict[str, tuple[Token, ...]]  # the same variable -> the words that it gets its value from
    free: frozenset[str]  # the variables of the file that a request may give any value
    captured: frozenset[str]  # those that are captures of a regular expression


def survey(project: Project) -> Survey:
    """One look at everything."""
    urls = [each.statement.arguments[0].text for each in project.named("proxy_pass") if each.statement.arguments]
    passing: dict[str, frozenset[str]] = {}
    for url in urls:
        at = BY_VARIABLE.match(url)
        if at is not None:
            name = at["braced"] or at["plain"]
            passing[name] = passing.get(name, frozenset()) | {at["port"] or ""}
    given: dict[str, list[Token]] = {}
    for each in project.named(*GIVING):
        for variable, words in given_by(each.statement).items():
            if variable in passing:
                given.setdefault(variable, []).extend(words)
    return Survey(
        upstreams=frozenset(name.lower() for name in project.upstreams()),
        in_http=frozenset(each.name for each in project.in_http()),
        resolves=any(True for _ in project.named("resolver")),
        plain=frozenset(at["authority"] for url in urls if (at := _URL.fullmatch(url))),
        passing=passing,
        given={name: tuple(words) for name, words in given.items()},
        free=free_of(project),
        captured=captured_names(project),
    )


def given_by(statement: Statement) -> dict[str, tuple[Token, ...]]:
    """The variable that `set`, `map` or `split_clients` gives a value to, and the words it may get."""
    words = statement.arguments
    if len(words) != 2:
        return {}
    if statement.name == "set":
        return {words[0].text.removeprefix("$"): words[1:]}
    inside = statement.block or ()
    return {words[1].text.removeprefix("$"): tuple(each.words[1] for each in inside if len(each.words) == 2)}
