"""Headers that a further block ends, and names of headers that nobody else knows."""

from collections.abc import Iterator

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.naming import joined
from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent.note import Look, note
from stackwalk.nginx.tokens import Statement

_Key = tuple[str, int]
# What applications look for behind a proxy, and names of others that are much like these.
_FOR_APPLICATIONS = {
    name.lower(): name
    for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP")
}
_OTHERS = frozenset({"x-forwarded-by", "x-forwarded-server", "x-forwarded-prefix", "x-forwarded-path", "x-real-port"})
_ENDING = ("proxy_set_header", "add_header")


def dropped(project: Project, _: Setting) -> Iterator[Complaint]:
    """One of these in a block ends all that stand further out; those that are not said again are gone."""
    top = tuple(project.in_http())
    around: dict[_Key, dict[str, dict[str, Statement]]] = {}  # a block -> what it has of each
    for found in project.named("location", "server"):
        if found.statement.block is None or found.path[-1:] == ("upstream",):
            continue
        for name in _ENDING:
            own = _headers(project.inside(found.source, found.statement.block), name)
            if not own:
                continue
            gone = {key: where for key, where in _outside(project, found, top, around)[name].items() if key not in own}
            if gone:
                shown = ", ".join(where.arguments[0].text for where in gone.values())
                first = next(iter(own.values()))
                numbers = [f"{where.line}" for where in gone.values()]
                lines = f"line{'' if len(numbers) == 1 else 's'} {joined(numbers)}"
                yield note(
                    found.source,
                    first.line,
                    f"One {name} in this block ends those further out: "
                    f"{shown} ({lines}) {'is' if len(gone) == 1 else 'are'} not sent from here.",
                    f"Say {'it' if len(gone) == 1 else 'them'} again in this block.",
                )


def _outside(
    project: Project, found: Found, top: tuple[Statement, ...], known: dict[_Key, dict[str, dict[str, Statement]]]
) -> dict[str, dict[str, Statement]]:
    """Those that hold around a block: for each kind, those of the nearest block that has any."""
    *further, parent = found.parents or (None,)
    key = (found.source.name, parent.words[0].start if parent else -1)
    if key not in known:
        outer, around = {}, top if found.source is project.main else ()
        if parent is not None:
            outer = _outside(project, Found(found.source, tuple(further), parent), top, known)
            around = tuple(project.inside(found.source, parent.block or ()))
        known[key] = {name: _headers(iter(around), name) or outer.get(name, {}) for name in _ENDING}
    return known[key]


def _headers(statements: Iterator[Statement], name: str) -> dict[str, Statement]:
    return {each.arguments[0].text.lower(): each for each in statements if each.name == name and each.arguments}


def misspelt(project: Project, _: Setting) -> Iterator[Complaint]:
    """A header may have any name, so nginx can't tell that nobody reads this one."""
    for found in project.named("proxy_set_header", "add_header"):
        for word in found.statement.arguments[:1]:
            directive, name = found.statement.name, word.text
            near = _meant(name) if directive == "proxy_set_header" else None
            rest = "".join(
                f" {found.source.conf.text[each.start : each.end]}" for each in found.statement.arguments[1:]
            )
            if name.endswith(":"):
                means = f"The colon of “{name}” becomes a part of the header's name, which no program takes."
                yield note(found.source, word.line, means, f"Write {directive} {name.rstrip(':')}{rest};")
            elif near is not None:
                means = f"The header {name} is nearly {near}, and no program looks for it by that name."
                yield note(found.source, word.line, means, f"Write {directive} {near}{rest};")
            elif directive == "add_header" and name.lower() in _FOR_APPLICATIONS:
                means = f"add_header gives {name} to the browser, and it is for the application."
                yield note(found.source, word.line, means, f"Write proxy_set_header {name}{rest};")


def _meant(name: str) -> str | None:
    """The header that was most likely meant by a name that is nearly one."""
    plain = name.lower().replace("_", "-")
    if name.lower() in _FOR_APPLICATIONS or plain in _OTHERS:
        return None
    import difflib  # only where a header is none of the usual ones

    near = difflib.get_close_matches(plain, _FOR_APPLICATIONS, n=1, cutoff=0.85)
    return _FOR_APPLICATIONS[near[0]] if near else None


LOOKS: tuple[Look, ...] = (dropped, misspelt)
