"""What a part in the middle made of headers."""

from stackwalk.whole.changes import changes
from stackwalk.wire.message import read_head


def test_added_removed_and_altered_headers_are_told_apart() -> None:
    came = read_head(b"GET /a HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n")
    went = read_head(b"GET /a HTTP/1.1\r\nX-Real-IP: 127.0.0.1\r\nhost: application:8000\r\nAccept: */*\r\n\r\n")

    found = changes(came, went)

    assert found.added == ((b"X-Real-IP", b"127.0.0.1"),)
    assert found.removed == ((b"Connection", b"keep-alive"),)
    assert found.altered == ((b"host", (b"localhost:8080",), (b"application:8000",)),)
    assert found.first_line is None
    assert found


def test_order_and_case_of_names_are_no_change() -> None:
    before = read_head(b"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n")
    after = read_head(b"HTTP/1.1 200 OK\r\nb: 2\r\na: 1\r\n\r\n")
    assert not changes(before, after)


def test_a_header_that_is_there_twice_keeps_both_values() -> None:
    before = read_head(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n")
    after = read_head(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\n\r\n")
    assert changes(before, after).altered == ((b"Set-Cookie", (b"a=1", b"b=2"), (b"a=1",)),)


def test_a_path_that_was_rewritten_shows() -> None:
    before = read_head(b"GET /api/users HTTP/1.1\r\n\r\n")
    after = read_head(b"GET /users HTTP/1.0\r\n\r\n")
    assert changes(before, after).first_line == (b"GET /api/users HTTP/1.1", b"GET /users HTTP/1.0")
