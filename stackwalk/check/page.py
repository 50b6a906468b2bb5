"""What a reader sees of an answer: the text of a page without its tags, and the files that it names. Pure."""

import re
from html.parser import HTMLParser

from stackwalk.check.answer import Answer

_HIDDEN = frozenset({"script", "style", "template", "title"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.sheets: list[str] = []
        self.tags: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._hidden += tag in _HIDDEN
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and "stylesheet" in given.get("rel", "").lower().split():
            self.sheets.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def media_type(answer: Answer) -> str:
    """The type of the body, in small letters and without a charset; "" where none is said."""
    return (answer.header("Content-Type") or "").partition(";")[0].strip().lower()


def text_of(answer: Answer) -> str:
    r"""What a person reads: of a page its text, of anything else all of it; runs of white space are one space."""
    body = answer.body.decode("utf-8", "replace")
    if media_type(answer) in ("text/html", "application/xhtml+xml", ""):
        body = "".join(_read(body).texts)
    return re.sub(r"\s+", " ", body).strip()


def tags_of(answer: Answer) -> tuple[str, ...]:
    """The names of the tags that a browser obeys, in their order; none where the body is no page."""
    body = answer.body.decode("utf-8", "replace")
    return tuple(_read(body).tags) if media_type(answer) in ("text/html", "application/xhtml+xml", "") else ()


def style_sheets_of(answer: Answer) -> tuple[str, ...]:
    """The targets of the style sheets that a page links, as they stand there."""
    return tuple(_read(answer.body.decode("utf-8", "replace")).sheets)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader
