"""One answer, read from all bytes that came back so far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.answer import read_answer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"


@pytest.mark.parametrize("whole", [OK, CHUNKED, b"HTTP/1.1 204 No Content\r\n\r\n"])
def test_an_answer_is_whole_at_its_last_byte(whole: bytes) -> None:
    assert [read_answer(whole[:i]) for i in range(len(whole))] == [None] * len(whole)
    answer = read_answer(whole + b"rest")
    assert answer is not None and (answer.rest, answer.problem) == (b"rest", None)


def test_an_answer_to_head_ends_with_its_head() -> None:
    answer = read_answer(OK, method="HEAD")
    assert answer is not None and (answer.response.ended_by, answer.rest) == ("none", b"hi")


def test_an_answer_without_a_length_needs_the_end_of_the_connection() -> None:
    data = b"HTTP/1.0 200 OK\n\nhi"
    assert read_answer(data) is None
    answer = read_answer(data, closed=True)
    assert answer is not None and (answer.response.body, answer.response.ended_by) == (b"hi", "close")


@pytest.mark.parametrize("data", [OK[:-1], CHUNKED[:-9]])
def test_the_end_of_the_connection_cuts_what_is_not_whole(data: bytes) -> None:
    answer = read_answer(data, closed=True)
    assert answer is not None and answer.response.ended_by == "cut"


def test_a_head_that_is_cut_says_so() -> None:
    answer = read_answer(b"HTTP/1.1 200 OK\r\nA: b\r\n", closed=True)
    assert answer is not None and answer.response.status == 200
    assert answer.response.head.header("a") == b"b"
    assert answer.problem == "the connection ended before the empty line after the headers"


def test_interim_answers_are_not_the_answer() -> None:
    answer = read_answer(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
    assert answer is not None and answer.response.status == 200
    assert [response.status for response in answer.interim] == [100]


def test_a_first_line_that_is_no_status_line_is_told_without_waiting() -> None:
    answer = read_answer(b"<h1>hi</h1>\nmore")
    assert answer is not None and answer.response.status is None
    assert answer.problem == "it does not begin with a status line"
    assert (answer.response.head.first_line, answer.response.body) == (b"<h1>hi</h1>", b"more")


def test_less_than_a_line_of_nonsense_is_told_at_the_end() -> None:
    assert read_answer(b"hi") is None
    answer = read_answer(b"hi", closed=True)
    assert answer is not None and answer.problem == "it does not begin with a status line"


def test_nothing_is_no_answer() -> None:
    assert read_answer(b"", closed=True) is None


def test_a_damaged_chunk_is_a_problem() -> None:
    answer = read_answer(CHUNKED.replace(b"\r\n0\r\n", b"\r\nno\r\n"))
    assert answer is not None and answer.response.ended_by == "cut"
    assert answer.problem == "a chunk's size is not a hexadecimal number"


@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", OK[:40], CHUNKED[:50]]),
    st.booleans(),
)
def test_any_bytes_are_read_without_an_exception(data: bytes, begin: bytes, closed: bool) -> None:
    answer = read_answer(begin + data, closed=closed)
    assert answer is None or (begin + data).endswith(answer.rest)
    if closed and begin:
        assert answer is not None
