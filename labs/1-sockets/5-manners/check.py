"""1.5: HEAD, methods that are not for this server, nonsense, and clients that say nothing at all."""

import re

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import WORDS, Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

LINGERS = 0.3  # seconds in which a body may still follow the head
LABELS = ("Content-Type", "Content-Length")


def a_file(fresh: Fresh, workspace: Workspace) -> tuple[str, str]:
    name, text = fresh.name(".html"), fresh.text()
    workspace.write(name, text)
    return name, text


def expect_service(server: Server, fresh: Fresh, workspace: Workspace, after: str) -> None:
    """An ordinary client is served as ever."""
    name, text = a_file(fresh, workspace)
    message = f"After {after}, the next client asks for a file that is there, and gets it."
    try:
        answer = server.get(f"/{name}")
    except LearnerFailure as failure:
        if failure.cause == "silent":
            failure.message = f"After {after}, your program is not there for the next client. {failure.message}"
        raise
    answer.expect_status(200, message)
    answer.expect_body(text.encode(), message, final_newline=True)


def head(server: Server, target: str, status: int | None = None) -> Answer:
    """What comes to HEAD, which has that status where one is given; a body would be in `extra`."""
    connection = server.connect()
    connection.send(f"HEAD {target} HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n".encode())
    answer = connection.answer("HEAD")
    came = connection.received(LINGERS)[len(answer.raw) :]
    connection.close()
    if status is not None:
        answer.expect_status(status, f"GET {target} is answered with {status}, and so HEAD {target} is too.")
    if came.strip():
        fail(
            f"HEAD {target} asks for the head alone, and {len(came)} bytes of a body came after it.",
            expected=answer.raw,
            actual=answer.raw + came,
            hint="Whatever the status is, HEAD ends with the empty line.",
        )
    return answer


def test_head_is_the_head_of_get(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """HEAD gets the head that GET would get, and no body"""
    name, _ = a_file(fresh, workspace)
    long, short = server.get(f"/{name}"), head(server, f"/{name}", 200)
    for label in LABELS:
        if long.header(label) is not None and short.header(label) != long.header(label):
            fail(
                f"HEAD gets the same head as GET, and {label} differs.",
                expected=f"{label}: {long.header(label)}",
                actual=f"{label}: {short.header(label)}" if short.header(label) else f"no {label}",
            )
    missing = fresh.name(".html")
    head(server, f"/{missing}").expect_status(404, f"There is no file {missing}, and HEAD says so by 404.")


def test_post_put_delete_are_405(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """POST, PUT and DELETE get 405, with a header Allow that names GET and HEAD"""
    name, _ = a_file(fresh, workspace)
    for method in ("POST", "PUT", "DELETE"):
        body = b"" if method == "DELETE" else f"{fresh.word()}={fresh.number(1, 99)}".encode()
        answer = server.get(f"/{name}", method=method, body=body)
        answer.expect_status(405, f"{method} is not for this server, and 405 Method Not Allowed says so.")
        allowed = answer.header("Allow")
        if not {"GET", "HEAD"} <= set(re.split(r"[\s,]+", allowed or "")):
            fail(
                f"405 comes with a header Allow that says what may be asked instead; {method} got "
                + ("none." if allowed is None else "another one."),
                expected="Allow: GET, HEAD",
                actual="no Allow" if allowed is None else f"Allow: {allowed}",
            )
    expect_service(server, fresh, workspace, "POST, PUT and DELETE")


def test_a_method_that_nobody_knows(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a method that nobody knows gets 405 or 501"""
    name, _ = a_file(fresh, workspace)
    method = fresh.choice(WORDS).upper()
    answer = server.get(f"/{name}", method=method)
    said = 501 if answer.status == 501 else 405
    answer.expect_status(said, f"{method} is no method that you know: answer 405, or 501 Not Implemented.")
    expect_service(server, fresh, workspace, f"the method {method}")


def refuses(server: Server, data: bytes, what: str, also: tuple[int, ...] = ()) -> None:
    """The program answers 400, or anything else that says no, or hangs up; it does not serve."""
    connection = server.connect()
    connection.send(data)
    answer = connection.answer(whole=False)
    connection.close()
    status = answer.status
    if status is None:
        return
    if 400 <= status < 600 and (status != 404 or status in also):
        answer.expect_whole_head(f"{what} may be refused by {status}, or by hanging up without a word.")
        return
    answer.expect_status(400, f"{what} is no request, and 400 Bad Request says so (or you hang up).")


def test_nonsense_is_400(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """nonsense and bytes that are no text get 400, or a close; you go on"""
    refuses(server, f"{fresh.word()}\r\n\r\n".encode(), "A single word")
    expect_service(server, fresh, workspace, "a single word")
    word = fresh.word().encode()
    for data in (
        b"\xff\xfe\xfd" + word + b"\x80 \xc3\xa0\xff /\x99\r\n\r\n",
        b"GET /\xe9\xff" + word + b" HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
    ):
        refuses(server, data, "What is not UTF-8", also=(404,))
        expect_service(server, fresh, workspace, "bytes that are no text")


def test_a_client_that_says_nothing(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a client that connects and hangs up without a byte ends nothing"""
    for _ in range(3):
        server.connect().close()
    expect_service(server, fresh, workspace, "a client that hung up without a byte")
    connection = server.connect()
    connection.half_close()
    connection.received(LINGERS)
    connection.close()
    expect_service(server, fresh, workspace, "a client that said nothing")
