"""1.2: every client gets 200 and `Hi there!`, and knows where that ends."""

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace


def test_the_answer_is_200(server: Server, fresh: Fresh) -> None:
    """three clients in a row get the status 200"""
    for _ in range(3):
        server.get(f"/{fresh.word()}").expect_status(
            200, "The answer has to begin with the status line HTTP/1.1 200 OK."
        )


def test_the_body_is_hi_there(server: Server, fresh: Fresh) -> None:
    """three clients in a row get the body Hi there!"""
    for _ in range(3):
        answer = server.get(f"/{fresh.word()}")
        answer.expect_body(
            b"Hi there!",
            "The body, all that comes after the empty line, has to be Hi there!",
            final_newline=True,
        )


def test_the_client_knows_where_the_body_ends(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """each client knows where the body ends"""
    # The file is for a program that serves files by now: a missing one is the affair of 1.3.
    name = fresh.name(".txt")
    workspace.write(name, fresh.text())
    for _ in range(3):
        answer = server.get(f"/{name}")
        if answer.status is None:
            fail(
                "Your answer does not begin with a status line.",
                expected="HTTP/1.1 200 OK",
                actual=answer.first_line,
            )
        answer.expect_whole_head("The client looks for the end of the head.")
        if answer.ended_by not in ("close", "length", "chunked", "none"):
            fail(
                "The connection ended before your answer was whole.",
                cause="closed-early",
                actual=answer.raw,
            )
