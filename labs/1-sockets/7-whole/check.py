"""1.7: a request is over where its empty line and its Content-Length say, however it comes in; and it has bounds."""

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.client import Connection
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

PAUSE = 0.03  # seconds without a byte: what was sent so far has been read by itself
HEADERS = 8 * 1024  # bytes of headers that must be taken
BODY = 100 * 1024  # bytes
GONE = 0.5  # seconds in which a program may see that its client has gone
TOO_LONG = 1024 * 1024  # bytes of headers that must be refused


def a_file(fresh: Fresh, workspace: Workspace) -> tuple[str, bytes]:
    name, text = fresh.name(".html"), fresh.text()
    workspace.write(name, text)
    return name, text.encode()


def request_for(name: str, headers: str = "") -> bytes:
    return f"GET /{name} HTTP/1.1\r\nHost: localhost:8080\r\n{headers}Accept: */*\r\n\r\n".encode()


def headers_of(fresh: Fresh, size: int) -> str:
    """Header lines of exactly so many bytes, none of them longer than 1,000."""
    lines = []
    while size:
        length = size if size <= 1000 else min(1000, size - 100)
        name = f"X-{fresh.word()}: "
        lines.append(name + "a" * (length - len(name) - 2) + "\r\n")
        size -= length
    return "".join(lines)


def must_wait(connection: Connection, sent: int, length: int, what: str, pause: float = PAUSE) -> None:
    """Give the program time to read what was sent; it must not answer yet."""
    came = connection.received(pause)
    if came or connection.ended:
        fail(
            f"Only {sent} of {length} bytes of {what} were sent, and your program "
            + ("answered already." if came else "hung up."),
            cause="wrong-answer" if came else "closed-early",
            expected="nothing before the request is whole",
            actual=came,
            hint="One recv is one piece, and a request may come in many.",
        )


def expect_file(connection: Connection, name: str, content: bytes) -> None:
    answer = connection.answer()
    connection.close()
    answer.expect_status(200, f"When all of GET /{name} has come, it is answered with 200.")
    answer.expect_body(content, f"The body has to be what is in {name}.", final_newline=True)


def test_one_byte_at_a_time(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a request that comes one byte at a time is answered when it is whole"""
    name, content = a_file(fresh, workspace)
    request = request_for(name)
    connection = server.connect()
    for place in range(len(request) - 1):
        connection.send(request[place : place + 1])
        long = place < 2 or place == len(request) - 2
        must_wait(connection, place + 1, len(request), "a request", PAUSE if long else 0.001)
    connection.send(request[-1:])
    expect_file(connection, name, content)


def test_long_headers(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """8 KB of headers are read to their end"""
    for _ in range(3):
        name, content = a_file(fresh, workspace)
        connection = server.connect()
        connection.send(request_for(name, headers_of(fresh, HEADERS - 200)))
        expect_file(connection, name, content)


def test_split_anywhere(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a request may be split anywhere, also within its empty line"""
    name, content = a_file(fresh, workspace)
    request = request_for(name)
    end = len(request)
    for place in (fresh.number(1, 4), fresh.number(6, 12), fresh.number(30, end - 8), end - 3, end - 2, end - 1):
        connection = server.connect()
        connection.send(request[:place])
        must_wait(connection, place, end, "a request")
        connection.send(request[place:])
        expect_file(connection, name, content)


def test_a_client_that_leaves(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a client that hangs up before its request is whole holds up nobody"""
    name, content = a_file(fresh, workspace)
    request = request_for(name)
    for sent in (len(request) - 2, fresh.number(30, len(request) - 10)):
        connection = server.connect()
        connection.send(request[:sent])
        connection.half_close()
        connection.await_close(GONE)
        connection.close()
        connection = server.connect()
        connection.send(request)
        try:
            expect_file(connection, name, content)
        except LearnerFailure as failure:
            if failure.cause == "silent":
                failure.message = (
                    f"A client sent {sent} of {len(request)} bytes and hung up, and your program is not there for "
                    f"the next one. {failure.message}"
                )
            raise


def test_a_body_is_read(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a POST with a body of 100 KB is answered after all of it was read"""
    name, _ = a_file(fresh, workspace)
    body = fresh.bytes(BODY)
    head = f"POST /{name} HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    for first in (len(head) + fresh.number(1, 3000), len(head) + BODY - fresh.number(1, 3000), 0):
        connection = server.connect()
        if first:
            connection.send((head + body)[:first])
            must_wait(connection, first, len(head + body), "a request with its body", 0.1)
        connection.send((head + body)[first:])
        answer = connection.answer()
        connection.close()
        if answer.status is None:
            fail(
                "A POST with a body is answered too, whatever the status is; what came has no status line.",
                expected="HTTP/1.1 405 Method Not Allowed",
                actual=answer.first_line,
            )
        answer.expect_whole_head("A POST with a body gets a whole answer, whatever the status is.")


def test_endless_headers_are_refused(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """1 MB of headers is refused: by 431, by 400, or by hanging up"""
    name, content = a_file(fresh, workspace)
    connection = server.connect()
    try:
        connection.send(request_for(name, headers_of(fresh, TOO_LONG)))
    except LearnerFailure as failure:
        if failure.cause != "too-slow":  # it may have answered, and leave the rest unread
            raise
    answer = connection.answer(whole=False)
    connection.close()
    if answer.raw:
        said = 400 if answer.status == 400 else 431
        answer.expect_status(
            said, "A request with 1 MB of headers is refused, or anybody could fill your memory: 431, 400 or a close."
        )
    connection = server.connect()
    connection.send(request_for(name))
    expect_file(connection, name, content)
