"""Upstreams that do not do what they seem to, and names that nginx can't look up."""

import re
from collections.abc import Iterator

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.moving.survey import BY_VARIABLE, GIVING, Survey, survey
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent.note import Look, note

_PASSING = ("proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass")


def weights(project: Project, _: Setting) -> Iterator[Complaint]:
    """Weights are shares of each other."""
    for found in project.named("upstream"):
        servers = [each for each in project.inside(found.source, found.statement.block or ()) if each.name == "server"]
        given = [_weight(each.values()) for each in servers]
        if given and given[0] > 1 and len(set(given)) == 1:
            means = (
                f"All servers of this upstream have the weight {given[0]}, which is the same as none: they take turns."
                if len(given) > 1
                else "This upstream has one server, so its weight changes nothing."
            )
            yield note(found.source, servers[0].line, means, "Give the one that should get more a greater weight.")


def _weight(values: tuple[str, ...]) -> int:
    for value in values:
        if re.fullmatch(r"weight=[0-9]{1,6}", value, re.ASCII):
            return int(value.partition("=")[2])
    return 1


def unused(project: Project, _: Setting) -> Iterator[Complaint]:
    """An upstream that no proxy_pass names."""
    words = [word.text for found in project.named(*_PASSING) for word in found.statement.arguments]
    if any("$" in word for word in words):
        # The name may be in what a variable is set to.
        words += [
            word.text
            for found in project.named(*GIVING)
            for statement in (found.statement, *(found.statement.block or ()))
            for word in statement.words
        ]
    named = {name for word in words for name in re.findall(r"[\w.-]+", word.lower())}
    for found in project.named("upstream"):
        if found.path[-1:] != ("http",) or not found.statement.arguments or found.statement.block is None:
            continue
        name = found.statement.arguments[0].text
        if name.lower() not in named:
            yield note(
                found.source,
                found.statement.line,
                f"No proxy_pass names the upstream “{name}”, so it is never used.",
                f"Write proxy_pass http://{name}; where its servers should answer.",
            )


def lookups(project: Project, setting: Setting) -> Iterator[Complaint]:
    """With a variable in it, a name is looked up at each request."""
    known = survey(project)
    if known.resolves:
        return
    for found in project.named("proxy_pass"):
        for word in found.statement.arguments[:1]:
            name = _looked_up(word.text, known, setting)
            if name and name not in known.plain:
                yield note(
                    found.source,
                    word.line,
                    f"With a variable in proxy_pass, nginx looks “{name.partition(':')[0]}” up at each request, "
                    "and nobody told it whom to ask: every request ends as a 502.",
                    "Write resolver 127.0.0.11; (Docker's DNS), or proxy_pass without a variable.",
                )


def _looked_up(url: str, known: Survey, setting: Setting) -> str | None:
    """The name of a service that a URL with a variable leads to."""
    plain = re.match(r"https?://(?P<authority>[\w.-]+(?::\d+)?)(?=/[^$]*\$|\$(?:\{?)(?:request_)?uri\b)", url, re.ASCII)
    if plain:
        return _service(plain["authority"], setting)
    at = BY_VARIABLE.match(url)
    if at is None:
        return None
    given = known.given.get(at["braced"] or at["plain"], ())
    names = (_service(word.text + (at["port"] or ""), setting) for word in given)
    return next((name for name in names if name), None)


def _service(value: str, setting: Setting) -> str | None:
    authority = re.sub(r"^https?://", "", value).partition("/")[0]
    return authority if authority.partition(":")[0].lower() in setting.services else None


def languages(project: Project, setting: Setting) -> Iterator[Complaint]:
    """Gunicorn speaks HTTP, and none of the others that nginx can."""
    for found in project.named("fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"):
        for word in found.statement.arguments[:1]:
            host = re.sub(r"^\w+://", "", word.text).partition(":")[0]
            if host.lower() in setting.services:
                name = found.statement.name
                yield note(
                    found.source,
                    word.line,
                    f"{name} speaks another language than HTTP, and Gunicorn understands that alone.",
                    f"Write proxy_pass http://{re.sub(r'^.*://', '', word.text)};",
                )


LOOKS: tuple[Look, ...] = (weights, unused, lookups, languages)
