"""One message of nginx, with the learner's names in the place of ours."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stackwalk.nginx.project import Found, Project, Source
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.tokens import walk

LONGEST = 400  # characters of nginx's message

_MESSAGE = re.compile(
    r"(?:nginx: |\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )\[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<request>\*\d+ )?(?P<text>.*)"
)
_PLACE = re.compile(r"(?P<text>.*) in (?P<file>.+):(?P<line>\d+)", re.DOTALL)
_VARIABLES = (("sw_proxy_host", "proxy_host"), ("sw_proxy_port", "proxy_port"), ("sw_server_port", "server_port"))


@dataclass(frozen=True, slots=True)
class Said:
    """A message, and where nginx noticed."""

    level: str
    of_request: bool  # whether it is about one request
    text: str  # without its place
    source: Source | None
    line: int | None
    project: Project
    of_wrapper: bool = False  # whether it is about what stands around the learner's file

    @property
    def in_full(self) -> str:
        place = f" in {self.source.name}:{self.line}" if self.source else ""
        return f"[{self.level}] {self.text}{place}"

    @property
    def statement(self) -> Found | None:
        """The directive on the line, or the one that ends on it."""
        if self.source is None or self.line is None:
            return None
        best = None
        for parents, each in walk(self.source.conf.statements):
            ends = each.line + self.source.conf.text.count("\n", each.words[0].start, each.end)
            if each.line <= self.line <= ends or (best is None and ends >= self.line):
                best = Found(self.source, parents, each)
        return best

    @property
    def blamed(self) -> int | None:
        """The line of the word that the message quotes, where its directive goes over several lines."""
        found = self.statement
        if found is None or self.line is None or found.statement.line >= self.line:
            return self.line
        quoted = set(re.findall(r'"([^"]*)"', self.text))
        return next((word.line for word in found.statement.words if _as_printed(word.text) in quoted), self.line)


def read_message(line: str, project: Project, names: Iterable[tuple[str, str]], setting: Setting) -> Said | None:
    """A line that nginx printed or logged; None for what is no message. `names`: ours -> the learner's."""
    message = _MESSAGE.match(line)
    if message is None or f"{setting.run}/refused" in message["text"]:
        return None  # what was refused has been said
    place = _PLACE.fullmatch(message["text"])
    source = project.source(place["file"].removeprefix(f"{setting.copies}/")) if place else None
    level, of_request = message["level"], bool(message["request"])
    if place and source:
        # A forgotten "}" is noticed behind the end.
        number = min(int(place["line"][:9]), last_line(source))
        return Said(level, of_request, as_typed(place["text"], names, setting)[:LONGEST], source, number, project)
    of_image = place["file"].removeprefix(f"{setting.run}/image/") if place else ""
    at = _include_of(of_image, project) if place and of_image != place["file"] else None
    if place and at:
        # The file is the image's own: to blame is the line that includes it.
        return Said(level, of_request, as_typed(place["text"], names, setting)[:LONGEST], *at, project)
    of_wrapper = place is not None and place["file"].startswith(f"{setting.run}/")
    text = as_typed(message["text"], names, setting)[:LONGEST]
    return Said(level, of_request, text, None, None, project, of_wrapper)


def _include_of(name: str, project: Project) -> tuple[Source, int] | None:
    """Where a file is included."""
    for source in project.sources:
        for _, each in walk(source.conf.statements):
            if each.name == "include" and each.values()[:1] and each.values()[0].rpartition("/")[2] == name:
                return source, each.line
    return None


def _as_printed(text: str) -> str:
    """What is left of invalid UTF-8 once it was printed and read."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def as_typed(text: str, names: Iterable[tuple[str, str]], setting: Setting) -> str:
    """A text of nginx's without our paths, ports and names."""
    for real, typed in sorted((*names, *_VARIABLES, (f"{setting.run}/", "")), key=lambda pair: -len(pair[0])):
        if real in text:
            # A port may be the beginning of a longer number.
            ends = r"(?!\d)" if real[-1].isdigit() else ""
            text = typed.join(re.split(re.escape(real) + ends, text))
    return text


def last_line(source: Source) -> int:
    text = source.conf.text
    return max(1, text.count("\n") + (0 if text.endswith("\n") else 1))


def first_use(project: Project, pattern: re.Pattern[str]) -> tuple[str, int] | None:
    """The file and the line where a word of this kind stands first."""
    for source in project.sources:
        for _, statement in walk(source.conf.statements):
            for word in statement.words:
                found = pattern.search(source.conf.text, word.start, word.end)
                if found:
                    return source.name, source.conf.text.count("\n", 0, found.start()) + 1
    return None
