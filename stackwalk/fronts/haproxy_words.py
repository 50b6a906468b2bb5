"""The words of a haproxy.cfg, and what in it would run programs, or lead out of the workspace. Pure.

Source: https://docs.haproxy.org/2.6/configuration.html, 2.2: quotes, and what a backslash does.
"""

import posixpath
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

_ESCAPED = re.compile(r"x([0-9A-Fa-f]{2})|(.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}

# Sections of their own that speak to others, or run them.
_SECTIONS = frozenset({"fcgi-app", "log-forward", "mailers", "peers", "program", "resolvers", "ring", "traces"})
_OTHERS = frozenset({"cache", "userlist", "http-errors", "global", "defaults", "frontend", "backend", "listen"})
_RUNS = re.compile(r"lua-.*|external-check|51degrees-.*|deviceatlas-.*|wurfl-.*|module-.*")
_REACHES = frozenset({"dispatch", "email-alert", "transparent"})
# What only a service of the system may do, or what would outlive the lab: everybody's file has it.
_SYSTEM = re.compile(
    r"daemon|quiet|chroot|user|group|uid|gid|pidfile|master-worker|nbproc|ulimit-n|setenv|presetenv|insecure-.*|cpu-map"
    r"|ca-base|crt-base|localpeer|(?:load-)?server-state-.*|issuers-chain-path|ssl-dh-param-file|pp2-never-send-local"
)
_FILE_BEHIND = frozenset({"crt", "ca-file", "crl-file", "crt-list", "ca-verify-file", "ca-sign-file", "errorfiles",
    "file", "lf-file", "errorfile", "-f"})  # fmt: skip
_MAP = re.compile(r"map(?:_\w+)?\(([^,)]+)")
_OWN_ERRORS = "/etc/haproxy/errors/"  # Debian's, in its own file
_DOOR = re.compile(r"(?:ipv[46]@)?(?:\*|[\w.-]*|\[[0-9A-Fa-f:.]*\]|[0-9A-Fa-f:]*):\d{1,5}(?:-\d+)?", re.ASCII)
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.\d+){3}|\[?::1\]?):\d{1,5}", re.ASCII)


class Refusal(NamedTuple):
    """A line that HAProxy does not get. `means` is "" where everybody's file has it and nobody needs to know."""

    line: int
    means: str = ""
    try_this: str = ""


def words_of(line: str) -> list[str]:
    r"""The words of a line, as HAProxy reads them.

    >>> words_of("  l\\x75a-load 'a b' \"c\"d # e")
    ['lua-load', 'a b', 'cd']
    """
    found: list[str] = []
    word: str | None = None
    quote = ""
    at = 0
    while at < len(line):
        sign = line[at]
        at += 1
        if quote and sign == quote:
            quote = ""
        elif not quote and sign in "\"'":
            quote, word = sign, word or ""
        elif sign == "\\" and quote != "'" and (escaped := _ESCAPED.match(line, at)) is not None:
            at = escaped.end()
            value = chr(int(escaped[1], 16)) if escaped[1] else _LETTERS.get(escaped[2], escaped[2])
            word = (word or "") + value
        elif not quote and sign == "#":
            break
        elif not quote and sign.isspace():
            found += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + sign
    return found if word is None else [*found, word]


def refusals(text: str, services: Collection[str]) -> Iterator[Refusal]:
    """Each line that is not for this lab. services: those that may be asked ("application:8000")."""
    outside = False
    for number, line in enumerate(text.split("\n"), 1):
        words = words_of(line)
        if words[:1] and words[0] in ("no", "default"):
            words = words[1:]
        if not words:
            continue
        if words[0] in _SECTIONS:
            outside = True
            yield Refusal(number, f"A section “{words[0]}” runs or asks others than your services, and this lab takes "
                "none.", "Take the section out.")  # fmt: skip
        elif words[0] in _OTHERS:
            outside = False
        elif outside:
            yield Refusal(number)
        elif (found := _of_line(words, services)) is not None:
            yield Refusal(number, *found)


def _of_line(words: list[str], services: Collection[str]) -> tuple[str, str] | tuple[()] | None:
    name = words[0]
    option = words[1] if name == "option" and words[1:] else ""
    if _SYSTEM.fullmatch(name) or (name == "stats" and words[1:2] in (["socket"], ["bind-process"])):
        return ()
    if name == "log":
        # The log of the system, and other machines'.
        return None if words[1:2] in (["global"], ["stdout"], ["stderr"], []) else ()
    if _RUNS.fullmatch(name) or option == "external-check" or (name == "filter" and words[1:2] == ["spoe"]):
        return f"“{option or name}” runs other programs, and this lab takes none in.", "Take the line out."
    if name in _REACHES or option == "transparent":
        return f"“{option or name}” leads to others than your services.", "Write server lines, with their names."
    if name == "bind":
        return _bind(words)
    if name in ("server", "server-template", "default-server", "use-server"):
        found = _server(words, services)
        if found is not None:
            return found
    return _files(words)


def _bind(words: list[str]) -> tuple[str, str] | tuple[()] | None:
    odd = next((one for one in "".join(words[1:2]).split(",") if not _DOOR.fullmatch(one)), None)
    if odd is None:
        return _files(words)
    return (
        f"“bind {odd}” opens something else than a port, which this lab does not, or not outside of your folder.",
        "Write the port: bind :80",
    )


def _server(words: list[str], services: Collection[str]) -> tuple[str, str] | None:
    place = {"server": 2, "server-template": 3}.get(words[0])
    typed = words[place] if place is not None and words[place:] else None
    if typed is None or typed.lower() in services or _LOOPBACK.fullmatch(typed):
        return None
    if re.fullmatch(r"[A-Za-z][\w-]*:[0-9]{1,5}", typed, re.ASCII):
        # Such a name is spoken of by itself; HAProxy must not look it up.
        return None if words[0] == "server" else (f"No service is called {typed} here.", "Name the services.")
    return (
        f"“{words[0]} … {typed}” is no service and its port, and nobody else is asked here.",
        f"Name a service: {' or '.join(sorted(services))}.",
    )


def _files(words: list[str]) -> tuple[str, str] | tuple[()] | None:
    for number, word in enumerate(words):
        names = _MAP.findall(word)
        if word in _FILE_BEHIND or (number and words[number - 1] == "-M"):
            behind = words[number + 1 : number + 2]
            if word == "errorfile" and not number:
                behind = words[2:3]
            names += behind
        for name in names:
            if name.startswith(_OWN_ERRORS) and ".." not in name:
                return ()
            if name.startswith(("/", "~", "@")) or "$" in name or posixpath.normpath(name).startswith(".."):
                return (
                    f"“{name}” is a file outside of your folder, and nothing outside of it is given to HAProxy.",
                    "Put the file into your folder, and name it from there.",
                )
    return None
