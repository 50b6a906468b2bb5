"""4.8: the application knows who asked, and under which address; it believes its own proxy and nobody else."""

import http.client
from contextlib import closing

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import text_of
from stackwalk.check.stack import Stack
from stackwalk.wire.message import Request

CLIENT = "127.0.0.1"  # where a check's requests come from
FORGED = "6.6.6.6"
GIVE_UP = 10.0  # seconds
SKIPPED = ("connection", "content-length", "transfer-encoding")


def sent_to(stack: Stack, name: str) -> Request:
    """The last request that nginx has sent to a service."""
    found = stack.asked(name)
    if not found:
        fail(f"nginx has not asked {name}.")
    return found[-1]


def header(request: Request, name: str) -> str | None:
    value = request.head.header(name)
    return None if value is None else value.decode("latin-1")


def must_know_client(request: Request, who: str) -> None:
    """X-Forwarded-For and X-Forwarded-Proto as a service behind nginx needs them."""
    last = (header(request, "X-Forwarded-For") or "").rpartition(",")[2].strip()
    if last != CLIENT:
        fail(f"The client's address does not stand at the end of X-Forwarded-For where nginx asks {who}.",
            expected="proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            actual=f"X-Forwarded-For: {header(request, 'X-Forwarded-For')}")  # fmt: skip
    if header(request, "X-Forwarded-Proto") != "http":
        fail(f"nginx does not tell {who} whether the browser came by http or https.",
            expected="proxy_set_header X-Forwarded-Proto $scheme;",
            actual=f"X-Forwarded-Proto: {header(request, 'X-Forwarded-Proto')}")  # fmt: skip


def test_nginx_passes_on_who_asked(stack: Stack, fresh: Fresh) -> None:
    """nginx tells each application the client's address, and http or https"""
    answer = stack.get(f"/hello/{fresh.word()}", headers=[("X-Forwarded-For", FORGED)])
    asked = stack.served(answer)
    if not asked:
        fail("No application was asked.", actual=answer.first_line)
    must_know_client(sent_to(stack, asked[-1]), asked[-1])
    stack.get(f"/api/{fresh.word()}")
    must_know_client(sent_to(stack, "api"), "api")


def test_the_application_knows_the_address(stack: Stack, fresh: Fresh) -> None:
    """/visitor shows the client, and the address as typed in the browser"""
    for name in ("localhost:8080", f"{fresh.word()}.localhost:8080"):
        host = name
        answer = stack.get("/visitor", headers=[("Host", host), ("X-Forwarded-For", FORGED)])
        if host != "localhost:8080" and not stack.served(answer):
            # A server of another name takes what it does not know: the port alone is another one then.
            host = f"localhost:{fresh.number(1024, 60000)}"
            answer = stack.get("/visitor", headers=[("Host", host), ("X-Forwarded-For", FORGED)])
        answer.expect_status(200, "A view of yours answers GET /visitor with 200.")
        text = text_of(answer)
        if f"http://{host}/visitor" not in text:
            fail(f"A browser that opens http://{host}/visitor is told another address.",
                expected=f"http://{host}/visitor", actual=text)  # fmt: skip
        if FORGED in text:
            fail(f"A client sent X-Forwarded-For: {FORGED} of its own making, and your application believes it.",
                expected=CLIENT, actual=text)  # fmt: skip
        if CLIENT not in text:
            fail("/visitor does not show where the request came from.", expected=CLIENT, actual=text)


def test_the_application_believes_nginx(stack: Stack, fresh: Fresh) -> None:
    """what nginx passes on about a client is what your application takes for true"""
    answer = stack.get("/visitor", headers=[("X-Forwarded-For", FORGED)])
    asked = stack.served(answer)
    if not asked:
        fail("No application was asked for /visitor.", actual=answer.first_line)
    request = sent_to(stack, asked[-1])
    visitor = f"203.0.113.{fresh.number(1, 254)}"  # an address of nobody (RFC 5737)
    text = asked_as_nginx(stack.part(asked[-1]).address, request, visitor)
    if FORGED in text:
        fail("With two entries in X-Forwarded-For your application believes the first one, which the client itself "
            "has written. The last one is nginx's.", expected=visitor, actual=text)  # fmt: skip
    if visitor not in text:
        fail("nginx names the client's address, and your application still takes nginx for the visitor.",
            expected=f"{visitor} (ProxyFix with x_for=1)", actual=text)  # fmt: skip
    if "https://" not in text:
        fail("nginx says that the browser came by https, and your application makes http of it.",
            expected="https:// (ProxyFix with x_proto=1)", actual=text)  # fmt: skip


def asked_as_nginx(address: str, request: Request, visitor: str) -> str:
    """What the application says to the same request, had another visitor come to nginx by https."""
    host, _, port = address.rpartition(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=GIVE_UP)) as connection:
        connection.putrequest("GET", request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.head.headers:
            known = name.decode("latin-1").lower()
            text = value.decode("latin-1")
            if known in SKIPPED:
                continue
            if known == "x-forwarded-for":
                text = ", ".join([*[one.strip() for one in text.split(",")][:-1], visitor])
            elif known == "x-forwarded-proto":
                text = "https"
            elif known == "x-real-ip":
                text = visitor
            connection.putheader(name.decode("latin-1"), text)
        connection.endheaders()
        return connection.getresponse().read().decode("utf-8", "replace")
