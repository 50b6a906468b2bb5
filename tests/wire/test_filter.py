"""The filter: what each condition asks, and what is said of one that can't be read."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.filter import NUMBERS, OPERATORS, TEXTS, FilterError, matches, read_filter
from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Answered

POSTED = Exchange(
    2,
    7,
    Request(read_head(b"POST /api/carts?id=3 HTTP/1.1\r\nHost: Shop:80\r\nCookie: a=1\r\n\r\n"), b"two words", 9),
    Response(read_head(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/HTML; charset=x\r\n\r\n"), b"", 1200, "length"),
    1.0,
    1.0,
    1.1,
    1.25,
)
UNANSWERED = Exchange(1, 1, POSTED.request, None, 1.0)
UNASKED = Exchange(1, 1, None, POSTED.response)


@pytest.mark.parametrize(
    "text",
    [
        "method=POST status>=400 path~/api header:cookie",
        "method=post",
        "status=404",
        "status=4xx",
        "status!=200",
        "!status=200",
        "!status!=404",
        "path=/api/carts",
        "query=id=3",
        "url=/api/carts?id=3",
        "url!~/shop",
        "host=shop:80",
        "type=text/html",
        "header:Content-Type~charset",
        "!header:authorization",
        'body~"two words"',
        "body~'o w'",
        "time>249 time<250.5",
        "size>1000 size<=1200",
        "connection=7",
    ],
)
def test_what_holds(text: str) -> None:
    assert matches(read_filter(text), POSTED)


@pytest.mark.parametrize(
    "text",
    ["method=GET", "status<400", "status=5xx", "path~/app", "header:accept", "method=POST status=200", "time>300"],
)
def test_what_does_not_hold(text: str) -> None:
    assert not matches(read_filter(text), POSTED)


def test_what_is_not_there_is_not_equal_to_anything() -> None:
    for text in ("status=404", "status>=0", "size<1", "time>0", "type~html"):
        assert not matches(read_filter(text), UNANSWERED)
    assert matches(read_filter("status!=404 !header:content-type"), UNANSWERED)
    assert not matches(read_filter("path~/"), UNASKED)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "empty"),
        ("statsu>=400", 0, "mean status"),
        ("method=POST  statsu>=400", 13, "mean status"),
        ("status", 6, "status>=400"),
        ("status>=", 8, "No value"),
        ("status=many", 7, "a number"),
        ("status=4yx", 7, "a number"),
        ("status>4xx", 7, "a number"),
        ("status~4", 6, "can't be asked with ~"),
        ("method>POST", 6, "can't be asked with >"),
        ("a=1 header:", 0, "no field"),
        ("header:", 7, "no name of a header"),
        ("header:a:b", 7, "no name of a header"),
        ("=5", 0, "No field stands before ="),
        ("path~'/a", 5, "never closed"),
        ("/api", 0, "The fields are"),
    ],
)
def test_an_error_knows_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        read_filter(text)
    assert caught.value.position == position
    assert words in f"{caught.value.why} {caught.value.try_this}"


PIECES = st.sampled_from([*OPERATORS, *TEXTS, *NUMBERS, "header:", "!", "'", '"', " ", "4xx", "400", "x", "é", "٤"])


@given(st.one_of(st.text(), st.lists(PIECES, max_size=8).map("".join)))
def test_a_filter_never_raises_but_its_own_error(text: str) -> None:
    try:
        conditions = read_filter(text)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
        assert error.why.endswith(".")
        return
    for exchange in (POSTED, UNANSWERED, UNASKED):
        assert matches(conditions, exchange) in (True, False)


def test_notes_are_all_that_is_explained_of_it() -> None:
    reader = Reader(1)
    ask = b"GET / HTTP/1.1\r\nCookie: a=1\r\n\r\n"
    seen = [
        *reader.feed("client", ask, 1.0),
        *reader.feed("server", b"HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", 2.0),
    ]
    (exchange,) = [sight.exchange for sight in seen if isinstance(sight, Answered)]
    assert matches(read_filter("note=host note=no-challenge note=cookies-sent !note=cut"), exchange)


def test_the_size_of_what_goes_on_is_not_known() -> None:
    going = replace(POSTED, done_at=None)
    assert not any(matches(read_filter(text), going) for text in ("size>=0", "size<10000000"))
