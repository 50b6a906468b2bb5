"""4.1: nginx passes requests on to the application, and slow clients hold up nobody any more."""

import http.client
import threading
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlencode

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.stack import Stack

HOLD = 0.6  # seconds for which each slow client sends, a byte at a time
SLOW = 3  # clients
PAUSE = 0.03  # seconds between two bytes
NOBODY = (502, 504)  # what nginx says when nobody behind it answers
GIVE_UP = 10.0  # seconds; far more than any of it takes
DOOR = "localhost:8080"  # what a browser calls it
OTHER = "api"  # which answers with bare.py
FORM = "application/x-www-form-urlencoded"


def straight(address: str, target: str) -> tuple[int, bytes]:
    """Status and body that the application itself gives, at its own door."""
    host, _, port = address.rpartition(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=GIVE_UP)) as connection:
        connection.request("GET", target, headers={"Host": DOOR})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_pages_come_through_nginx(stack: Stack, fresh: Fresh) -> None:
    """what your application says comes through nginx, page for page"""
    for target in ("/", f"/hello/{fresh.word()}?x={fresh.number(1, 99)}", f"/{fresh.word()}"):
        answer = stack.get(target)
        asked = stack.served(answer)
        if answer.status in NOBODY:
            fail(f"GET {target}: {answer.status} is nginx's own answer. It has asked, and got hold of nobody.",
                expected="200", actual=answer.first_line)  # fmt: skip
        if not asked:
            fail(f"GET {target} was answered by nginx itself, and no application was asked.",
                expected="proxy_pass http://…", actual=answer.first_line)  # fmt: skip
        if asked[-1] == OTHER:
            fail(f"GET {target} is answered by {OTHER}, and that is bare.py. Your application is called application.",
                expected="application", actual=OTHER)  # fmt: skip
        status, body = straight(stack.part(asked[-1]).address, target)
        answer.expect_status(status, f"Your application answers GET {target} with {status}, and so has nginx.")
        answer.expect_body(body, f"GET {target} shows another page through nginx than your application has.")
        if not (answer.header("Server") or "").startswith("nginx"):
            fail("Something else than nginx speaks at the door.", expected="Server: nginx",
                actual=f"Server: {answer.header('Server')}")  # fmt: skip


def test_forms_go_through_as_well(stack: Stack, fresh: Fresh) -> None:
    """a form that is posted arrives, body and all"""
    text = f"{fresh.word()} {fresh.word()}"
    answer = stack.get(
        "/notes", method="POST", headers=[("Content-Type", FORM)], body=urlencode({"text": text}).encode()
    )
    asked = stack.served(answer)
    answer.expect_status(303, "Your application takes a note with POST /notes and answers with 303, behind nginx too.")
    status, body = straight(stack.part(asked[-1]).address, "/notes")
    if status != 200 or text.encode() not in body:
        fail(f"The note {text!r} was posted through nginx, and is not among the application's notes.",
            actual=body[:200])  # fmt: skip


class Slow(threading.Thread):
    """A client that sends the head of its request at once and the body a byte at a time."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection(host, port, timeout=GIVE_UP)
        self.over = threading.Event()
        body = b"text=" + b"z" * max(1, int(HOLD / PAUSE) - 5)
        self._body = body
        self._connection.putrequest("POST", "/notes", skip_host=True)
        self._connection.putheader("Host", DOOR)
        self._connection.putheader("Content-Type", FORM)
        self._connection.putheader("Content-Length", str(len(body)))
        self._connection.endheaders()

    def run(self) -> None:
        with closing(self._connection):
            for byte in self._body:
                if self.over.wait(PAUSE):
                    return
                try:
                    self._connection.send(bytes((byte,)))
                except OSError:
                    return


def waited(host: str, port: int) -> float:
    """Seconds that one more client waits while slow ones are being served."""
    clients = [Slow(host, port) for _ in range(SLOW)]
    for client in clients:
        client.start()
    threading.Event().wait(3 * PAUSE)  # until they are surely being served
    began = time.monotonic()
    try:
        status, _ = straight(f"{host}:{port}", "/")
    except OSError:
        fail(f"While {SLOW} slow clients were sending, one more could not be served at all.")
    finally:
        took = time.monotonic() - began
        for client in clients:
            client.over.set()
        for client in clients:
            client.join()
    if status != 200:
        fail(f"While {SLOW} slow clients were sending, one more had no page.", expected="200", actual=str(status))
    return took


def test_slow_clients_hold_up_nobody(stack: Stack, note: Callable[[str], None]) -> None:
    """three slow clients hold up nobody: a fourth is answered at once"""
    page = stack.get("/")
    page.expect_status(200, "Your application has a page at /, so GET / is answered with 200.")
    asked = stack.served(page)
    if not asked:
        fail("No application was asked, so there is nobody to be held up.", actual=page.first_line)
    host, _, port = stack.part(asked[-1]).address.rpartition(":")
    before = waited(host, int(port))
    after = waited(*stack.address)
    if after > max(HOLD / 2, 0.05):
        fail(f"Three slow clients were sending their requests, and a fourth waited {after:.2f} s for an answer: nginx "
            "passed their requests on before it had the whole of them.",
            expected="proxy_request_buffering on, as it is without that line")  # fmt: skip
    note(
        f"Three slow clients, and then a fourth: at Gunicorn's own door it waited {before * 1000:.0f} ms, "
        f"at nginx's {after * 1000:.0f} ms."
    )
