"""What a body holds, for people: unpacked, in its characters, in lines. Pure.

Whatever a body unpacks to, no more than a bounded part of it is ever made.
"""

import codecs
import json
import re
import zlib
from dataclasses import dataclass
from urllib.parse import unquote_plus

from stackwalk.wire.message import Head, Request, Response

UNPACKED_LIMIT = 1024 * 1024  # bytes
CODINGS_LIMIT = 4  # one around the other
FIELDS_LIMIT = 200  # of a form
ZIPPED = ("gzip", "x-gzip")
TEXTS = re.compile(
    r"text/.*|.*[/+](json|xml|yaml)|application/(javascript|ecmascript|x-www-form-urlencoded|graphql|x-ndjson|toml)"
)
GZIP = b"\x1f\x8b"
PNG, GIF, JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"\xff\xd8\xff"
STARTS = {  # how well-known files begin, where nothing else says what they are
    PNG: "a PNG image",
    GIF[0]: "a GIF image",
    GIF[1]: "a GIF image",
    JPEG: "a JPEG image",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    GZIP: "gzip data",
    b"wOF2": "a WOFF2 font",
    b"wOFF": "a WOFF font",
}
NOT_CHARSETS = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem")  # Python's
LONGEST_CHARSET = 40  # characters of a name
ALIASES = {  # names that WHATWG Encoding 4.2 has and Python does not
    "windows-874": "cp874",
    "dos-874": "cp874",
    "x-sjis": "cp932",
    "ms932": "cp932",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
    "x-x-big5": "big5",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "dos-866": "cp866",
    "csibm866": "cp866",
    "unicode-1-1-utf-8": "utf_8",
    **{f"x-cp125{digit}": f"cp125{digit}" for digit in range(9)},
}
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A body without its Content-Encoding."""

    data: bytes
    coding: str = ""  # "gzip", "gzip, br" …; "": none
    is_whole: bool = True  # `data` is all of it
    fault: str | None = None  # why it could not be unpacked
    is_broken: bool = False  # that is the fault of who sent it
    has_end: bool = True  # False: what was kept of it stops before the coding's own end


@dataclass(frozen=True, slots=True)
class Content:
    """A body as it is to be shown."""

    lines: tuple[str, ...]  # whatever the wire sent: to be made safe before it is drawn
    summary: str = ""  # instead of lines, or beside them: "image/png, 16 × 16, 1,234 bytes"
    is_whole: bool = True


def media_type(head: Head) -> str:
    """Type and subtype in lower case; "" where none is named (RFC 9110 8.3)."""
    value = head.header("content-type")
    return "" if value is None else value.partition(b";")[0].strip().decode("latin-1").lower()


def parameter(head: Head, header: str, name: str) -> str | None:
    """A parameter of a header, `charset` of Content-Type for example (RFC 9110 5.6.6)."""
    value = head.header(header)
    if value is None:
        return None
    return dict(reversed(pairs_of(value, ";"))).get(name.lower())


def pairs_of(value: bytes, separator: str) -> list[tuple[str, str | None]]:
    """Names in lower case and their values, which quoted may hold separators (RFC 9110 5.6.4); None: it has none.

    >>> pairs_of(b'private="a, b", Max-Age=1, x', ",")
    [('private', 'a, b'), ('max-age', '1'), ('x', None)]
    """
    pairs = (part.partition("=") for part in _split(value.decode("latin-1"), separator))
    return [(name.strip().lower(), _unquoted(what.strip()) if equals else None) for name, equals, what in pairs]


def _split(text: str, separator: str) -> list[str]:
    if '"' not in text:
        return text.split(separator)
    parts: list[str] = []
    begin = 0
    is_quoted = is_escaped = False
    for place, character in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif is_quoted and character == "\\":
            is_escaped = True
        elif character == '"':
            is_quoted = not is_quoted
        elif character == separator and not is_quoted:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    return text[1:].removesuffix('"').replace('\\"', '"').replace("\\\\", "\\")


def unpack(said: Request | Response) -> Unpacked:
    """Undo the Content-Encoding of what was kept (RFC 9110 8.4)."""
    joined = b",".join(said.head.every("content-encoding")).decode("latin-1").lower()
    codings = [coding for part in joined.split(",") if (coding := part.strip()) and coding != "identity"]
    is_whole = len(said.body) == said.body_size
    if not codings or not said.body:
        return Unpacked(said.body, ", ".join(codings), is_whole)
    coding = ", ".join(codings[:CODINGS_LIMIT])
    data = said.body
    if isinstance(said, Response) and said.status == 206:
        return Unpacked(data, coding, is_whole, "a part alone can't be unpacked")
    if len(codings) > CODINGS_LIMIT:
        return Unpacked(data, coding, is_whole, "too many codings, one around the other")
    has_end = True
    for one in reversed(codings):
        if one not in (*ZIPPED, "deflate"):
            return Unpacked(data, coding, is_whole, f"{one} can't be unpacked here")
        begin = data[:2]
        try:
            data, ended = _inflate(data, one)
        except zlib.error:
            return Unpacked(said.body, coding, is_whole, _why_not(begin, one), is_broken=True)
        has_end = has_end and (ended or len(data) >= UNPACKED_LIMIT)
        is_whole = is_whole and ended
    return Unpacked(data, coding, is_whole, has_end=has_end)


def _why_not(begin: bytes, coding: str) -> str:
    # RFC 1952 2.3.1; RFC 1950 2.2
    is_like_it = begin == GZIP if coding in ZIPPED else begin[:1] == b"\x78" and int.from_bytes(begin, "big") % 31 == 0
    return f"it is damaged {coding}" if is_like_it else f"it is not {coding}, whatever Content-Encoding says"


def content_of(said: Request | Response) -> Content:
    """What is to be shown of a body."""
    if not said.body_size:
        return Content(())
    unpacked = unpack(said)
    kind = media_type(said.head)
    if unpacked.fault is not None and unpacked.coding:
        return Content((), f"{unpacked.coding}, {said.body_size:,} bytes: {unpacked.fault}", unpacked.is_whole)
    text = text_of(said.head, unpacked.data)
    if text is None:
        return Content((), _binary(kind, unpacked, said.body_size), unpacked.is_whole)
    if kind == "application/x-www-form-urlencoded" and unpacked.is_whole:
        fields = form_fields(text)
        left = count_fields(text) - len(fields)
        if fields:
            return Content(
                tuple(f"{name} = {value}" for name, value in fields), f"and {left:,} more fields" if left else ""
            )
    if (kind.endswith(("/json", "+json"))) and unpacked.is_whole:
        drawn = indented(text)
        if drawn is not None:
            return Content(tuple(drawn.split("\n")))
    return Content(tuple(text.removesuffix("\n").split("\n")), "", unpacked.is_whole)


def text_of(head: Head, data: bytes) -> str | None:
    """A body's characters; None: it is no text. Bytes that are none in a charset stay visible as such."""
    kind = media_type(head)
    codec = codec_of(parameter(head, "content-type", "charset") or "utf-8")
    if codec in (None, "utf-8", "ascii"):
        text = data.decode("utf-8", "surrogateescape")
    else:
        text = data.decode(codec or "", "replace")
    if TEXTS.fullmatch(kind):
        return text
    if kind and not kind.startswith(("application/octet-stream", "multipart/", "message/")):
        return None
    strange = len(CONTROLS.findall(text)) + sum(1 for character in text if "\udc80" <= character <= "\udcff")
    return None if strange else text


