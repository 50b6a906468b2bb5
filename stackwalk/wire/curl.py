"""A request as a curl line that can be pasted into a shell.

What curl would send by itself is left out, what it would add is taken away, and no byte of the line is a control
character or anything but ASCII.
"""

import re

from stackwalk.wire.message import Request
from stackwalk.wire.parsing import TOKEN

TEXT_LIMIT = 2000  # bytes of a body that are still written out
BODY_FILE = "@body.bin"  # stands for a body that is too long for a line, or no text
PATH = re.compile(r"[!-\"$-~]*")  # printable ASCII but for #: curl sends it as it is
PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
FORM = b"application/x-www-form-urlencoded"  # what curl says of --data, where nothing else is said


def curl_line(request: Request, origin: str) -> str:
    """The line; `origin`: where it goes, "http://localhost:8080", no slash at the end.

    A body of which not all was kept, or that is no short text, is `@body.bin`: a file for the reader to make.

    >>> from stackwalk.wire.message import Request, read_head
    >>> head = read_head(b"GET /a?b=c HTTP/1.1\\r\\nHost: localhost:8080\\r\\nAccept: */*\\r\\n\\r\\n")
    >>> curl_line(Request(head), "http://localhost:8080")
    "curl -H User-Agent: 'http://localhost:8080/a?b=c'"
    """
    words = ["curl"]
    has_body = request.body_size > 0
    if request.method == "HEAD" and not has_body:
        words.append("--head")
    elif request.method != ("POST" if has_body else "GET"):
        words += ["-X", quoted(request.method)]
    if request.version == "HTTP/1.0":
        words.append("--http1.0")
    words += _headers(request, origin, has_body)
    if has_body:
        words += _data(request)
    return " ".join([*words, *_address(request.target, origin)])


def quoted(text: str) -> str:
    """A word for a POSIX shell; where it holds more than printable ASCII, in the $'…' of bash, zsh and ksh.

    >>> print(quoted("it's"), quoted("a\\tb"))
    'it'"'"'s' $'a\\x09b'
    """
    if PLAIN.fullmatch(text):
        return text
    if text.isascii() and text.isprintable():
        return "'" + text.replace("'", "'\"'\"'") + "'"
    return "$'" + "".join(_escaped(byte) for byte in text.encode("latin-1", "replace")) + "'"


def _escaped(byte: int) -> str:
    if byte in b"'\\":
        return "\\" + chr(byte)
    return chr(byte) if 0x20 <= byte < 0x7F else {0x0A: "\\n", 0x0D: "\\r"}.get(byte, f"\\x{byte:02x}")


def _headers(request: Request, origin: str, has_body: bool) -> list[str]:
    words: list[str] = []
    seen: set[str] = set()
    chunked = request.head.header("transfer-encoding") is not None
    for raw_name, value in request.head.headers:
        name = raw_name.decode("latin-1").lower()
        if not raw_name or not TOKEN.issuperset(raw_name):
            continue  # curl would refuse it, or take it for a file's name
        seen.add(name)
        if _curl_says_it(name, value, origin) or (name == "content-length" and (has_body or chunked)):
            continue
        text = raw_name.decode("latin-1")
        words += ["-H", quoted(f"{text}: {value.decode('latin-1')}" if value else f"{text};")]
    for name in ("Host", "User-Agent", "Accept"):
        if name.lower() not in seen:
            words += ["-H", f"{name}:"]
    if has_body and "content-type" not in seen:
        words += ["-H", "Content-Type:"]
    return words


def _curl_says_it(name: str, value: bytes, origin: str) -> bool:
    if name == "host":
        return value == origin.partition("://")[2].encode()
    if name == "user-agent":
        return value.startswith(b"curl/")
    return (name, value) in (("accept", b"*/*"), ("content-type", FORM))


def _data(request: Request) -> list[str]:
    body = request.body
    is_text = all(byte in b"\t\n\r" or 0x20 <= byte != 0x7F for byte in body)
    if len(body) != request.body_size or len(body) > TEXT_LIMIT or not is_text:
        return ["--data-binary", BODY_FILE]
    # --data-binary would take what begins with an @ for a file's name; --data-raw takes nothing away either.
    return ["--data-raw" if body.startswith(b"@") else "--data-binary", quoted(body.decode("latin-1"))]


def _address(target: str, origin: str) -> list[str]:
    words: list[str] = []
    if target.startswith("/"):
        path = target.partition("?")[0]
        if re.search(r"/\.{1,2}(/|$)", path):
            words.append("--path-as-is")
        if re.search(r"[\[\]{}]", target):
            words.append("--globoff")
        if PATH.fullmatch(target):
            return [*words, quoted(origin + target)]
    # What is no path (`*`, a whole URL, host:port) or would be cut or changed as part of a URL is sent as it was.
    return ["--request-target", quoted(target), quoted(origin + "/")]
