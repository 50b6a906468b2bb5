"""The table of explanations: what each row finds, and that no bytes make it raise."""

import gzip
import zlib
from base64 import b64encode
from hashlib import sha1

import pytest
from drawn import EXCHANGES
from hypothesis import given

from stackwalk.wire.explain import explain, is_odd, oddities
from stackwalk.wire.explain.table import MORE, TABLE, Explanation
from stackwalk.wire.message import Chunks, EndedBy, Exchange, Note, Request, Response, read_head
from stackwalk.wire.reader import Reader
from stackwalk.wire.sight import Answered

SLIPPED = "a slip of stackwalk's own: mine (RuntimeError)"
ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b64encode(sha1(KEY + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
UPGRADE = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: %s\r\n\r\n" % KEY
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\n"


def exchange(asked: bytes = ASKED, answered: bytes = FINE) -> Exchange:
    """What the reader makes of these bytes; the server ends the connection after them."""
    reader = Reader(1)
    seen = [*reader.feed("client", asked, 1.0), *reader.feed("server", answered, 2.0), *reader.close("server", 3.0)]
    (found,) = [sight.exchange for sight in seen if isinstance(sight, Answered)]
    return found


def answer(head: bytes, body: bytes = b"", *, length: bool = True) -> Exchange:
    """An exchange whose answer has these headers, each with its line end."""
    more = b"Content-Length: %d\r\n" % len(body) if length else b""
    return exchange(answered=b"HTTP/1.1 200 OK\r\n%s%s\r\n%s" % (head, more, body))


def status(number: int, head: bytes = b"", asked: bytes = ASKED) -> Exchange:
    return exchange(asked, b"HTTP/1.1 %d X\r\n%s\r\n" % (number, head))


def post(head: bytes, body: bytes) -> Exchange:
    return exchange(b"POST / HTTP/1.1\r\nHost: a\r\n%sContent-Length: %d\r\n\r\n%s" % (head, len(body), body))


def asking(line: bytes, method: bytes = b"GET") -> bytes:
    return b"%s / HTTP/1.1\r\nHost: here\r\n%s\r\n\r\n" % (method, line)


def with_header(line: bytes) -> Exchange:
    return exchange(asking(line))


def told(found: Exchange) -> dict[str, str]:
    return {note.code: note.text for note in explain(found)}


ODD = [
    (
        "cut",
        exchange(answered=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"),
        "2 bytes of the 9 that were promised",
    ),
    (
        "cut",
        exchange(answered=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"),
        "2 bytes came, then the server ended the connection",
    ),
    (
        "both-lengths",
        exchange(answered=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "the server sent both",
    ),
    ("lengths-differ", answer(b"Content-Length: 1\r\n", b"hi"), "the server's Content-Lengths differ (1, 2)"),
    ("lengths-differ", answer(b"Content-Length: 1, 3\r\n", length=False), "Content-Lengths differ (1, 3)"),
    ("length-twice", answer(b"Content-Length: 2\r\n", b"hi"), "the server sent the same Content-Length"),
    ("no-number", answer(b"Content-Length: many\r\n", length=False), "not a number"),
    ("too-big", answer(b"Content-Length: 99999999999999999999\r\n", length=False), "too big to count with"),
    (
        "chunked-1.0",
        exchange(answered=b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "the server sent Transfer-Encoding with HTTP/1.0",
    ),
    ("body-where-none", status(204, b"Content-Length: 2\r\n"), "Content-Length says 2"),
    ("body-where-none", status(204, b"Transfer-Encoding: chunked\r\n"), "Transfer-Encoding speaks of one"),
    ("no-length", answer(b"", b"hi", length=False), "ended with the connection"),
    ("bare-lf", answer(b"A: 1\n", b"hi"), "the server ended lines with \\n alone"),
    ("bare-lf", exchange(ASKED.replace(b"\r\n", b"\n")), "the client ended lines"),
    ("space-before-colon", with_header(b"A : 1"), "the client put a space"),
    ("folded", with_header(b"A: 1\r\n 2"), "on the next line"),
    ("no-colon", with_header(b"A"), "without a colon"),
    ("host", exchange(b"GET / HTTP/1.1\r\n\r\n"), "names no Host"),
    ("host", with_header(b"Host: b"), "names 2 Hosts"),
    ("accept-key", exchange(UPGRADE, SWITCHED % b"x"), ACCEPT.decode()),
    ("nowhere", status(302), "no Location"),
    ("no-challenge", status(401), "WWW-Authenticate"),
    ("no-allow", status(405), "without Allow"),
    ("lost-cookie", answer(b"Set-Cookie: a=1; SameSite=None\r\n"), "drop the cookie a"),
    ("badly-compressed", answer(b"Content-Encoding: gzip\r\n", b"hi"), "it is not gzip"),
    ("bad-json", answer(b"Content-Type: application/json\r\n", b"{'a': 1}"), "the server calls its body JSON"),
    ("unknown-charset", answer(b"Content-Type: text/html; charset=zip\r\n", b"hi"), "not known here: zip"),
]

ORDINARY = [
    ("ends-with-connection", answer(b"Connection: close\r\n", b"hi", length=False), "as long as the connection"),
    ("head", status(200, b"Content-Length: 5\r\n", b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), "brought: 5 bytes"),
    (
        "chunks",
        exchange(answered=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        "the server sent 1 chunk, each with its size before it: 2 bytes",
    ),
    ("keep-alive", exchange(), "can serve another"),
    ("close", answer(b"Connection: close\r\n", b"hi"), "the server will end"),
    ("no-continue", post(b"Expect: 100-continue\r\n", b"hi"), "none came"),
    ("switched", exchange(UPGRADE, SWITCHED % ACCEPT), "speaks websocket"),
    ("tunnel", exchange(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"), "a tunnel to a:443"),
    ("redirect", status(301, b"Location: /there\r\nContent-Length: 0\r\n"), "go to /there from now on"),
    ("redirect", status(303, b"Location: /there\r\nContent-Length: 0\r\n"), "go to /there, with GET"),
    ("not-modified", status(304, b"", asking(b'If-None-Match: "1"')), "the client has is still good"),
    ("validators", answer(b'ETag: "1"\r\n', b"hi"), 'ETag "1"'),
    ("caching", answer(b"Cache-Control: public, max-age=3600\r\n"), "3,600 seconds"),
    ("caching", answer(b"Cache-Control: no-store\r\n"), "nobody may keep a copy"),
    ("range", status(206, b"Content-Range: bytes 0-1/10\r\nContent-Length: 0\r\n"), "bytes 0-1/10"),
    ("range", with_header(b"Range: bytes=0-1"), "got all"),
    ("login", with_header(b"Authorization: Basic YTpi"), "base64 hides nothing"),
    ("cookies-set", answer(b"Set-Cookie: a=1; HttpOnly; Path=/\r\nSet-Cookie: b=2\r\n"), "cookies a (HttpOnly), b"),
    ("cookies-sent", with_header(b"Cookie: a=1; b=2"), "sends back cookies a, b"),
    (
        "compressed",
        answer(b"Content-Encoding: deflate\r\n", zlib.compress(b"x" * 1000)),
        "deflate: the server sent 17 bytes for 1,000 bytes",
    ),
    ("form", post(b"Content-Type: application/x-www-form-urlencoded\r\n", b"a=1&b=2"), "a form with 2 fields: a, b"),
    (
        "parts",
        post(
            b"Content-Type: multipart/form-data; boundary=x\r\n",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
        ),
        "a form with 1 part: a",
    ),
    ("charset", answer(b"Content-Type: text/html; charset=iso-8859-1\r\n", b"\xe9"), "in iso-8859-1"),
    ("no-type", answer(b"", b"hi"), "has to guess"),
    ("events", answer(b"Content-Type: text/event-stream\r\n", b"data: 1\n\ndata: 2\n\n"), "a stream of 2 events"),
    (
        "preflight",
        exchange(b"OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\nAccess-Control-Request-Method: PUT\r\n\r\n"),
        "whether http://b may send PUT",
    ),
]


GZIPPED = gzip.compress(b"a=1&b=2", mtime=0)
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
MULTIPART = b"Content-Type: multipart/form-data; boundary=x\r\n"
DATED = b"Date: Sun, 29 Nov 2026 07:00:00 GMT\r\n"
DEEP = b"[" * 20_000 + b"]" * 20_000


def cached(line: bytes) -> Exchange:
    return answer(b"Cache-Control: %s\r\n" % line)


def again(line: bytes, head: bytes, method: bytes = b"GET") -> Exchange:
    """A request about the client's copy, and a 200 with these headers."""
    return exchange(asking(line, method), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n%s\r\n" % head)


def json_of(body: bytes, head: bytes = b"", number: int = 200) -> Exchange:
    line = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n" % (
        number,
        len(body),
        head,
    )
    return exchange(answered=line + body)


SENTENCES = [
    (
        "caching",
        cached(b"private, must-revalidate, stale-if-error=86400, max-age=31536000"),
        "client alone for 31,536,000 s",
    ),
    ("caching", answer(b"Cache-Control: public\r\nCache-Control: max-age=60\r\n"), "used for 60 seconds"),
    ("caching", cached(b"max-age=60, no-store"), "no-store: nobody"),
    ("caching", cached(b'x="no-store", max-age=60'), "used for 60 seconds"),
    ("caching", cached(b"no-store-x, max-age=60, max-age=70"), "used for 60 seconds"),
    ("caching", cached(b'no-cache="Set-Cookie", max-age=60'), "used for 60 seconds"),
    ("caching", cached(b"max-age=99999999999999999999"), "2,147,483,648 seconds, which is for ever"),
    ("caching", cached(b"max-age=0"), "out of date at once"),
    ("caching", cached(b"max-age=-1"), "Cache-Control: max-age=-1"),
    ("caching", cached(b"x-max-age=5"), "Cache-Control: x-max-age=5"),
    ("caching", answer(b"Cache-Control: max-age=60\r\nAge: 20\r\n"), "60 seconds, of which 20 are over"),
    (
        "cookies-set",
        answer(b"Set-Cookie: a=; Max-Age=0\r\nSet-Cookie: b=2; Max-Age=9; Expires=0\r\n"),
        "sets the cookie b (lasting), deletes the cookie a",
    ),
    ("cookies-set", answer(DATED + b"Set-Cookie: a=; Expires=Sun, 29-Nov-26 06:59:59 GMT\r\n"), "deletes the cookie a"),
    (
        "cookies-set",
        answer(DATED + b"Set-Cookie: a=; Expires=Sun, 29 Nov 2026 07:00:01 GMT\r\n"),
        "sets the cookie a (lasting)",
    ),
    ("cookies-set", answer(b"Set-Cookie: a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n"), "deletes the cookie a"),
    ("cookies-set", answer(b"Set-Cookie: a=; Expires=Sun, 29 Nov 2026 07:00:01 GMT\r\n"), "a (until Sun, 29"),
    ("validators", again(b'If-None-Match: "1"', b'ETag: "2"\r\n'), "out of date"),
    ("validators", again(b'If-None-Match: "a,b", "1"', b'ETag: W/"1"\r\n'), "still good, and a 304 would have done"),
    ("validators", again(b"If-None-Match: *", b'ETag: "2"\r\n'), 'ETag "2" names'),
    ("validators", again(b'If-None-Match: "1"', b'ETag: "2"\r\n', b"PUT"), 'ETag "2" names'),
    (
        "validators",
        again(b"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", b"Last-Modified: Sun, 06 Nov 1994 08:49:38 GMT\r\n"),
        "out of date",
    ),
    (
        "validators",
        again(b"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", b"Last-Modified: Sun Nov  6 08:49:37 1994\r\n"),
        "still good",
    ),
    ("not-modified", status(304), "asked about none"),
    ("range", status(206, b"Content-Length: 0\r\n"), "no Content-Range says which"),
    (
        "range",
        status(206, b"Content-Type: multipart/byteranges; boundary=x\r\nContent-Length: 0\r\n"),
        "several pieces",
    ),
    ("redirect", status(303, b"Location: /\r\nContent-Length: 0\r\n", asking(b"A: b", b"HEAD")), "with HEAD"),
    ("login", with_header(b"Authorization: c2VjcmV0"), "names no scheme"),
    ("login", with_header(b"Authorization: Basic secret"), "is not the base64"),
    ("login", with_header(b"Authorization: Bearer secret"), "Authorization: Bearer says"),
    ("badly-compressed", answer(b"Content-Encoding: gzip\r\n", GZIPPED[:-8] + bytes(8)), "it is damaged gzip"),
    ("badly-compressed", answer(b"Content-Encoding: gzip\r\n", GZIPPED[:-8]), "stops in the middle of its gzip"),
    ("bad-json", json_of(b"[NaN]"), "it is none"),
    (
        "events",
        answer(b"Content-Type: text/event-stream\r\n", b"data: 1\r\n\r\ndata: 2\r\n\r\ndata: 3\r\n"),
        "of 2 events,",
    ),
    ("form", post(FORM, b"&".join([b"a=1"] * 1203)), "1,203 fields: a, a, a, a, a and 1,198 more"),
    ("form", post(FORM + b"Content-Encoding: gzip\r\n", GZIPPED), "2 fields: a, b"),
    ("form", post(FORM, b"a=1&" + b"b" * 70_000), "at least 2 fields: a"),
    (
        "parts",
        post(
            MULTIPART,
            b'--x\r\nContent-Disposition: form-data; filename="; name=no"; name="\xc3\xa9;\\""\r\n\r\n'
            b'Content-Disposition: form-data; name="in it"\r\n--xy\r\n--x\r\nA: b\r\n\r\n1\r\n--x--\r\n',
        ),
        'a form with 2 parts: é;"',
    ),
    (
        "parts",
        post(MULTIPART, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + bytes(70_000)),
        "at least 1 part: a",
    ),
    ("charset", answer(b"Content-Type: text/plain; charset=windows-874\r\n", b"hi"), "windows-874"),
    (
        "lengths-differ",
        status(200, b"Content-Length: 1\r\nContent-Length: 2\r\n", asking(b"A: b", b"HEAD")),
        "which is true",
    ),
]

NOT_SAID = [
    ("cookies-set", answer(b"Set-Cookie: a=1\r\n"), "lasting"),
    ("validators", again(b'If-None-Match: "1"', b""), ""),
    ("range", exchange(asking(b"Range: bytes=0-1", b"HEAD"), b"HTTP/1.1 200 OK\r\n\r\n"), ""),
    ("bad-json", json_of(b"[1", number=206), ""),
    ("bad-json", json_of(DEEP), ""),
    (
        "bad-json",
        exchange(answered=b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[1"),
        "",
    ),
    ("badly-compressed", json_of(b"hi", b"Content-Encoding: gzip\r\n", 206), ""),
    (
        "badly-compressed",
        exchange(answered=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" + GZIPPED[:9]),
        "",
    ),
    ("keep-alive", exchange(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"), ""),
    ("body-where-none", status(304, b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), ""),
    ("no-number", answer(b"Content-Length: 99999999999999999999\r\n", length=False), ""),
    (
        "chunked-1.0",
        exchange(b"POST /HTTP/1.0 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "",
    ),
    ("head", status(200, b"Content-Length: 1\r\nContent-Length: 2\r\n", asking(b"A: b", b"HEAD")), "brought"),
    ("no-colon", exchange(answered=b"HTTP/1.1 401 X\r\nX-"), ""),
    ("no-challenge", exchange(answered=b"HTTP/1.1 401 X\r\nX-"), ""),
    ("login", with_header(b"Authorization: c2VjcmV0"), "c2VjcmV0"),
]


@pytest.mark.parametrize(("code", "found", "words"), SENTENCES)
def test_a_sentence_is_about_the_whole_of_what_was_said(code: str, found: Exchange, words: str) -> None:
    assert words in told(found).get(code, "(nothing)")


@pytest.mark.parametrize(("code", "found", "words"), NOT_SAID)
def test_what_is_not_known_is_not_said(code: str, found: Exchange, words: str) -> None:
    said = told(found)
    assert code not in said or (words and words not in said[code])


@pytest.mark.parametrize(("code", "found", "words"), [*ODD, *ORDINARY])
def test_what_the_table_finds(code: str, found: Exchange, words: str) -> None:
    assert words in told(found)[code]


def test_every_row_is_proved_and_has_its_source() -> None:
    assert {code for code, _, _ in ODD} | {code for code, _, _ in ORDINARY} == {row.code for row in TABLE}
    assert len({row.code for row in TABLE}) == len(TABLE)
    assert all(row.source.startswith(("RFC ", "WHATWG ")) for row in TABLE)


@pytest.mark.parametrize(("code", "found", "_words"), ODD)
def test_what_is_odd_is_told_to_everybody(code: str, found: Exchange, _words: str) -> None:
    assert code in {note.code for note in oddities(found)}


@pytest.mark.parametrize(("_code", "found", "_words"), ORDINARY)
def test_what_everybody_does_is_not_odd(_code: str, found: Exchange, _words: str) -> None:
    assert [note.code for note in oddities(found)] == []


def test_an_ordinary_exchange_has_nothing_odd() -> None:
    assert oddities(exchange()) == ()
    assert set(told(exchange())) == {"keep-alive"}


def test_what_the_reader_noted_is_not_said_twice() -> None:
    noted = Exchange(1, 1, exchange().request, exchange().response, notes=(Note("keep-alive", "mine", "x"),))
    assert told(noted) == {"keep-alive": "mine"}
    asked_for = Exchange(
        1, 1, post(b"Expect: 100-continue\r\n", b"hi").request, None, notes=(Note("continue", "", ""),)
    )
    assert "no-continue" not in told(asked_for)


def test_the_odd_come_first() -> None:
    codes = [is_odd(note) for note in explain(answer(b"A: 1\n", b"hi"))]
    assert codes == sorted(codes, reverse=True)
    assert set(codes) == {True, False}


@given(EXCHANGES)
def test_no_bytes_make_it_raise(found: Exchange) -> None:
    notes = explain(found)
    assert set(found.notes) <= set(notes)
    assert "slip" not in {note.code for note in notes}
    assert all(note.text and note.source for note in notes if note not in found.notes)


@pytest.mark.parametrize(
    "charset",
    ["cp99999", "windows-9999", "hex", "zlib", "rot13", "idna", "unicode_escape", "x" * 9000, "a\0b", "aliases"],
)
def test_what_is_no_charset_is_said_to_be_none(charset: str) -> None:
    head = b"Content-Type: application/json; charset=%b\r\n" % charset.encode()
    assert "not known here" in told(answer(head, b"{}"))["unknown-charset"]


@pytest.mark.parametrize(
    "charset", ["windows-874", "x-sjis", "x-cp1252", "KOI8-U", "iso-8859-8-i", "GB18030", "ks_c_5601-1987"]
)
def test_charsets_have_several_names(charset: str) -> None:
    found = told(answer(b"Content-Type: text/plain; charset=%b\r\n" % charset.encode(), b"hi"))
    assert charset in found["charset"] and "unknown-charset" not in found


def test_a_row_that_fails_is_told_and_the_others_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Exchange) -> str | None:
        raise RuntimeError("\x1b[31m")

    monkeypatch.setattr("stackwalk.wire.explain.MORE", (Explanation("mine", "RFC 1", fail), *MORE))
    assert told(exchange()) == {"keep-alive": told(exchange())["keep-alive"], "slip": SLIPPED}


def test_what_it_says_is_short_whatever_was_sent() -> None:
    head = read_head(
        b"GET / HTTP/1.1\r\nCookie: %s\r\nRange: %s\r\nAuthorization: %s\r\n\r\n"
        % (b"x;" * 9000, b"x" * 9000, b"y" * 9000)
    )
    ended_by: EndedBy = "chunked"
    response = Response(
        read_head(b"HTTP/1.1 200 OK\r\nETag: %s\r\nSet-Cookie: %s\r\n\r\n" % (b"x" * 9000, b"z" * 9000)),
        b"",
        0,
        ended_by,
        Chunks(10**9, (10**9,) * 8),
    )
    for note in explain(Exchange(1, 1, Request(head), response)):
        assert len(note.text) < 420, note
