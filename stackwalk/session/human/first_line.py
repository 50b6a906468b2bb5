"""What is wrong with a line that was typed as the first line of an answer, in words for a beginner.

The rule is RFC 9112, 4: `HTTP/1.1`, a space, three digits and, after another space, any words. Each slip that
people make has a sentence of its own in one table; the first that fits is told.
"""

import re
import unicodedata

EXAMPLE = "HTTP/1.1 200 OK"
_STATUS_LINE = re.compile(r"HTTP/[0-9]\.[0-9] ([1-9][0-9]{2})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?")

# Read from top to bottom. A sentence may quote what its pattern caught: {0}, {1}.
_TABLE = (
    (
        r".*\\[rn]",
        r"No need to type \r\n: Enter sends these two bytes for you. Type the line without them.",
    ),
    (
        r"\s*([<>$])\s",
        "The {0} in front only marks, in logs and lessons, who says a line. It is never sent: leave it out.",
    ),
    (
        r"\s*[\"'`“”„«»‘’].*[\"'`“”«»‘’]\s*$",
        "The quotation marks would be sent too, and no client expects them. Leave them out.",
    ),
    (
        r"(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH)\b",
        "That is how a client asks. An answer: {example}.",
    ),
    (
        r"\s*([1-5][0-9O]{2}\b|(?i:OK)\W*$)",
        "The beginning is missing: a first line says what is spoken before it says how it went, {example}.",
    ),
    (r"\s*/?1\.[01] ", "HTTP and its slash are missing at the beginning: {example}."),
    (
        r"(?!HTTP)[A-Za-z][A-Za-z0-9-]*:(?!/)",
        "That is a header, and headers come second. The first line says how it went: {example}.",
    ),
    (
        r"\s+(?=HTTP)",
        "The line begins with a space, and a client looks for HTTP at the very first byte.",
    ),
    (
        r"(?i:https)\b",
        "HTTPS is HTTP inside an encrypted connection; the line itself says HTTP, without the S.",
    ),
    (
        r"((?=[HTP]{3,6}\b)(?!HTTP\b)[HTP]+)",
        "Look at the first word: “{0}” should be HTTP.",
    ),
    (
        r"(?!HTTP)(?i:http)",
        "HTTP is written in capitals: a client compares bytes, and h is not H (RFC 9112, 2.3).",
    ),
    (
        r"(?!HTTP)",
        "That can come at the end, as the page. A client first wants to know how it went, "
        "in a line that begins with HTTP: {example}.",
    ),
    (r"HTTP\\", r"The slash leans the other way: HTTP/1.1, not HTTP\1.1."),
    (
        r"HTTP[/ ]?[0-9.]*[lIO]",
        "A letter stands where a digit should be: the ones in HTTP/1.1 are digits, not an l or an I.",
    ),
    (r"HTTP[0-9]", "The slash between HTTP and 1.1 is missing: {example}."),
    (r"HTTP +[0-9]\.", "Between HTTP and 1.1 stands a slash, not a space: {example}."),
    (r"HTTP( |$)", "The version is missing: HTTP alone does not say which. Here it is HTTP/1.1."),
    (
        r"HTTP/[23](\.0)?( |$)",
        "HTTP/2 and HTTP/3 can't be typed by hand: they send frames of bits, not lines. Here it is HTTP/1.1.",
    ),
    (r"HTTP/[0-9]+([ ,]|$)|HTTP/[0-9]{2}", "The version has a digit, a dot and a digit: HTTP/1.1."),
    (r"HTTP *(/ +| +/)", "HTTP, slash and 1.1 are one word, without a space: HTTP/1.1."),
    (r"(?!HTTP/[0-9]\.[0-9])", "The version is not quite right. It is HTTP, a slash, 1.1: {example}."),
    (r"HTTP/...[0-9]", "A space is missing behind HTTP/1.1: version, space, number."),
    (
        r"HTTP/...(\t|\s\s+)\S",
        "Between version and number stands just one space: strict clients refuse two.",
    ),
    (r"HTTP/...[^ ]", "Behind HTTP/1.1 comes a space, and nothing else: {example}."),
    (
        r"HTTP/... (?=[0-9])[0-9]*[Oo][0-9Oo]*(?![A-Za-z])",
        "A letter O stands where the digit 0 should be: 200 is a two and two zeros.",
    ),
    (r"HTTP/... ([0-9]{3})([A-Za-z]+)", "A space is missing behind the number: {0} {1}."),
    (r"HTTP/... [0-9]{4}", "The number has three digits, no more: 200 for “here it is”."),
    (r"HTTP/... ([0-9]{1,2}\b|0)", "The number has three digits, and begins with 1 to 5: 200, “here it is”."),
    (r"HTTP/... [0-9]{3}", "Behind the number comes a space: {example}."),
    (r"HTTP/... +[A-Za-z ]+[0-9]{3}", "The number comes first, then the words: {example}."),
    (r"HTTP/...", "The number is missing: three digits say how it went, 200 is “here it is”. {example}."),
)
_SLIPS = tuple((re.compile(pattern), sentence) for pattern, sentence in _TABLE)

# What keyboards, word processors and other alphabets put in a plain character's place; NFKC knows the rest.
_PLAIN = dict(
    zip("‐–—⁄∕’АВЕНКМОРСТХΑΒΕΗΙΚΜΝΟΡΤΧ", "---//'ABEHKMOPCTXABEHIKMNOPTX", strict=True),
)


def status_of(line: str) -> int | None:
    """The three digits, where this is a first line that every client takes; else None.

    >>> status_of("HTTP/1.1 404 Not Found"), status_of("HTTP/1.1 200OK")
    (404, None)
    """
    found = _STATUS_LINE.fullmatch(line)
    return int(found.group(1)) if found and not _SLIPS[0][0].match(line) else None


def slip_in(line: str) -> str | None:
    """One or two sentences about what a client would stumble over, or None where it would not.

    >>> slip_in("HTTP/1.1 200 OK") is None
    True
    >>> slip_in("HTTP/1.1 200OK")
    'A space is missing behind the number: 200 OK.'
    """
    if status_of(line) is not None:
        return None
    foreign = _foreign_character(line)
    if foreign is not None:
        return foreign
    for pattern, sentence in _SLIPS:
        found = pattern.match(line)
        if found:
            return sentence.format(*found.groups(""), example=EXAMPLE)
    raise ValueError(f"no sentence fits {line!r}")  # the table's last lines leave nothing over


def _foreign_character(line: str) -> str | None:
    """A sentence about the first character that only looks like a plain one, where HTTP was meant."""
    plain = "".join(_plain(character) for character in line)
    for character, meant in zip(line, map(_plain, line), strict=True):
        if character.isascii() or not looks_like_a_first_line(plain) or character in "“”„«»‘":
            continue
        name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
        if meant == " ":
            return f"One of the spaces is not the plain one ({name}: Alt and Space make it). Type it afresh."
        if meant.isascii():
            return f"One character only looks like “{meant}”: it is “{character}” ({name}). Bytes count."
        return f"“{character}” ({name}) can't stand there: up to its number, a first line is plain ASCII."
    return None


def _plain(character: str) -> str:
    return _PLAIN.get(character) or unicodedata.normalize("NFKC", character)


def looks_like_a_first_line(line: str) -> bool:
    """Whether somebody who typed this meant the first line of an answer."""
    return re.match(r"\W*HTTP\b", line, re.IGNORECASE) is not None