def codec_of(charset: str) -> str | None:
    """What Python calls a charset; None: it has none of that name, or one that makes no characters of bytes (`zip`).

    >>> codec_of("UTF8"), codec_of("windows-874"), codec_of("hex")
    ('utf-8', 'cp874', None)
    """
    if len(charset) > LONGEST_CHARSET:
        return None
    try:
        name = codecs.lookup(ALIASES.get(charset.lower().replace("_", "-"), charset)).name
        if name in NOT_CHARSETS:
            return None
        b"a".decode(name, "replace")  # of no bytes at all Python would not even look for a codec
    except (LookupError, ValueError, TypeError):
        return None
    return name


def form_fields(text: str) -> list[tuple[str, str]]:
    """The fields of a form, the first of them.

    >>> form_fields("a=1+2&b=%C3%A9")
    [('a', '1 2'), ('b', 'é')]
    """
    pairs = (part.partition("=") for part in text.strip().split("&", FIELDS_LIMIT)[:FIELDS_LIMIT] if part)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def count_fields(text: str) -> int:
    """How many a form has.

    >>> count_fields("a=1&&b")
    2
    """
    return sum(1 for part in text.strip().split("&") if part)


def is_json(text: str) -> bool | None:
    """Whether it is; None: it goes too deep to know. NaN and Infinity are none (RFC 8259 6)."""
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number)
    except ValueError:
        return False
    except RecursionError:
        return None
    return True


def _no_number(name: str) -> None:
    raise ValueError(name)


def indented(text: str) -> str | None:
    """JSON with a line for each member, its own numbers and escapes untouched; None: it is no JSON.

    >>> print(indented('{"a":[1.50,{}]}'))
    {
      "a": [
        1.50,
        {}
      ]
    }
    """
    if not is_json(text):
        return None
    pieces: list[str] = []
    depth = 0
    last = ""
    for token in TOKENS.findall(text):
        if token in "]}":
            depth -= 1
            if last not in ("[", "{"):
                pieces.append("\n" + "  " * depth)
        elif last in ("[", "{", ","):
            pieces.append("\n" + "  " * depth)
        if token in "[{":
            depth += 1
        pieces.append(": " if token == ":" else token)
        last = token
    return "".join(pieces)


def _inflate(data: bytes, coding: str) -> tuple[bytes, bool]:
    """At most UNPACKED_LIMIT bytes, and whether that is all."""
    if coding not in ZIPPED:
        try:
            return _inflate_one(data, zlib.MAX_WBITS)[:2]
        except zlib.error:
            return _inflate_one(data, -zlib.MAX_WBITS)[:2]  # what many servers call deflate has no zlib head
    made = bytearray()
    left = data
    while left:
        piece, ended, left = _inflate_one(left, 16 + zlib.MAX_WBITS, UNPACKED_LIMIT - len(made))
        made += piece
        if not ended or len(made) >= UNPACKED_LIMIT:
            return bytes(made), ended and not left
        left = left.lstrip(b"\0")
        if left[:2] != GZIP:  # gzip has several parts only if each begins like one
            break
    return bytes(made), True


def _inflate_one(data: bytes, bits: int, limit: int = UNPACKED_LIMIT) -> tuple[bytes, bool, bytes]:
    inflating = zlib.decompressobj(bits)
    made = inflating.decompress(data, max(1, limit))
    return made, inflating.eof, inflating.unused_data


def _binary(kind: str, unpacked: Unpacked, size: int) -> str:
    data = unpacked.data
    known = next((name for start, name in STARTS.items() if data.startswith(start)), "no text")
    measures = _measures(data)
    parts = [kind or known, *([f"{measures[0]:,} × {measures[1]:,}"] if measures else []), f"{size:,} bytes"]
    return ", ".join(parts)


def _measures(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture that says so in its first bytes."""
    if data.startswith(PNG) and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith(GIF) and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    return None
