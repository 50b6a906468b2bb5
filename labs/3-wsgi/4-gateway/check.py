"""3.4: the learner's gateway serves bare.py, their Flask application and one that nobody has seen."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import media_type, text_of
from stackwalk.check.plugin import Launch
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

FILE, PORT = "gateway.py", 8000
FORM = "application/x-www-form-urlencoded"


def gateway(launch: Launch, module: str) -> Server:
    """The learner's gateway with another application than the lab's."""
    return launch(["python", FILE, module], file=FILE, port=PORT, answers=True)


def test_it_serves_bare(launch: Launch, fresh: Fresh) -> None:
    """python gateway.py bare serves bare.py, every path of it"""
    server = gateway(launch, "bare")
    for path in (f"/{fresh.word()}", f"/{fresh.word()}/{fresh.word()}"):
        answer = server.get(f"{path}?{fresh.word()}=1")
        answer.expect_status(200, f"bare.py answers {path} with 200 OK, and the gateway says so in the status line.")
        answer.expect_body(f"Hello from WSGI, {path}".encode(), "The body is what bare.py returns.", True)


def test_it_serves_your_application(server: Server, fresh: Fresh) -> None:
    """python gateway.py wsgi serves your application, with its types and its 404"""
    if "Hello, world!" not in text_of(server.get("/")):
        fail("GET / shows another page than your application has there: is it wsgi.py that the gateway imported?")
    name = fresh.word()
    answer = server.get(f"/hello/{name}")
    answer.expect_status(200, f"GET /hello/{name} is answered with 200 by your application.")
    if name not in text_of(answer):
        fail(f"GET /hello/{name} does not show the name.", expected=name, actual=text_of(answer))
    if media_type(answer) != "text/html":
        fail("The headers of the application belong in the answer.", expected="Content-Type: text/html; charset=utf-8",
            actual=f"Content-Type: {answer.header('Content-Type')}")  # fmt: skip
    missing = f"/{fresh.word()}"
    server.get(missing).expect_status(404, f"Your application says 404 for {missing}, and so has the gateway.")


def test_a_form_arrives(server: Server, fresh: Fresh) -> None:
    """a form that comes in two pieces arrives whole"""
    text = f"{fresh.word()} {fresh.word()}"
    body = urlencode({"text": text}).encode()
    head = (
        f"POST /notes HTTP/1.1\r\nHost: localhost:{PORT}\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = server.connect()
    connection.send(head.encode() + body[:7])
    server.await_output("\0", patience=0.05)  # a pause, as a slow client makes one
    connection.send(body[7:])
    answer = connection.answer("POST")
    answer.expect_status(303, "Your application takes the note and answers with 303, and so has the gateway.")
    if answer.header("Location") is None:
        fail("The application's header Location did not reach the client.")
    if text not in text_of(server.get("/notes")):
        fail(f"The note {text!r} was posted through the gateway, and is not among the notes.")


def strict(launch: Launch, workspace: Workspace, header: str, word: str) -> Server:
    module = f"unseen_{word}"
    source = Path(__file__).with_name("_strict.py").read_text(encoding="utf-8")
    workspace.write(f"{module}.py", source.replace("@HEADER@", header.upper()).replace("@WORD@", word))
    return gateway(launch, module)


def told(server: Server, answer: Answer) -> dict[str, str]:
    """What the unseen application was given."""
    complaints = re.findall(r"(?:^AssertionError|WSGIWarning): (.*)$", server.output(), re.MULTILINE)
    if complaints:
        fail(f"wsgiref.validate says: {complaints[-1]}")
    answer.expect_status(203, "The application's status goes into the status line, whatever it is.")
    try:
        found: dict[str, str] = json.loads(answer.body)
    except ValueError:
        fail("The body is all of the pieces that the application returned, one after the other.", actual=answer.body)
    return found


def test_an_unseen_application(launch: Launch, workspace: Workspace, fresh: Fresh) -> None:
    """an application that it has never seen is given all that PEP 3333 promises"""
    header, word = fresh.word(), fresh.word()
    value, sent = fresh.word(), fresh.word().encode()
    server = strict(launch, workspace, header, word)
    query = f"{fresh.word()}=%20{fresh.number(1, 99)}"
    answer = server.get(
        f"/caf%C3%A9/{word}?{query}", method="POST", body=sent,
        headers=[(f"X-{header.capitalize()}", value), ("Content-Type", "text/plain")],
    )  # fmt: skip
    found = told(server, answer)
    wanted = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/café/".encode().decode("latin-1") + word, "QUERY_STRING": query,
        "CONTENT_TYPE": "text/plain", f"HTTP_X_{header.upper()}": value, "body": sent.decode(),
    }  # fmt: skip
    for name, right in wanted.items():
        if found.get(name) != right:
            what = "wsgi.input" if name == "body" else name
            fail(f"The application found something else in {what}.", expected=right, actual=repr(found.get(name)))
    if answer.header("X-Word") != word:
        fail("The application's header X-Word did not reach the client.", expected=word)


def test_an_application_that_stumbles(launch: Launch, workspace: Workspace, fresh: Fresh) -> None:
    """of two answers that an application begins, with exc_info, the later is given"""
    word = fresh.word()
    answer = strict(launch, workspace, fresh.word(), word).get("/stumble")
    answer.expect_status(
        503, "The application called start_response with 200, met an error, and called it again with 503 and exc_info. "
        "Nothing had been sent by then, so the later call counts."
    )  # fmt: skip
    answer.expect_body(f"stumbled over {word}".encode(), "The body is what the application returned.", True)
    if answer.header("X-Begun") is not None or answer.header("X-Word") != word:
        fail("The headers of the first call are no longer true: those of the later one take their place, all of them.",
            expected=f"X-Word: {word}",
            actual="\n".join(f"{name}: {value}" for name, value in answer.headers))  # fmt: skip


def test_it_closes(launch: Launch, workspace: Workspace, fresh: Fresh) -> None:
    """what the application returned is closed afterwards"""
    word = fresh.word()
    server = strict(launch, workspace, fresh.word(), word)
    told(server, server.get("/"))
    if not server.await_output(f"closed {word}"):
        fail("What the application returned has a method close(), and nobody called it.",
            hint="PEP 3333: call it when the body is sent, and when sending it fails, too.")  # fmt: skip
