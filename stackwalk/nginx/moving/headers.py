"""Headers that nginx would make from a service's name, where the name is a group of ours."""

import re

from stackwalk.nginx.editing import quoted
from stackwalk.nginx.moving.draft import Draft
from stackwalk.nginx.project import Found
from stackwalk.nginx.tokens import Statement

_HOST = " proxy_set_header Host $sw_proxy_host;"
# Variables that would show our ports and groups, and whose typed values the wrapper's maps give.
_REAL = re.compile(r"\$(\{?)(proxy_host|proxy_port|server_port)\b(\}?)")


def set_header(draft: Draft, found: Found) -> None:
    """One proxy_set_header ends all that stood further out, the wrapper's for Host too: it is said again."""
    if _is_included(draft, found):
        return  # the block that includes this file takes care
    if _first(draft, found) is found.statement and not _has_host(draft, found):
        draft.add(found.statement, _HOST)


def included_headers(draft: Draft, found: Found) -> None:
    """The same where an included file has the first proxy_set_header of a block."""
    if _is_included(draft, found):
        return
    included = draft.project.inside(draft.source, (found.statement,))
    theirs = next((each for each in included if each.name == "proxy_set_header"), None)
    if theirs is not None and _first(draft, found) is theirs and not _has_host(draft, found):
        draft.add(found.statement, _HOST)


def _first(draft: Draft, found: Found) -> Statement | None:
    return next(iter(draft.around(found).get("proxy_set_header", ())), None)


def _has_host(draft: Draft, found: Found) -> bool:
    headers = draft.around(found).get("proxy_set_header", ())
    return any(each.arguments and each.arguments[0].text.lower() == "host" for each in headers)


def _is_included(draft: Draft, found: Found) -> bool:
    return not found.parents and draft.source is not draft.project.main


def redirects(draft: Draft, found: Found, url: str, path: str) -> None:
    """What nginx does by itself (`proxy_redirect default`) with the URL as typed, which the application sees."""
    target = _target(found, path)
    if target is None:
        return
    come_from = quoted(url + (path or "/"))
    own = draft.around(found).get("proxy_redirect", [])
    for each in own:
        if each.values() == ("default",) and draft.has(each) and each.arguments[0].start not in draft.swapped:
            draft.swap(each.arguments[0], f"{come_from} {quoted(target)}")
    said = bool(own) or any("proxy_redirect" in draft.within(parent) for parent in found.parents[:-1])
    if not said and "proxy_redirect" not in draft.survey.in_http:
        draft.add_around(found, f" proxy_redirect {come_from} {quoted(target)};")


def _target(found: Found, path: str) -> str | None:
    """What stands in the place of the URL: the location's own path where proxy_pass has one."""
    location = next((each for each in reversed(found.parents) if each.name == "location"), None)
    if location is None:
        return None
    if not path:
        return "/"
    *kind, prefix = location.values() or ("",)
    if kind in ([], ["="], ["^~"]):
        prefix = re.sub(r"^(=|\^~)", "", prefix)
        return prefix if prefix.startswith("/") else None
    return None


def show_typed(draft: Draft, statement: Statement) -> None:
    """No variable shows what the learner did not type."""
    for word in statement.arguments:
        raw = draft.raw(word)
        if "$" in raw and word.start not in draft.swapped:
            text = _REAL.sub(lambda found: f"${found[1]}sw_{found[2]}{found[3]}", raw)
            if text != raw:
                draft.swap(word, text)
