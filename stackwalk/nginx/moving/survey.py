"""What of the whole project has to be known to move one directive of it, looked up once."""

import re
from dataclasses import dataclass

from stackwalk.nginx.project import Project

# A host that is a variable, with or without a port behind it; or a whole URL that is one.
BY_VARIABLE = re.compile(r"(?:https?://)?\$(?:\{(?P<braced>\w+)\}|(?P<plain>\w+))(?P<port>:\d+)?(?=[/?$]|$)", re.ASCII)
_URL = re.compile(r"https?://(?P<authority>[^/?#$]+)(?:/[^$]*)?")


@dataclass(frozen=True, slots=True)
class Survey:
    """Facts about all files together."""

    upstreams: frozenset[str]  # names of the learner's groups, in small letters
    in_http: frozenset[str]  # the directives that stand directly in `http`
    resolves: bool  # whether there is a resolver
    plain: frozenset[str]  # every `host:port` that a proxy_pass without a variable names
    passing: dict[str, frozenset[str]]  # a variable that a proxy_pass takes its host from -> the ports behind it


def survey(project: Project) -> Survey:
    """One look at everything."""
    urls = [each.statement.arguments[0].text for each in project.named("proxy_pass") if each.statement.arguments]
    passing: dict[str, frozenset[str]] = {}
    for url in urls:
        at = BY_VARIABLE.match(url)
        if at is not None:
            name = at["braced"] or at["plain"]
            passing[name] = passing.get(name, frozenset()) | {at["port"] or ""}
    return Survey(
        upstreams=frozenset(name.lower() for name in project.upstreams()),
        in_http=frozenset(each.name for each in project.in_http()),
        resolves=any(True for _ in project.named("resolver")),
        plain=frozenset(at["authority"] for url in urls if (at := _URL.fullmatch(url))),
        passing=passing,
    )
