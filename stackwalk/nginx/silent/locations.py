"""Locations whose path does not fit to what stands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.reading import matched
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent.note import Look, note
from stackwalk.nginx.tokens import Statement

_ANSWERS = ("proxy_pass", "fastcgi_pass", "grpc_pass", "uwsgi_pass", "scgi_pass", "alias", "try_files")


@dataclass(frozen=True, slots=True)
class _Location:
    """A location for all paths that begin so."""

    found: Found
    prefix: str
    inside: tuple[Statement, ...]

    def all(self, name: str) -> list[Statement]:
        return [each for each in self.inside if each.name == name and each.arguments]


def _locations(project: Project) -> Iterator[_Location]:
    for found in project.named("location"):
        if found.statement.block is None:
            continue
        inside = tuple(project.inside(found.source, found.statement.block))
        *kind, prefix = found.statement.values() or ("",)
        if kind == [] and prefix.startswith("^~"):
            prefix = prefix[2:]
        if kind in ([], ["^~"]) and prefix.startswith("/"):
            yield _Location(found, prefix, inside)


def aliases(project: Project, _: Setting) -> Iterator[Complaint]:
    """What follows the location's path is put behind the alias as it is: both end with a slash, or none."""
    for location in _locations(project):
        for alias in location.all("alias"):
            path, prefix = alias.arguments[0].text, location.prefix
            if "$" in path or path.endswith("/") == prefix.endswith("/"):
                continue
            if prefix.endswith("/") and re.search(r"\.\w{1,5}$", path):
                means = f"“alias {path}” names one file, and “location {prefix}” is for all paths that begin so."
                try_this = "Name a folder, or write proxy_pass http://… where a program should answer."
            elif prefix.endswith("/"):
                means = (
                    f"“alias {path}” has no slash at its end: "
                    f"{prefix}style.css becomes {path}style.css, which is not there."
                )
                try_this = f"Write alias {path}/;"
            else:
                means = (
                    f"“location {prefix}” has no slash at its end: "
                    f"{prefix}../secret leads to the folder above {path}, for everybody."
                )
                try_this = f"Write location {prefix}/ {{"
            yield note(location.found.source, alias.line, means, try_this)


def roots(project: Project, _: Setting) -> Iterator[Complaint]:
    """The whole path of a request is put behind a root, the location's too."""
    for location in _locations(project):
        parts = [part for part in location.prefix.split("/") if part]
        for root in location.all("root"):
            path = root.arguments[0].text.rstrip("/")
            if parts and path.split("/")[-1] == parts[-1]:
                where = "/".join(parts)
                yield note(
                    location.found.source,
                    root.line,
                    f"nginx looks for /{where}/style.css in {path}/{where}/style.css: "
                    "a root is the folder above the location's path.",
                    f"Write root {path[: -len(parts[-1])].rstrip('/') or '/'}; or alias {path}/;",
                )


def paths(project: Project, _: Setting) -> Iterator[Complaint]:
    """A path in proxy_pass takes the place of the location's: both end with a slash, or none."""
    for location in _locations(project):
        for passed in location.all("proxy_pass"):
            scheme, separator, rest = passed.arguments[0].text.partition("://")
            slash = rest.find("/")
            if not separator or slash <= 0 or "$" in rest or rest.startswith("unix:"):
                continue
            path, prefix = rest[slash:], location.prefix
            if path.endswith("/") == prefix.endswith("/"):
                continue
            asked = prefix.rstrip("/") + "/users"
            becomes = path + asked[len(prefix) :]
            url = f"{scheme}://{rest[:slash]}"
            yield note(
                location.found.source,
                passed.line,
                f"{asked} reaches the application as {becomes}: the path of proxy_pass takes the place of “{prefix}”, "
                "and one of the two ends with a slash.",
                f"Write location {prefix}/ {{"
                if path.endswith("/")
                else f"Write proxy_pass {url}; to pass paths on as they came.",
            )


def never(project: Project, _: Setting) -> Iterator[Complaint]:
    """A location that no path fits: each begins with a slash, and without ~ every sign stands for itself."""
    for found in project.named("location"):
        if found.statement.block is None or not found.statement.arguments:
            continue
        kind, path = matched(found.statement.values())
        title = " ".join(word.text.strip() for word in found.statement.words)
        if kind in ("~", "~*", "@"):
            continue
        plain = re.sub(r"[\^$*\\]|\.\*|\(.*\)", "", path).strip().lstrip("/")
        if not path.startswith("/"):
            means = f"“{title}” fits no request: every path begins with a slash."
        elif re.search(r"\*|\.\+|\$$|\\\.|\(.*\)", path):
            means = f"In “{title}” every sign stands for itself: without ~ nginx knows no patterns."
        else:
            continue
        shown = f"{kind} " if kind else ""
        better = re.sub(r"//+", "/", f"/{plain}")
        yield note(found.source, found.statement.line, means, f"Write location {shown}{better} {{")


def captures(project: Project, _: Setting) -> Iterator[Complaint]:
    """An alias in a location with ~ takes the place of the whole path."""
    for found in project.named("location"):
        kind, path = matched(found.statement.values())
        if found.statement.block is None or kind not in ("~", "~*"):
            continue
        for alias in project.inside(found.source, found.statement.block):
            if alias.name != "alias" or not alias.arguments or "$" in alias.arguments[0].text:
                continue
            prefix = re.fullmatch(r"\^?(/[\w/.-]*/)(?:\.\*)?\$?", path, re.ASCII)
            yield note(
                found.source,
                alias.line,
                f"In a location with ~, alias takes the place of the whole path: every request of it is for "
                f"{alias.arguments[0].text} itself.",
                f"Write location {prefix[1]} {{, without the ~."
                if prefix
                else "Write a location without ~, or put what the expression has found behind the alias: $1.",
            )


def returns(project: Project, _: Setting) -> Iterator[Complaint]:
    """`return` comes before everything else in its location."""
    for found in project.named("location"):
        inside = list(project.inside(found.source, found.statement.block or ()))
        answers = next((each for each in inside if each.name in _ANSWERS), None)
        for each in inside:
            if each.name == "return" and answers is not None:
                yield note(
                    found.source,
                    each.line,
                    f"“return” answers every request of this location, "
                    f"so “{answers.name}” on line {answers.line} is never used.",
                    "Take one of the two out.",
                )


def error_pages(project: Project, _: Setting) -> Iterator[Complaint]:
    """A page of error_page is an address of this server, which begins with a slash; all else leads elsewhere."""
    for found in project.named("error_page"):
        for word in found.statement.arguments[-1:]:
            page = word.text
            if not re.match(r"[/@$=]|https?:", page) and not page.isdigit():
                rest = " ".join(found.statement.values()[:-1])
                yield note(
                    found.source,
                    word.line,
                    f"“{page}” does not begin with a slash, so nginx sends the browser there instead of the page.",
                    f"Write error_page {rest} /{page};",
                )


LOOKS: tuple[Look, ...] = (error_pages, never, aliases, captures, roots, paths, returns)
