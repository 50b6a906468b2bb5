"""A line of our own access log."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.nginx.served import FIELDS, Try, read_request

LINE = {
    "at": "1764363600.123", "worker": "12", "connection": "3", "nth": "2", "client": "127.0.0.1", "port": "40000",
    "id": "abc", "line": 'GET /\\x22 HTTP/1.1', "host": "localhost:8080", "status": "200", "seconds": "0.012",
    "block": "0:3", "uri": "/", "addresses": "127.0.0.1:9002, 127.0.0.1:9001 : 127.0.0.1:9003",
    "statuses": "502, 200 : 404", "connect": "-, 0.001 : 0.002", "header": "-, 0.005 : 0.003",
    "response": "0.000, 0.006 : 0.004",
}  # fmt: skip


def test_a_line_tells_of_every_try() -> None:
    served = read_request(json.dumps(LINE))
    assert served is not None
    assert served.tries == (
        Try("127.0.0.1:9002", 502, None, None, 0.0),
        Try("127.0.0.1:9001", 200, 0.001, 0.005, 0.006),
        Try("127.0.0.1:9003", 404, 0.002, 0.003, 0.004),
    )
    assert (served.at, served.status, served.client, served.block) == (1764363600.123, 200, ("127.0.0.1", 40000), "0:3")


def test_without_an_upstream_there_are_no_tries() -> None:
    empty = dict.fromkeys(("addresses", "statuses", "connect", "header", "response"), "")
    served = read_request(json.dumps(LINE | empty))
    assert served is not None
    assert served.tries == ()


def test_a_group_that_was_given_up_is_a_try_without_times() -> None:
    served = read_request(
        json.dumps(LINE | {"addresses": "app", "statuses": "502", "connect": "-", "header": "-", "response": "0.000"})
    )
    assert served is not None
    assert served.tries == (Try("app", 502, None, None, 0.0),)


@pytest.mark.parametrize("line", ["", "{", "[]", "null", json.dumps({"at": "1"}), json.dumps(LINE)[:-5]])
def test_what_is_no_whole_line_is_none(line: str) -> None:
    assert read_request(line) is None


@given(st.fixed_dictionaries({name: st.text(max_size=8) | st.integers() | st.none() for name in FIELDS}) | st.text())
def test_nothing_raises(said: object) -> None:
    line = said if isinstance(said, str) else json.dumps(said)
    served = read_request(line)
    assert served is None or served.line is not None
