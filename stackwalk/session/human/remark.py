"""What is worth saying about a request, a first line or a page, beside passing it on."""

import re

from stackwalk.session.human.caller import Answer, Caller
from stackwalk.session.human.event import Oddity
from stackwalk.session.human.first_line import EXAMPLE, looks_like_a_first_line

BODILESS = (204, 304)
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*")  # RFC 9112, 5
_TYPED_LINE_END = re.compile(r"\s*(\\[rn])+\s*")

ODD: dict[Oddity, str] = {
    "tls": "A client tried https, and what it sent is encrypted: nobody can read that here. "
    "The address begins with http://, without an s.",
    "too long": "A client sent header after header and no empty line. It was cut off: nobody waits for ever.",
    "crowd": "More connections are open than one person can hold. The oldest that said nothing was closed.",
}


def wanted_first_line(caller: Caller) -> str:
    """What to propose as the answer's first line."""
    return "HTTP/1.1 404 Not Found" if caller.target == "/favicon.ico" else EXAMPLE


def on_request(caller: Caller) -> tuple[str, ...]:
    """What is unusual about this request, if anything."""
    remarks = []
    if caller.target == "/favicon.ico":
        remarks.append(
            "Nobody typed that address: a browser asks by itself, for the small picture in its tab. "
            "There is none, and you may say so."
        )
    if caller.method == "HEAD":
        remarks.append("HEAD asks for the head of an answer only: after the empty line it is over.")
    if caller.header("expect").lower() == "100-continue":
        remarks.append(
            "It has more to send, and asks first whether it may: HTTP/1.1 100 Continue and an empty line "
            "say yes. Or answer at once."
        )
    elif caller.header("content-length") not in ("", "0") or caller.header("transfer-encoding"):
        remarks.append("It brings something along behind its empty line: the body of a request.")
    if caller.first_line.startswith("PRI * HTTP/2"):
        remarks.append("That is how HTTP/2 begins, which can't be typed: this client will like no answer.")
    return tuple(remarks)


def on_first_line(answer: Answer, caller: Caller) -> tuple[str, ...]:
    """What a first line that was just sent means for what follows it."""
    remarks = []
    if answer.first_line is not None and answer.first_line != answer.first_line.rstrip():
        remarks.append("The spaces behind it went along. They do no harm here.")
    status = answer.status
    if status is None:
        return tuple(remarks)
    if status < 200:
        remarks.append(f"{status} is only a word on the way: the answer itself still has to follow.")
    elif status in BODILESS:
        remarks.append(f"{status} means that no page follows: after the empty line it is over.")
    elif status in _REDIRECTS:
        remarks.append(f"{status} sends {caller.name} elsewhere, and a header says where: Location: /other")
    return tuple(remarks)


def on_page(answer: Answer, size: int) -> tuple[str, ...]:
    """What a client will make of a page of `size` bytes, after the headers that were sent."""
    remarks = []
    length = answer.header("content-length")
    if length is not None and length != str(size):
        remarks.append(
            rf"You promised {length} bytes and sent {size}, two of them \r\n. Clients believe the promise."
        )
    if answer.header("transfer-encoding") is not None:
        remarks.append("You promised chunks, and a plain line is none: most clients will call it broken.")
    says_charset = "charset" in (answer.header("content-type") or "").lower()
    if answer.page is not None and not answer.page.isascii() and not says_charset:
        remarks.append("What is not ASCII went as UTF-8. No header says so: a browser may guess wrong.")
    return tuple(remarks)


def on_leaving(answer: Answer, caller: Caller) -> str:
    """Why a client went before its answer was over."""
    if answer.first_line is None:
        return f"{caller.named} has gone: it was closed, or would not wait any longer."
    if not answer.sound:
        return f"{caller.named} has hung up: what you sent is no answer to it. Clients are strict."
    return f"{caller.named} has gone in the middle of your answer."


def on_header(text: str) -> str | None:
    """What a client would stumble over in a line of the head behind its first; None if nothing."""
    if not text.strip():
        return "There is a space on that line. An empty line is Enter alone."
    if _TYPED_LINE_END.fullmatch(text):
        return r"Enter alone is the empty line: it sends the two bytes \r\n, nobody has to type them."
    if looks_like_a_first_line(text):
        return "The first line is on its way already, and one is enough. Now an empty line: just Enter."
    if not _HEADER.fullmatch(text):
        return (
            "Before the page comes an empty line, just Enter: it ends the head. "
            "Without it a client takes these words for a header."
        )
    return None
