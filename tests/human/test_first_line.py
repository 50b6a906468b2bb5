"""What people mistype as the first line of an answer, and the words they read then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.session.human.first_line import looks_like_a_first_line, slip_in, status_of

RIGHT = [
    ("HTTP/1.1 200 OK", 200),
    ("HTTP/1.0 200 OK", 200),
    ("HTTP/1.1 200", 200),
    ("HTTP/1.1 200 ", 200),
    ("HTTP/1.1 200 OK   ", 200),
    ("HTTP/1.1 200 ok", 200),
    ("HTTP/1.1 404 Not Found", 404),
    ("HTTP/1.1 500 Internal Server Error", 500),
    ("HTTP/1.1 301 Moved Permanently", 301),
    ("HTTP/1.1 204 No Content", 204),
    ("HTTP/1.1 418 I'm a teapot", 418),
    ("HTTP/1.1 200 Schön, nicht?", 200),
]

SLIPS = [
    ("HTTP 200 OK", "The version is missing"),
    ("HTTP", "The version is missing"),
    ("HTTP/1.1 200OK", "A space is missing behind the number: 200 OK"),
    ("http/1.1 200 ok", "HTTP is written in capitals"),
    ("Http/1.1 200 OK", "HTTP is written in capitals"),
    ("http 200", "HTTP is written in capitals"),
    ("HTTP/1.1 OK", "The number is missing"),
    ("HTTP/1.1", "The number is missing"),
    ("HTTP/1.1 ", "The number is missing"),
    ("HTTP/1.1 OK 200", "The number comes first"),
    ("HTTP1.1 200 OK", "The slash between HTTP and 1.1 is missing"),
    ("HTTP 1.1 200 OK", "a slash, not a space"),
    ("200 OK", "The beginning is missing"),
    ("OK", "The beginning is missing"),
    ("1.1 200 OK", "HTTP and its slash are missing"),
    ("Hi there!", "That can come at the end, as the page"),
    ("<h1>Hi there!</h1>", "That can come at the end, as the page"),
    ("🙂", "That can come at the end, as the page"),
    ("HTTP/1.1 2000 OK", "The number has three digits, no more"),
    ("HTTP/1.1 20 OK", "The number has three digits, and begins with 1 to 5"),
    ("HTTP/1.1 000 OK", "The number has three digits, and begins with 1 to 5"),
    ("HTTP\\1.1 200 OK", "The slash leans the other way"),
    ("HTTP/1.1 2OO OK", "A letter O stands where the digit 0"),
    ("HTTP/1.1 2O0 OK", "A letter O stands where the digit 0"),
    ("HTTP/1.l 200 OK", "A letter stands where a digit should be"),
    ("HTTP/I.I 200 OK", "A letter stands where a digit should be"),
    ("HTTP/1 200 OK", "a digit, a dot and a digit"),
    ("HTTP/1,1 200 OK", "a digit, a dot and a digit"),
    ("HTTP/2 200 OK", "HTTP/2 and HTTP/3 can't be typed by hand"),
    ("HTTP/ 1.1 200 OK", "are one word, without a space"),
    ("HTTP//1.1 200 OK", "The version is not quite right"),
    ("HTTP:/1.1 200 OK", "The version is not quite right"),
    ("HTTP-1.1 200 OK", "The version is not quite right"),
    ("HTTPS/1.1 200 OK", "without the S"),
    ("HTPP/1.1 200 OK", "“HTPP” should be HTTP"),
    ("HTTTP/1.1 200 OK", "“HTTTP” should be HTTP"),
    ("HTTP/1.1200 OK", "A space is missing behind HTTP/1.1"),
    ("HTTP/1.1  200 OK", "just one space"),
    ("HTTP/1.1\t 200 OK", "just one space"),
    ("HTTP/1.1, 200 OK", "comes a space, and nothing else"),
    ("HTTP/1.1.200 OK", "comes a space, and nothing else"),
    ("HTTP/1.1 200-OK", "Behind the number comes a space"),
    ("GET / HTTP/1.1", "That is how a client asks"),
    ("Content-Type: text/html", "That is a header"),
    (" HTTP/1.1 200 OK", "The line begins with a space"),
    ("< HTTP/1.1 200 OK", "The < in front only marks"),
    ('"HTTP/1.1 200 OK"', "The quotation marks would be sent too"),
    ("“HTTP/1.1 200 OK”", "The quotation marks would be sent too"),
    (r"HTTP/1.1 200 OK\r\n", r"No need to type \r\n"),
    (r"HTTP/1.1 200 OK\n", r"No need to type \r\n"),
    ("HTTP–1.1 200 OK", "only looks like “-”: it is “–” (en dash)"),
    ("HTTP∕1.1 200 OK", "only looks like “/”"),
    ("ＨＴＴＰ/1.1 200 OK", "fullwidth latin capital letter h"),
    ("HTTP/1.1 ２００ OK", "fullwidth digit two"),
    ("НТТР/1.1 200 OK", "cyrillic capital letter en"),
    ("HTTP/1.1\u00a0200 OK", "One of the spaces is not the plain one (no-break space"),
    ("HTTP/1.1 🙂 OK", "can't stand there"),
]


@pytest.mark.parametrize(("line", "status"), RIGHT)
def test_what_clients_take_is_taken(line: str, status: int) -> None:
    assert slip_in(line) is None
    assert status_of(line) == status


@pytest.mark.parametrize(("line", "words"), SLIPS)
def test_each_slip_has_its_own_sentence(line: str, words: str) -> None:
    said = slip_in(line)
    assert said is not None, f"{line!r} was taken"
    assert words in said
    assert status_of(line) is None


@given(st.text(alphabet=st.characters(exclude_characters="\n"), max_size=60))
def test_whatever_is_typed_is_taken_or_has_a_sentence(line: str) -> None:
    said = slip_in(line)
    assert (said is None) == (status_of(line) is not None)
    assert said is None or said.endswith((".", "OK."))


@given(st.from_regex(r"HTTP/?1?.?1? ?[0-9A-Z]{0,4} ?[A-Z]{0,3}", fullmatch=True))
def test_near_misses_are_taken_or_have_a_sentence_too(line: str) -> None:
    if "\n" not in line:
        assert (slip_in(line) is None) == (status_of(line) is not None)


def test_a_first_line_is_recognised_however_it_is_bent() -> None:
    assert looks_like_a_first_line("http/1.1 200 ok")
    assert looks_like_a_first_line("< HTTP 200")
    assert not looks_like_a_first_line("Hi there!")
