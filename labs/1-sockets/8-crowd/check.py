"""1.8: nobody waits for anybody else: neither for silent clients, nor for those that read slowly."""

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.client import Connection
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

SILENT = 20  # clients
AT_ONCE = 1.5  # seconds; an answer takes a thousandth of it, on a busy machine a tenth
SLOW = 3  # clients
BIG = 16 * 1024 * 1024  # bytes: more than the sockets of both ends hold


def a_file(fresh: Fresh, workspace: Workspace) -> tuple[str, bytes]:
    name, text = fresh.name(".html"), fresh.text()
    workspace.write(name, text)
    return name, text.encode()


def expect_at_once(server: Server, fresh: Fresh, workspace: Workspace, meanwhile: str) -> None:
    """An ordinary client is answered while others keep their connections."""
    name, content = a_file(fresh, workspace)
    try:
        answer = server.get(f"/{name}", patience=AT_ONCE)
    except LearnerFailure as failure:
        if failure.cause not in ("silent", "too-slow"):
            raise
        fail(
            f"{meanwhile}, and one more client that asks for a file got no answer within {AT_ONCE} s: it waits "
            "for the others.",
            cause=failure.cause,
            hint="Each client needs a line of work of its own, from its first byte to its last.",
        )
    answer.expect_status(200, f"The file {name} is there, so GET /{name} is answered with 200.")
    answer.expect_body(content, f"The body has to be what is in {name}.", final_newline=True)


def test_silent_clients(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """twenty clients are silent, and the twenty-first is answered at once"""
    silent = [server.connect() for _ in range(SILENT)]
    for _ in range(3):
        expect_at_once(server, fresh, workspace, f"{SILENT} clients are connected and silent")
    for connection in silent:
        connection.close()
    expect_at_once(server, fresh, workspace, f"{SILENT} silent clients have just hung up")


def test_clients_in_the_middle(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """so it is when the twenty stop in the middle of their requests"""
    for _ in range(SILENT):
        server.connect().send(f"GET /{fresh.word()}".encode())
    for _ in range(3):
        expect_at_once(server, fresh, workspace, f"{SILENT} clients have sent half of a request")


def test_slow_readers(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """clients that ask for a big file and read it slowly hold up nobody"""
    name = fresh.name(".txt")
    line = f"{fresh.text(1)}"
    content = (line * (BIG // len(line) + 1)).encode()
    workspace.write(name, content)
    readers: list[Connection] = []
    for _ in range(SLOW):
        reader = server.connect()
        reader.send(f"GET /{name} HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n\r\n".encode())
        readers.append(reader)
        expect_at_once(server, fresh, workspace, f"{len(readers)} client(s) have asked for a big file and do not read")
    answer = readers[0].answer()
    answer.expect_status(200, f"The file {name} is there, so GET /{name} is answered with 200.")
    answer.expect_body(content, f"A slow reader gets all of {name} in the end.", final_newline=True)
