"""Bodies for people: unpacked within bounds, in lines, or as type and size."""

import gzip
import json
import tracemalloc
import zlib

import pytest
from drawn import HEADS
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.wire.content import UNPACKED_LIMIT, Content, content_of, indented, is_json, parameter, unpack
from stackwalk.wire.message import Response, read_head

TEXT = b"hello " * 100


def said(headers: bytes, body: bytes, size: int | None = None) -> Response:
    head = read_head(b"HTTP/1.1 200 OK\r\n%s\r\n" % headers)
    return Response(head, body, len(body) if size is None else size, "length")


def typed(kind: bytes, body: bytes, size: int | None = None) -> Response:
    return said(b"Content-Type: %s\r\n" % kind, body, size)


def raw_deflate(data: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(data) + packing.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"gzip", gzip.compress(TEXT, mtime=0)),
        (b"x-gzip", gzip.compress(TEXT[:300], mtime=0) + gzip.compress(TEXT[300:], mtime=0)),
        (b"deflate", zlib.compress(TEXT)),
        (b"deflate", raw_deflate(TEXT)),
        (b"deflate, GZIP", gzip.compress(zlib.compress(TEXT), mtime=0)),
        (b"identity", TEXT),
    ],
)
def test_what_was_packed_is_unpacked(coding: bytes, packed: bytes) -> None:
    unpacked = unpack(said(b"Content-Encoding: %s\r\n" % coding, packed))
    assert (unpacked.data, unpacked.is_whole, unpacked.fault) == (TEXT, True, None)


def test_of_what_was_kept_in_part_the_beginning_is_unpacked() -> None:
    packed = gzip.compress(bytes(range(256)) * 20)
    unpacked = unpack(said(b"Content-Encoding: gzip\r\n", packed[: len(packed) // 2], len(packed)))
    assert unpacked.fault is None and not unpacked.is_whole
    assert (bytes(range(256)) * 20).startswith(unpacked.data)


@pytest.mark.parametrize(
    "packed", [gzip.compress(bytes(100_000_000), 1), gzip.compress(bytes(1000)) * 5000], ids=["one", "many"]
)
def test_a_bomb_stays_small(packed: bytes) -> None:
    response = said(b"Content-Encoding: gzip\r\nContent-Type: text/plain\r\n", packed)
    tracemalloc.start()
    unpacked = unpack(response)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(unpacked.data) == UNPACKED_LIMIT and not unpacked.is_whole
    assert most < 10 * UNPACKED_LIMIT


def test_a_bomb_in_a_bomb_stays_small() -> None:
    packed = gzip.compress(gzip.compress(bytes(50_000_000), 9), 9)
    unpacked = unpack(said(b"Content-Encoding: gzip, gzip\r\n", packed))
    assert len(unpacked.data) <= UNPACKED_LIMIT


@pytest.mark.parametrize(
    ("response", "content"),
    [
        (said(b"", b""), Content(())),
        (typed(b"text/html; charset=utf-8", "<p>é\n".encode()), Content(("<p>é",))),
        (typed(b"text/html; charset=iso-8859-1", b"\xe9"), Content(("é",))),
        (typed(b"text/html; charset=zip", b"a"), Content(("a",))),
        (typed(b"application/json", b'{"a":[1.50,true,{}],"b":"\\u00e9:,"}'), Content((
            "{", '  "a": [', "    1.50,", "    true,", "    {}", "  ],", '  "b": "\\u00e9:,"', "}"))),
        (typed(b"application/problem+json", b"[]"), Content(("[]",))),
        (typed(b"application/json", b"{no", None), Content(("{no",))),
        (typed(b"application/json", b'{"a":', 500), Content(('{"a":',), "", False)),
        (typed(b"application/x-www-form-urlencoded", b"a=1+2&b=%C3%A9"), Content(("a = 1 2", "b = é"))),
        (typed(b"image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20", 5000), Content(
            (), "image/png, 16 × 32, 5,000 bytes", False)),
        (typed(b"image/gif", b"GIF89a\x01\x00\x02\x00"), Content((), "image/gif, 1 × 2, 10 bytes")),
        (said(b"", b"\xff\xd8\xff\xe0"), Content((), "a JPEG image, 4 bytes")),
        (said(b"", b"\0\1"), Content((), "no text, 2 bytes")),
        (said(b"", b"plain"), Content(("plain",))),
        (typed(b"video/mp4", b"abc"), Content((), "video/mp4, 3 bytes")),
        (said(b"Content-Encoding: br\r\n", b"abc"), Content((), "br, 3 bytes: br can't be unpacked here")),
        (said(b"Content-Encoding: gzip\r\n", b"abc"), Content(
            (), "gzip, 3 bytes: it is not gzip, whatever Content-Encoding says")),
    ],
)  # fmt: skip
def test_what_is_shown_of_a_body(response: Response, content: Content) -> None:
    assert content_of(response) == content


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=5),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3),
    max_leaves=10,
)


