"""What people type for an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.errors import StackwalkError
from stackwalk.wire.address import read_address, write_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:8080", ("localhost", 8080)),
        (":8080", ("localhost", 8080)),
        ("8080", ("localhost", 8080)),
        (" 8080 ", ("localhost", 8080)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("localhost:8080/", ("localhost", 8080)),
        ("localhost:8080/a/b:c?d", ("localhost", 8080)),
        ("user:word@localhost:8080", ("localhost", 8080)),
        ("http://localhost:8080/", ("localhost", 8080)),
        ("HTTP://localhost:8080/a/b?c=http://x#d", ("localhost", 8080)),
        ("http://user:word@localhost:8080", ("localhost", 8080)),
        ("http://example.org", ("example.org", 80)),
        ("ws://localhost:8000/chat", ("localhost", 8000)),
        ("[::1]:8080", ("::1", 8080)),
        ("http://[::1]:8080/x", ("::1", 8080)),
        ("[0:0::1]:65535", ("::1", 65535)),
        ("my_host-1.local.:1", ("my_host-1.local.", 1)),
    ],
)
def test_an_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert read_address(text) == address


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("https://localhost:8443/", "encrypted"),
        ("wss://localhost/", "encrypted"),
        ("ftp://localhost:21", "ftp:// is not a kind of address"),
        ("localhost", "has no port"),
        ("http://", "is not an address"),
        ("unix:/tmp/x.sock", "has no port"),
        ("", "has no port"),
        (":", "has no port"),
        ("[::1]", "has no port"),
        ("::1:8080", "read in two ways"),
        ("localhost:0", "0 is not a port"),
        ("localhost:65536", "65536 is not a port"),
        ("0", "0 is not a port"),
        ("localhost:http", "http is not a port"),
        ("localhost:-1", "-1 is not a port"),
        ("localhost:٣٣", "is not a port"),
        ("9" * 5000, "is not a port"),
        ("[::1:8080", "is not an address"),
        ("[::1]8080", "is not an address"),
        ("[nonsense]:80", "is not an address"),
        ("a b:80", "is not an address"),
        ("-:80", "is not an address"),
        ("ä:80", "is not an address"),
        ("a" * 300 + ":80", "is not an address"),
    ],
)
def test_what_is_no_address_is_said(text: str, what: str) -> None:
    with pytest.raises(StackwalkError, match=what.replace("[", r"\[")) as raised:
        read_address(text)
    assert raised.value.try_this.startswith(("Say it like this", "Put an IPv6", "Trace the server"))


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    try:
        host, port = read_address(text)
    except StackwalkError:
        return
    assert read_address(write_address(host, port)) == (host, port)
