"""A ClientHello, as OpenSSL makes it, and as nobody does."""

import ssl

from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.hello import Hello, read_hello


def hello(name: str | None = "example.com", protocols: tuple[str, ...] = ("h2", "http/1.1")) -> bytes:
    context = ssl.create_default_context()
    if name is None:
        context.check_hostname = False
    if protocols:
        context.set_alpn_protocols(list(protocols))
    outgoing = ssl.MemoryBIO()
    connection = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake with nobody")


def test_whom_it_is_for_and_what_it_offers() -> None:
    assert read_hello(hello()) == Hello("example.com", ("h2", "http/1.1"))
    assert read_hello(hello(None, ())) == Hello()


@given(st.integers(0, 600))
def test_any_beginning_of_one_is_read_as_far_as_it_came(length: int) -> None:
    begun = read_hello(HELLO[:length])
    assert begun is None if length < 6 else begun is not None


HELLO = hello()


@given(st.binary(max_size=100))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for begin in (b"", b"\x16\x03\x01\x00\x50\x01", HELLO[:120]):
        assert read_hello(begin + data) is None or isinstance(read_hello(begin + data), Hello)
