"""A Dockerfile as what its image would be: its base, its folder, what is copied and run, and its command. Pure.

The instructions are read by e2b-dockerfile-utils, a port of BuildKit's own parser.
Source: https://docs.docker.com/reference/dockerfile/
"""

import posixpath
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from e2b_dockerfile_utils import DockerfileInstruction, DockerfileSyntaxError, parse_dockerfile_ast

from stackwalk.compose.fault import FileFault
from stackwalk.compose.keys import near
from stackwalk.compose.typed import CURLY, STRAIGHT, curly, image_fault

MOST_BYTES = 256 * 1024
_KNOWN = frozenset(
    re.findall(
        r"[A-Z]+",
        "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER "
        "VOLUME WORKDIR",
    )
)
_WHY_NO_LIST = {
    True: 'It takes double quotes around each word, straight ones: "gunicorn".',
    False: "Each word stands in double quotes, a comma between two of them, and a ] ends the list.",
}
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY or ADD: sources from the build's context, and where they go in the image."""

    sources: tuple[str, ...]
    target: str  # absolute; it ends with a slash where it was typed as a folder
    line: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A RUN, and where it stands."""

    text: str  # one line of shell
    line: int
    folder: str
    copies: int  # how many COPY and ADD stand above it
    has_mounts: bool


@dataclass(frozen=True, slots=True)
class Image:
    """What the last stage of a Dockerfile makes."""

    base: str  # the image that it begins from, in the end: an image's name, never a stage's
    base_line: int = 0
    folder: str = "/"  # WORKDIR
    copies: tuple[Copy, ...] = ()
    runs: tuple[str, ...] = ()  # what RUN runs, each as one line of shell
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    command_line: int = 0
    user: str | None = None
    steps: tuple[Run, ...] = ()  # every RUN
    is_foreign: bool = False  # whether something is copied that is none of the context's


def read_dockerfile(text: str, arguments: Mapping[str, str] | None = None, target: str | None = None) -> Image:
    """Return what a Dockerfile builds; arguments are the build's args, target its stage. Raises FileFault."""
    if len(text) > MOST_BYTES:
        raise FileFault(f"it is larger than {MOST_BYTES // 1024} KB, and no Dockerfile is.")
    try:
        instructions = parse_dockerfile_ast(text.removeprefix("\ufeff")).instructions
    except DockerfileSyntaxError as error:
        raise _syntax_fault(error) from None
    except (ValueError, RecursionError) as error:
        raise FileFault(f"it can't be read: {error}.") from None
    if not instructions:
        raise FileFault("there is no instruction in it; the first is FROM.")
    return _Stages(arguments or {}).read(instructions, target)


def _syntax_fault(error: DockerfileSyntaxError) -> FileFault:
    """The parser's complaint without the place, which is said beside it, and with the instruction that was meant."""
    said = re.sub(r"^Dockerfile parse error(?: on line \d+)?: ", "", str(error)).rstrip(".")
    word = re.fullmatch(r"unknown instruction: (\S+)", said)
    return FileFault(f"{said}.", getattr(error, "line", None), _instead_of(word[1]) if word else "")


