"""A page as its reader sees it."""

import pytest

from stackwalk.check.answer import Answer, AnswerReader
from stackwalk.check.page import media_type, style_sheets_of, tags_of, text_of


def answer_of(body: str, kind: str = "text/html; charset=utf-8") -> Answer:
    reader = AnswerReader("GET")
    data = body.encode()
    reader.feed(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
    return reader.answer()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Hello, <b>Ada</b>!", "Hello, Ada!"),
        ("<p>a</p>\n\n<p>b &lt;i&gt; &amp;amp;</p>", "a b <i> &amp;"),
        ("<title>no</title><style>p { }</style><script>1 < 2</script><p>yes", "yes"),
        ("Zoë & Co", "Zoë & Co"),
    ],
)
def test_the_text_of_a_page(body: str, text: str) -> None:
    assert text_of(answer_of(body)) == text


def test_what_is_no_page_is_read_as_it_stands() -> None:
    answer = answer_of("<b>x</b> &lt;", "text/plain")
    assert text_of(answer) == "<b>x</b> &lt;"
    assert tags_of(answer) == ()
    assert media_type(answer) == "text/plain"


def test_tags_are_those_that_a_browser_obeys() -> None:
    assert tags_of(answer_of("<p>&lt;b&gt;<i>x</i>")) == ("p", "i")


def test_style_sheets_are_found_by_their_rel() -> None:
    page = answer_of(
        '<link rel="icon" href="a"><link href="b.css" rel="StyleSheet"><link rel="stylesheet" href="c.css">'
    )
    assert style_sheets_of(page) == ("b.css", "c.css")
