"""3.6: deploy.sh brings new code in, under load, with the same master and no request lost."""

import threading
import time

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.plugin import Run
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

FILE = "deploy.sh"
RATE = 50  # requests a second, each on a connection of its own
CLIENTS = 10  # who share them
BEFORE, AFTER = 0.3, 0.7  # seconds of load before the script, and after the new text was seen
BOOT = 6.0  # seconds that a client may wait while new workers import the application
PATIENCE = 5.0  # seconds until the new text is there
END = 4.0  # seconds in which a master that breaks off may be seen to end: it waits for its workers
HALF, REST = b"GET / HTTP/1.1\r\nHost: localhost:8000\r\nX-Half: ", b"the rest\r\n\r\n"  # one that is under way
EDIT = """

def application(environ, start_response, before=application):
    if environ["PATH_INFO"] == "/@PATH@":
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "@LENGTH@")])
        return [b"@WORD@"]
    return before(environ, start_response)
"""


def edit(workspace: Workspace, path: str, word: str) -> None:
    """The learner changes a page: wsgi.py gets one more, or another text for it."""
    more = EDIT.replace("@PATH@", path).replace("@WORD@", word).replace("@LENGTH@", str(len(word)))
    workspace.write("wsgi.py", workspace.read("wsgi.py") + more.encode())


def deploy(run: Run, workspace: Workspace, server: Server, fresh: Fresh) -> None:
    """Run the learner's script on a file that holds the master's number, and is the only one."""
    file = f"{fresh.word()}.pid"
    workspace.write(file, f"{server.processes()[0]}\n")
    (workspace.root / "gunicorn.pid").unlink(missing_ok=True)  # Gunicorn's own; it writes a new one at a reload
    ended = run(["sh", FILE, file], file=FILE).wait(PATIENCE)
    if ended.code:
        fail(f"sh {FILE} {file} ends with status {ended.code}.", actual=ended.output[-500:])


def await_text(server: Server, path: str, word: str) -> None:
    """Wait until a page has that text."""
    deadline = time.monotonic() + PATIENCE
    while server.get(f"/{path}", patience=BOOT).body != word.encode():
        if time.monotonic() > deadline:
            fail(f"{FILE} has run, and {PATIENCE:.0f} s later the old code still answers.", expected=word)
        server.await_output("\0", patience=0.05)


def must_stay(server: Server, patience: float = 1.0) -> None:
    server.await_output("\0", patience)  # or its end
    server.must_be_running("The master is to stay, and it has ended.")


def test_the_new_code_is_served(server: Server, run: Run, workspace: Workspace, fresh: Fresh) -> None:
    """after the script the new code answers, under the same master"""
    master = server.processes()[0]
    path = fresh.word()
    for word in (fresh.word(), fresh.word()):
        edit(workspace, path, word)
        deploy(run, workspace, server, fresh)
        try:
            await_text(server, path, word)
        except LearnerFailure:
            must_stay(server, END)
            raise
    must_stay(server)
    if server.holders()[:1] != (master,):
        fail("Another process than the master of before holds the port now.")


def test_no_request_is_lost(server: Server, run: Run, workspace: Workspace, fresh: Fresh) -> None:
    """with 50 requests a second under way not one of them is lost"""
    path, word = fresh.word(), fresh.word()
    over = threading.Event()
    asked = [0] * CLIENTS
    lost: list[LearnerFailure | int | None] = []

    def ask(client: int) -> None:
        while not over.wait(CLIENTS / RATE):
            asked[client] += 1
            try:
                answer = server.get("/", patience=BOOT)
            except LearnerFailure as failure:
                lost.append(failure)
            else:
                if answer.status != 200:
                    lost.append(answer.status)

    clients = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        under_way = server.connect()
        under_way.send(HALF)
        over.wait(BEFORE)
        edit(workspace, path, word)
        deploy(run, workspace, server, fresh)
        asked[0] += 1
        try:
            under_way.send(REST)
            under_way.answer(patience=BOOT)
        except LearnerFailure as failure:
            lost.append(failure)
        await_text(server, path, word)
        over.wait(AFTER)
    finally:
        over.set()
        for client in clients:
            client.join()
    if lost:
        first = lost[0]
        seen = first.message if isinstance(first, LearnerFailure) else f"status {first}"
        fail(f"{len(lost)} of {sum(asked)} requests were lost. What the first of their clients saw: {seen}")