@given(JSON, st.sampled_from([None, 0, 3]), st.booleans())
def test_json_is_indented_and_stays_what_it_is(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    drawn = indented(text)
    assert drawn is not None
    assert json.loads(drawn) == value
    assert drawn == indented(drawn)


def test_json_too_deep_to_be_read_is_shown_as_it_came() -> None:
    assert indented("[" * 100_000) is None
    assert content_of(typed(b"application/json", b"[" * 1000)).lines == ("[" * 1000,)


KINDS = st.sampled_from(
    [
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded",
        "image/png",
        "text/html; charset=utf-16",
        "x",
    ]
)
CODINGS = st.sampled_from(["gzip", "deflate", "br", "gzip,gzip", "identity", ""])


@given(KINDS, CODINGS, st.binary(max_size=100), st.booleans())
def test_no_body_makes_it_raise(kind: str, coding: str, body: bytes, packs: bool) -> None:
    packed = gzip.compress(body) if packs else body
    content = content_of(said(f"Content-Type: {kind}\r\nContent-Encoding: {coding}\r\n".encode(), packed))
    assert content.lines or content.summary or not packed


@given(HEADS, st.binary(max_size=50))
def test_no_head_makes_it_raise(head: object, body: bytes) -> None:
    from stackwalk.wire.message import Head

    assert isinstance(head, Head)
    assert isinstance(content_of(Response(head, body, len(body))), Content)


@pytest.mark.parametrize("charset", [b"cp99999", b"windows-874", b"hex", b"zlib", b"rot13", b"idna", b"undefined"])
def test_no_charset_makes_it_raise(charset: bytes) -> None:
    assert content_of(typed(b"text/plain; charset=" + charset, b"hi")).lines == ("hi",)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "{'a': 1}", "[1,]"])
def test_what_is_no_json(text: str) -> None:
    assert is_json(text) is False and indented(text) is None


def test_json_that_goes_too_deep_is_not_judged() -> None:
    assert is_json("[" * 100_000 + "]" * 100_000) is None


def test_a_damaged_gzip_is_gzip_and_a_cut_one_is_shown_as_far_as_it_goes() -> None:
    packed = gzip.compress(TEXT, mtime=0)
    damaged = unpack(said(b"Content-Encoding: gzip\r\n", packed[:-8] + bytes(8)))
    assert (damaged.fault, damaged.is_broken) == ("it is damaged gzip", True)
    cut = unpack(said(b"Content-Encoding: gzip\r\n", packed[:-8]))
    assert (cut.data, cut.is_whole, cut.has_end, cut.fault) == (TEXT, False, False, None)
    assert unpack(said(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(5_000_000)))).has_end
    assert unpack(said(b"Content-Encoding: gzip\r\n", b"hi")).fault == "it is not gzip, whatever Content-Encoding says"


def test_a_part_is_not_unpacked() -> None:
    head = read_head(b"HTTP/1.1 206 Partial Content\r\nContent-Encoding: gzip\r\n\r\n")
    unpacked = unpack(Response(head, b"hi", 2, "length"))
    assert (unpacked.data, unpacked.is_broken, unpacked.fault) == (b"hi", False, "a part alone can't be unpacked")


def test_of_a_form_with_very_many_fields_the_rest_is_counted() -> None:
    content = content_of(typed(b"application/x-www-form-urlencoded", b"&".join([b"a=1"] * 1203)))
    assert (len(content.lines), content.summary) == (200, "and 1,003 more fields")


def test_parameters_may_be_quoted_and_hold_what_separates_them() -> None:
    head = read_head(b'A: 1\r\nContent-Type: a/b; x="; charset=no; \\" y"; Charset="utf-8"; z\r\n\r\n')
    assert parameter(head, "content-type", "charset") == "utf-8"
    assert parameter(head, "content-type", "x") == '; charset=no; " y'
    assert parameter(head, "content-type", "z") is None
