"""What a command would run: Gunicorn, with which application, on which addresses. Pure.

Source: https://docs.gunicorn.org/en/stable/settings.html (bind, chdir, config).
"""

import ast
import posixpath
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

SHELLS = ("sh", "bash", "ash", "dash", "/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash")
DEFAULT_BIND = "127.0.0.1:8000"
_LONE = frozenset(  # options of Gunicorn that take no value
    re.findall(
        r"\S+",
        "--reload --daemon -D --preload --capture-output -R --enable-stdio-inheritance --spew --check-config "
        "--print-config --no-sendfile --reuse-port --proxy-protocol --initgroups --disable-redirect-access-to-syslog "
        "--log-syslog --suppress-ragged-eofs --do-handshake-on-connect --no-control-socket --permit-obsolete-folding "
        "--strip-header-spaces --help -h --version -v",
    )
)
_ENDS = ("&&", ";", "||", "|", "&")  # of one command of a shell


@dataclass(frozen=True, slots=True)
class Gunicorn:
    """A call of Gunicorn."""

    application: str  # "wsgi" or "wsgi:application", as typed; "" where none is named
    binds: tuple[str, ...]  # host:port each; empty: none is typed, Gunicorn's settings file or its default decides
    folder: str | None = None  # --chdir
    settings: str | None = None  # -c: its settings file; None: gunicorn.conf.py where it starts
    daemon: bool = False

    @property
    def module(self) -> str:
        """The module of the application."""
        return self.application.partition(":")[0]


def words_of(
    entrypoint: tuple[str, ...] | None, command: tuple[str, ...] | None, environment: Mapping[str, str]
) -> tuple[str, ...]:
    """The words that are run, a shell's `-c` opened, with the container's own variables filled in."""
    words = (*(entrypoint or ()), *(command or ()))
    if len(words) >= 3 and words[0] in SHELLS and "c" in words[1] and words[1].startswith("-"):
        inner = _split(_filled(words[2], environment))
        last = max((at for at, word in enumerate(inner) if word in _ENDS), default=-1)
        return tuple(inner[last + 1 :])
    return words


def gunicorn_of(words: tuple[str, ...], environment: Mapping[str, str]) -> Gunicorn | None:
    """Read a call of Gunicorn; None where something else is run."""
    at = next((place for place, word in enumerate(words[:6]) if _is_gunicorn(words, place)), None)
    if at is None:
        return None
    rest = [*_split(environment.get("GUNICORN_CMD_ARGS", "")), *words[at + 1 :]]
    values: dict[str, list[str]] = {}
    positional: list[str] = []
    flags: set[str] = set()
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            positional.append(word)
        elif word in _LONE:
            flags.add(word)
        elif equals and word.startswith("--"):
            values.setdefault(name, []).append(value)
        elif not word.startswith("--") and len(word) > 2:
            values.setdefault(word[:2], []).append(word[2:].removeprefix("="))
        elif rest:
            values.setdefault(word, []).append(rest.pop(0))
    binds = (*values.get("-b", []), *values.get("--bind", []))
    if not binds and environment.get("PORT"):
        binds = (f"0.0.0.0:{environment['PORT']}",)
    folder, settings = (values.get(name, [None])[-1] for name in ("--chdir", "--config"))
    return Gunicorn(
        positional[0] if positional else "", tuple(_address(one) for one in binds), folder,
        settings or values.get("-c", [None])[-1], bool(flags & {"-D", "--daemon"}),
    )  # fmt: skip


def settings_bind(source: str) -> tuple[str, ...] | None:
    """The addresses that a gunicorn.conf.py sets; () where it sets none, None where they can't be read from it."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    found: tuple[str, ...] | None = ()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "bind" for target in targets):
            assert isinstance(node, ast.Assign)
            try:
                value = ast.literal_eval(node.value)
            except (ValueError, SyntaxError, TypeError, RecursionError):
                return None
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list | tuple):
                return None
            found = tuple(_address(str(one)) for one in listed)
    return found


def _split(line: str) -> list[str]:
    """A line cut as a shell would; where a quote stays open, at its spaces."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _is_gunicorn(words: tuple[str, ...], place: int) -> bool:
    name = posixpath.basename(words[place])
    after_m = place > 0 and words[place - 1] == "-m"
    return name == "gunicorn" or (after_m and words[place] == "gunicorn.app.wsgiapp")


def _address(bind: str) -> str:
    """host:port, as Gunicorn takes what was typed: a host alone, or both."""
    typed = bind.removeprefix("tcp://")
    if typed.startswith(("unix:", "fd://")):
        return typed
    host, colon, port = typed.rpartition(":")
    if not colon or (typed.startswith("[") and typed.endswith("]")):
        return f"{typed}:8000"
    return f"{host or '0.0.0.0'}:{port}"


def _filled(text: str, environment: Mapping[str, str]) -> str:
    return re.sub(
        r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))",
        lambda match: environment.get(match[1] or match[3]) or match[2] or "",
        text,
        flags=re.ASCII,
    )
