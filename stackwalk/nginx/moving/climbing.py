"""Requests that climb out of a folder with "..", where nginx puts a path together from parts of theirs.

nginx makes every path plain before it looks at locations, and yet "/files../x" is a plain path: what stands behind
"/files" of it begins with "..". A learner may lead that to another folder of the workspace, which the lesson is about,
and not out of it.
"""

import re

from stackwalk.nginx.moving.draft import Draft
from stackwalk.nginx.project import Found
from stackwalk.nginx.reading import matched
from stackwalk.nginx.tainting import variables_in
from stackwalk.nginx.tokens import Statement, Token

CLIMBS = "$sw_climbs"  # a map of the wrapper's: a condition on $uri itself would take away what a location has captured
_GUARD = f" if ({CLIMBS}) {{ return 404; }}"
# Variables in which no ".." can be a part of a path of its own.
_HARMLESS = frozenset({"host", "server_name", "status", "scheme", "request_method", "remote_addr", "server_port"})
_PLAIN = _HARMLESS | {"uri", "document_uri"}
_ELSEWHERE = re.compile(r"https?://|\$\{?scheme\b|@|=")
_PASSING = ("proxy_pass", "fastcgi_pass", "grpc_pass", "uwsgi_pass", "scgi_pass", "memcached_pass")


def addresses(draft: Draft, found: Found) -> tuple[Token, ...]:
    """The words of a directive that nginx looks for below a root."""
    words = found.statement.arguments
    name = found.statement.name
    if name == "rewrite":
        away = words[2:] and words[2].text in ("redirect", "permanent")
        words = () if away or _is_passed_on(draft, found) else words[1:2]
    elif name == "error_page":
        words = words[-1:]
    elif name in ("auth_request", "mirror"):
        return tuple(word for word in words if "$" not in word.text)  # they know no variables
    return tuple(word for word in words if not _ELSEWHERE.match(word.text))


def free_in(draft: Draft, found: Found) -> frozenset[str]:
    """The variables that could hold ".." in such a word."""
    free = draft.free(found)
    if found.statement.name == "rewrite" and "(" in found.statement.values()[0]:
        return frozenset(name for name in free if not name.isdigit())  # its own captures, of a plain path
    return free


def guard_folder(draft: Draft, found: Found, path: str) -> None:
    """A root or an alias: so many parts may climb as there are folders above the first."""
    inside = path.removeprefix(draft.setting.workspace)
    if inside == path:
        return
    depth = inside.partition("$")[0].strip("/").count("/") + (1 if inside.partition("$")[0].strip("/") else 0)
    climbing = sum(name not in _HARMLESS for name in variables_in(inside))
    if found.statement.name == "alias" and not climbing and path.endswith("/"):
        location = next((each for each in reversed(found.parents) if each.name == "location"), None)
        kind, prefix = matched(location.values()) if location is not None else ("", "/")
        climbing = int(kind in ("", "^~") and not prefix.endswith("/"))
    if climbing > depth:
        _guard(draft, found)


def guard_address(draft: Draft, found: Found, word: Token) -> None:
    """What is looked for below a root."""
    if any(name not in _PLAIN for name in variables_in(word.text)):
        _guard(draft, found)


def _guard(draft: Draft, found: Found) -> None:
    block = draft.wide(found)
    if block is None or not any(_is_guard(each) for each in block.block or ()):
        draft.add_before(found, _GUARD)


def _is_guard(statement: Statement) -> bool:
    return statement.name == "if" and statement.values() == (f"({CLIMBS})",)


def _is_passed_on(draft: Draft, found: Found) -> bool:
    """Whether the location asks a program in any case, once its rewrites are over, and looks for no file."""
    around = draft.around(found)
    rewrites = around.get("rewrite", ())
    last = [word.text for word in rewrites[-1].arguments[2:]] if rewrites else []
    return any(name in around for name in _PASSING) and last == ["break"]
