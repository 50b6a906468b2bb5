"""1.1: the program listens, prints what it was sent, and goes on. It may answer or not, and is told if it hangs on."""

import re
from collections.abc import Callable

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.client import Connection
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

LOOKS = 20  # at what was printed, a tenth of a second each
HANGS_ON = (
    "Your program does not hang up: this client still holds the line, and so does curl. "
    "client.close() at the end of the loop lets it go."
)


def request_for(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl\r\nAccept: */*\r\n\r\n".encode()


def shows(output: str, word: str) -> bool:
    """Whether a word is in an output: as text, as bytes, as numbers, in pieces or a letter a line."""
    data = word.encode()
    if word.lower() in output.lower() or data.hex() in re.sub(r"\W", "", output.lower()):
        return True
    pieces = re.sub(r"\bb(['\"])", r"\1", output)
    if word in re.sub(r"[\s'\",\[\]()]", "", pieces):
        return True
    return " ".join(str(number) for number in data) in " ".join(re.findall(r"\d+", output))


def call(server: Server, word: str) -> Connection:
    """A new client that asks for /word."""
    connection = server.connect()
    connection.send(request_for(f"/{word}"))
    return connection


def let_it_finish(connection: Connection) -> bool:
    """Wait for an answer, or for the end of the connection; in this step neither need come. Whether one came."""
    try:
        connection.answer(patience=1.0, whole=False)
    except LearnerFailure as failure:
        if failure.cause not in ("silent", "too-slow", "reset"):
            raise
        return False  # it stays open: a program that is still about to answer would die of our hanging up
    connection.close()
    return True


def shows_up(server: Server, word: str) -> bool:
    """Whether a client's request is printed, now or in a moment."""
    return any(server.await_output(word, patience=0.1) or shows(server.output(), word) for _ in range(LOOKS))


def test_it_prints_what_the_client_sent(server: Server, fresh: Fresh) -> None:
    """what a client sends shows up in what your program prints"""
    word = fresh.word()
    connection = call(server, word)
    seen = shows_up(server, word)
    let_it_finish(connection)
    if not seen:
        fail(
            f"A client asked for /{word}, and your program printed nothing of it.",
            hint="Print what recv returns.",
        )


def test_it_prints_what_the_next_client_sent(server: Server, fresh: Fresh) -> None:
    """so does what the next client sends"""
    lets_go = True
    for count in ("first", "second", "third"):
        word = fresh.word()
        connection = call(server, word)
        seen = shows_up(server, word)
        lets_go = lets_go and let_it_finish(connection)  # one that hangs on is waited for once
        if not seen:
            fail(
                f"The {count} client in a row asked for /{word}, and your program printed nothing of it.",
                hint="After each client, go back to accept.",
            )


def test_it_goes_on(server: Server, fresh: Fresh, workspace: Workspace, note: Callable[[str], None]) -> None:
    """your program still runs afterwards"""
    # The file is for a program that serves files by now: a missing one is the affair of 1.3.
    name = fresh.name(".txt")
    workspace.write(name, fresh.text())
    for _ in range(3):
        if not let_it_finish(call(server, name)):
            note(HANGS_ON)
            break
    server.must_be_running("Your program served its clients and then ended; a server goes on.")
