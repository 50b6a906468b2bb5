"""Reading one answer: tolerant of naive programs, exact about its end, the same however it is cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.answer import Answer, AnswerReader
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.verdict import Cause


def read(*pieces: bytes, method: str = "GET") -> AnswerReader:
    reader = AnswerReader(method)
    for piece in pieces:
        reader.feed(piece)
    return reader


def answer(raw: bytes, extra: bytes = b"") -> Answer:
    return read(raw).answer(extra)


def failure(check: object) -> LearnerFailure:
    with pytest.raises(LearnerFailure) as caught:
        check()  # type: ignore[operator]
    return caught.value


def test_a_naive_answer_ends_with_its_connection() -> None:
    reader = read(b"HTTP/1.1 200 OK\n\nHi there!\n")
    got = reader.answer()
    assert not reader.done
    assert (got.status, got.reason, got.body, got.ended_by) == (200, "OK", b"Hi there!\n", "close")


def test_a_length_ends_it_and_more_is_left() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhimore")
    assert reader.done and reader.left == b"more"
    assert (reader.answer().body, reader.answer().ended_by) == (b"hi", "length")
    assert reader.answer().header("content-LENGTH") == "2"


def test_chunks() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
    assert reader.done and (reader.answer().body, reader.answer().ended_by) == (b"hi", "chunked")


def test_an_answer_to_head_has_no_body() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", method="HEAD")
    assert reader.done and reader.answer().ended_by == "none"


def test_an_interim_answer_comes_before_the_real_one() -> None:
    got = answer(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
    assert (got.status, got.ended_by) == (204, "none")


def test_a_body_shorter_than_said_is_cut() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi")
    assert reader.answer().ended_by == "cut"
    assert reader.missing == "Content-Length says 5 bytes, and 2 came"


def test_what_is_no_http_has_no_status() -> None:
    got = answer(b"Hi there!")
    assert (got.status, got.body, got.head_ended, got.first_line) == (None, b"", False, "Hi there!")
    assert read().answer().ended_by == "nothing"


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_the_cuts_do_not_matter(data: bytes, cuts: list[int]) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + data
    places = sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})
    pieces = [raw[start:end] for start, end in itertools.pairwise(places)]
    whole, cut = read(raw), read(*pieces)
    assert (whole.done, whole.left, whole.answer()) == (cut.done, cut.left, cut.answer())


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    reader = read(data)
    assert reader.answer().raw + reader.left == data


def test_the_right_status_is_fine_and_another_is_marked() -> None:
    got = answer(b"HTTP/1.0 404 Not Found\r\n\r\n")
    got.expect_status(404, "never said")
    wrong = failure(lambda: got.expect_status(200, "It is there."))
    assert (wrong.cause, wrong.message) == (Cause.WRONG_ANSWER, "It is there.")
    assert wrong.expected == "HTTP/1.0 200"
    assert wrong.actual == "HTTP/1.0 404 Not Found\n         ^"


def test_no_status_line_is_said() -> None:
    assert "does not begin with a status line" in failure(lambda: answer(b"hi\n\n").expect_status(200, "No.")).message


def test_a_final_line_end_may_be_let_pass() -> None:
    got = answer(b"HTTP/1.1 200 OK\n\nHi\r\n")
    got.expect_body(b"Hi", "never said", final_newline=True)
    got.expect_body(b"Hi\n", "never said", final_newline=True)
    assert failure(lambda: got.expect_body(b"Hi", "Not it.")).actual == "Hi\\r\\n\n  ^"


def test_bytes_after_the_body_are_a_failure() -> None:
    got = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi", extra=b"junk")
    wrong = failure(lambda: got.expect_body(b"Hi", "Not it.", final_newline=True))
    assert "4 more bytes came" in wrong.message
    assert wrong.actual == "Hijunk\n  ^"


def test_one_line_end_after_the_body_may_be_let_pass() -> None:
    got = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi", extra=b"\n")
    got.expect_body(b"Hi", "never said", final_newline=True)


def test_a_missing_empty_line_is_said() -> None:
    wrong = failure(lambda: answer(b"HTTP/1.1 200 OK\nHi").expect_body(b"Hi", "Not it."))
    assert "No empty line came" in wrong.message


def test_the_empty_line_is_expected_where_it_belongs() -> None:
    body_at_once = answer(b"HTTP/1.1 200 OK\r\nHi there!")
    assert failure(lambda: body_at_once.expect_status(200, "m")).expected.startswith(
        r"HTTP/1.1 200 OK\r\n\r\nHi there!"
    )
    after_a_header = answer(b"HTTP/1.1 200 OK\nA: b\nHi there!\n")
    assert failure(lambda: after_a_header.expect_status(200, "m")).expected.startswith(
        r"HTTP/1.1 200 OK\nA: b\n\nHi there!"
    )
    nothing_follows = answer(b"HTTP/1.1 404 Not Found\r\n")
    assert failure(lambda: nothing_follows.expect_status(404, "m")).expected.startswith(
        r"HTTP/1.1 404 Not Found\r\n\r\n"
    )
