"""The table: what each explanation is called, where it is written, and who finds it."""

from collections.abc import Callable
from dataclasses import dataclass

from stackwalk.wire.explain import answer, bodies, connection, cookies, ending, heads
from stackwalk.wire.message import Exchange


@dataclass(frozen=True, slots=True)
class Explanation:
    """A row of the table."""

    code: str
    source: str
    find: Callable[[Exchange], str | None]  # the line; None: it does not apply


ODD = (
    Explanation("cut", "RFC 9112 8", ending.cut),
    Explanation("both-lengths", "RFC 9112 6.3", heads.of_heads(
        "the {} sent both Transfer-Encoding and Content-Length: proxies may disagree where it ends",
        heads.has_both_lengths)),
    Explanation("lengths-differ", "RFC 9110 8.6, RFC 9112 6.3", heads.lengths_differ),
    Explanation("length-twice", "RFC 9110 8.6", heads.of_heads(
        "the {} sent the same Content-Length more than once", heads.has_length_twice)),
    Explanation("no-number", "RFC 9112 6.3", heads.of_heads(
        "the {}'s Content-Length is not a number", heads.is_no_length)),
    Explanation("too-big", "RFC 9110 8.6", heads.of_heads(
        "the {}'s Content-Length is a number too big to count with", heads.is_too_long)),
    Explanation("chunked-1.0", "RFC 9112 6.1", heads.of_heads(
        "the {} sent Transfer-Encoding with HTTP/1.0, which has none", heads.is_chunked_1_0)),
    Explanation("body-where-none", "RFC 9110 8.6, RFC 9112 6.1", ending.body_where_none),
    Explanation("no-length", "RFC 9112 6.3", ending.no_length),
    Explanation("bare-lf", "RFC 9112 2.2", heads.of_heads(
        "the {} ended lines with \\n alone, and it should be \\r\\n", heads.has_bare_newline)),
    Explanation("space-before-colon", "RFC 9112 5.1", heads.of_heads(
        "the {} put a space before a header's colon", heads.has_space_before_colon)),
    Explanation("folded", "RFC 9112 5.2", heads.of_heads(
        "the {} continued a header on the next line, which is out of use", heads.is_folded)),
    Explanation("no-colon", "RFC 9112 5", heads.of_heads(
        "the {} sent a header line without a colon", heads.has_line_without_colon)),
    Explanation("host", "RFC 9112 3.2", heads.host),
    Explanation("accept-key", "RFC 6455 4.2.2", connection.wrong_accept),
    Explanation("nowhere", "RFC 9110 15.4", answer.nowhere),
    Explanation("no-challenge", "RFC 9110 15.5.2", answer.missing(
        401, "www-authenticate", "a 401 without WWW-Authenticate: nothing says how to log in")),
    Explanation("no-allow", "RFC 9110 15.5.6", answer.missing(
        405, "allow", "a 405 without Allow: nothing says which methods there are")),
    Explanation("lost-cookie", "RFC 6265bis 4.1.2.7", cookies.lost_cookie),
    Explanation("badly-compressed", "RFC 9110 8.4", bodies.badly_compressed),
    Explanation("bad-json", "RFC 8259 2", bodies.bad_json),
    Explanation("unknown-charset", "RFC 9110 8.3.2", bodies.unknown_charset),
)  # fmt: skip

MORE = (
    Explanation("ends-with-connection", "RFC 9112 6.3", ending.ends_with_connection),
    Explanation("head", "RFC 9110 9.3.2", ending.head_length),
    Explanation("chunks", "RFC 9112 7.1", ending.chunks),
    Explanation("keep-alive", "RFC 9112 9.3", connection.keeping),
    Explanation("close", "RFC 9112 9.6", connection.closing),
    Explanation("no-continue", "RFC 9110 10.1.1", connection.no_continue),
    Explanation("switched", "RFC 9110 15.2.2", connection.switched),
    Explanation("tunnel", "RFC 9110 9.3.6", connection.tunnel),
    Explanation("redirect", "RFC 9110 15.4", answer.redirect),
    Explanation("not-modified", "RFC 9110 15.4.5", answer.not_modified),
    Explanation("validators", "RFC 9110 8.8.3, 13.1", answer.validators),
    Explanation("caching", "RFC 9111 5.2", answer.caching),
    Explanation("range", "RFC 9110 14", answer.part),
    Explanation("login", "RFC 9110 11.6.2", answer.login),
    Explanation("cookies-set", "RFC 6265 4.1", cookies.sets),
    Explanation("cookies-sent", "RFC 6265 4.2", cookies.sends_back),
    Explanation("compressed", "RFC 9110 8.4", bodies.compressed),
    Explanation("form", "WHATWG URL 5.1", bodies.form),
    Explanation("parts", "RFC 7578 4", bodies.multipart),
    Explanation("charset", "RFC 9110 8.3.2", bodies.charset),
    Explanation("no-type", "RFC 9110 8.3", bodies.no_type),
    Explanation("events", "WHATWG HTML 9.2.5", bodies.events),
    Explanation("preflight", "WHATWG Fetch, CORS", bodies.preflight),
)

TABLE = (*ODD, *MORE)

# What everybody does; the last three of it are the reader's.
ORDINARY = frozenset({*(row.code for row in MORE), "pipelined", "continue", "early-hints"})
