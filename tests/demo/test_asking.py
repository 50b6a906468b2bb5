"""A lesson's curl line, as the demo's own client sends it."""

import pytest

from stackwalk.errors import StackwalkError
from stackwalk.session.demo.asking import ask_from

MOVED = {8080: 23456}


@pytest.mark.parametrize(
    ("line", "first", "shown"),
    [
        ("curl http://localhost:8080/", b"GET / HTTP/1.1\r\n", "curl http://localhost:23456/"),
        ("curl -v http://localhost:8080", b"GET / HTTP/1.1\r\n", "curl -v http://localhost:23456"),
        ("curl localhost:8080/a?b=c", b"GET /a?b=c HTTP/1.1\r\n", "curl localhost:23456/a?b=c"),
        ("curl -I http://localhost:8080/x", b"HEAD /x HTTP/1.1\r\n", "curl -I http://localhost:23456/x"),
        ("curl -X PUT localhost:8080/", b"PUT / HTTP/1.1\r\n", "curl -X PUT localhost:23456/"),
        (
            "curl --path-as-is http://localhost:8080/../x",
            b"GET /../x HTTP/1.1\r\n",
            "curl --path-as-is http://localhost:23456/../x",
        ),
        ("curl http://localhost:5000/", b"GET / HTTP/1.1\r\n", "curl http://localhost:5000/"),
    ],
)
def test_a_curl_line_becomes_a_request_to_the_door_that_is_open(line: str, first: bytes, shown: str) -> None:
    ask = ask_from(line, MOVED)
    assert ask.data.startswith(first)
    assert ask.data.endswith(b"\r\n\r\n")
    assert f"Host: localhost:{ask.port}\r\n".encode() in ask.data
    assert ask.line == shown


def test_a_form_is_posted_with_its_length() -> None:
    ask = ask_from("curl -d 'text=a b' -H 'X-Y: 1' http://localhost:8080/notes", MOVED)
    assert ask.data.startswith(b"POST /notes HTTP/1.1\r\n")
    assert b"\r\nX-Y: 1\r\n" in ask.data
    assert ask.data.endswith(b"\r\nContent-Length: 8\r\n\r\ntext=a b")


@pytest.mark.parametrize(
    "line", ["curl --http3 http://localhost:8080/", "curl https://localhost:8080/", "curl http://example.org/"]
)
def test_a_line_that_it_cannot_send_is_an_error_that_names_it(line: str) -> None:
    with pytest.raises(StackwalkError, match="The demo can't send") as caught:
        ask_from(line, MOVED)
    assert line in caught.value.what