class _Stages:
    """Reads one instruction after the other."""

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self._given = arguments
        self._values: dict[str, str] = {}  # what $NAME stands for at this place
        self._outer: dict[str, str] = {}  # arguments before the first FROM
        self._done: dict[str, Image] = {}
        self._image: Image | None = None
        self._name = ""

    def read(self, instructions: list[DockerfileInstruction], target: str | None) -> Image:
        for one in instructions:
            if one.name not in _KNOWN:
                raise FileFault(f"there is no instruction {one.name}.", one.start_line, _instead_of(one.name))
            if one.name == "FROM":
                if target and self._name == target.lower():
                    break
                self._begin(one)
            elif self._image is None:
                if one.name != "ARG":
                    raise FileFault("the first instruction is FROM: the image to begin with.", one.start_line)
                self._argument(one, self._outer)
            else:
                self._step(one, self._image)
        if self._image is None:
            raise FileFault("FROM is missing: the image to begin with.")
        if target and target.lower() not in self._done:
            raise FileFault(f"no stage is called {target}.")
        return self._image

    def _begin(self, one: DockerfileInstruction) -> None:
        words = one.args
        if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
            raise FileFault("FROM takes an image's name, or IMAGE AS NAME.", one.start_line)
        base = _filled(words[0], self._outer)
        if base.lower() not in self._done and (wrong := curly(words[0]) or image_fault(base)):
            raise FileFault(wrong, one.start_line, STRAIGHT if curly(words[0]) else "")
        self._name = words[2].lower() if len(words) == 3 else str(len(self._done))
        stage = self._done.get(base.lower())
        self._image = stage or Image(base, one.start_line)
        self._values = dict(self._image.environment)
        self._keep(self._image)

    def _keep(self, image: Image) -> None:
        self._image = self._done[self._name] = image

    def _argument(self, one: DockerfileInstruction, values: dict[str, str]) -> None:
        for word in one.args:
            name, equals, default = word.partition("=")
            value = self._given.get(name, _filled(default, values) if equals else self._outer.get(name))
            if value is not None:
                values[name] = value

    def _step(self, one: DockerfileInstruction, image: Image) -> None:
        match one.name:
            case "ARG":
                self._argument(one, self._values)
            case "ENV":
                found = dict(image.environment)
                for name, value in zip(one.args[::3], one.args[1::3], strict=False):
                    found[name] = self._values[name] = _filled(_unquoted(value), self._values)
                self._keep(replace(image, environment=found))
            case "WORKDIR":
                if not one.args:
                    raise FileFault("WORKDIR takes a folder of the image.", one.start_line)
                folder = _filled(_unquoted(" ".join(one.args)), self._values)
                self._keep(replace(image, folder=posixpath.normpath(posixpath.join(image.folder, folder))))
            case "COPY" | "ADD":
                self._copy(one, image)
            case "RUN":
                line = " ".join([*one.args, *(each.content for each in one.heredocs)])
                line = _filled(line, self._values)
                mounts = any(flag.startswith("--mount") for flag in one.flags)
                step = Run(line, one.start_line, image.folder, len(image.copies), mounts)
                self._keep(replace(image, runs=(*image.runs, line), steps=(*image.steps, step)))
            case "CMD":
                self._keep(replace(image, command=_command(one), command_line=one.start_line))
            case "ENTRYPOINT":
                # An image's CMD from before is forgotten with a new ENTRYPOINT only where the base has set it.
                self._keep(replace(image, entrypoint=_command(one)))
            case "USER":
                self._keep(replace(image, user=_filled(" ".join(one.args), self._values)))

    def _copy(self, one: DockerfileInstruction, image: Image) -> None:
        words = [_filled(_unquoted(word), self._values) for word in one.args]
        if len(words) + len(one.heredocs) < 2 or not words:
            raise FileFault(f"{one.name} takes what is copied, and where it goes: two words at least.", one.start_line)
        if any(flag.startswith("--from=") for flag in one.flags) or one.heredocs:
            self._keep(replace(image, is_foreign=True))
            return  # from another image or from the Dockerfile itself: nothing of the context
        *sources, to = words
        target = posixpath.normpath(posixpath.join(image.folder, to))
        if to.endswith(("/", "/.")) or to in (".", "./") or len(sources) > 1:
            target = target.rstrip("/") + "/"
        self._keep(replace(image, copies=(*image.copies, Copy(tuple(sources), target, one.start_line))))


def _instead_of(word: str) -> str:
    """What a line should begin with that begins with a word which is no instruction."""
    typed = word.lower()
    if typed in ("pip", "pip3", "python", "python3", "apt", "apt-get", "apk", "mkdir", "cp"):
        return f"A command that builds the image stands behind RUN: RUN {typed} …"
    if typed in ("gunicorn", "flask", "uvicorn"):
        return f"What the container runs stands behind CMD: CMD {typed} …"
    return near(word.upper(), _KNOWN)


def _command(one: DockerfileInstruction) -> tuple[str, ...]:
    """The words of CMD; its shell form is what a shell would run. Raises FileFault for a list that is none."""
    line = " ".join(one.args)
    if one.json:
        return tuple(one.args)
    if line.startswith("[") and (line.endswith("]") or line[1:2] in "\"'“”„‘’"):
        quotes = "'" in line or CURLY.search(line) is not None
        raise FileFault(
            f"{one.name} begins with [ and is no list, so a shell gets the line as it is, brackets and all. "
            f"{_WHY_NO_LIST[quotes]}",
            one.start_line,
            STRAIGHT if CURLY.search(line) else f'{one.name} ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi"]',
        )
    return ("/bin/sh", "-c", line)


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word)) if word[:1] in "\"'" else word
    except ValueError:
        return word


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return values.get(match[1] or match[3]) or match[2] or ""

    return _VARIABLE.sub(value, text)
