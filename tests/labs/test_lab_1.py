"""Lab 1's checks on whole programs: they accept each that behaves, whatever its style, and fail the rest."""

from pathlib import Path
from textwrap import dedent

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

COURSE: Course = read_course(find_course())


def graded(workspace: Path, source: str, asked: str, *, only: bool = False) -> Verdict:
    (workspace / "server.py").write_text(dedent(source), encoding="utf-8")
    grading = steps_to_grade(COURSE, Progress(), asked, only=only)
    return grade(Plan.of(COURSE, grading.asked, grading.steps, workspace, "a seed"))


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    """What did not pass, for the message of a failed test."""
    return [
        (finding.name, str(finding.cause), finding.message)
        for finding in verdict.findings
        if finding.outcome is not Outcome.PASSED
    ]


OPEN = """
    import socket
    listener = socket.socket()
    listener.bind(("", 8080))
    listener.listen()
"""

LISTENS = {
    "decoded": OPEN
    + """
    while True:
        client, address = listener.accept()
        print("from", address, client.recv(1000).decode())
        client.close()
    """,
    "the path alone": OPEN
    + """
    while True:
        client, address = listener.accept()
        print(client.recv(1000).split()[1])
        client.close()
    """,
    "a letter a line": OPEN
    + """
    while True:
        client, address = listener.accept()
        for letter in client.recv(1000).decode():
            print(letter)
        client.close()
    """,
    "numbers": OPEN
    + """
    while True:
        client, address = listener.accept()
        print(list(client.recv(1000)))
        client.close()
    """,
    "hexadecimal digits": OPEN
    + """
    while True:
        client, address = listener.accept()
        print(client.recv(1000).hex(" "))
        client.close()
    """,
    "small pieces": OPEN
    + """
    while True:
        client, address = listener.accept()
        data = b""
        while not data.endswith(b"\\r\\n\\r\\n"):
            piece = client.recv(5)
            data += piece
            print(piece)
        client.close()
    """,
    "logging": OPEN
    + """
    import logging
    logging.basicConfig(level="INFO")
    while True:
        client, address = listener.accept()
        logging.info("got %r", client.recv(1000))
        client.close()
    """,
    "threads, and an answer": OPEN
    + """
    import threading
    def serve(client):
        with client:
            print(client.recv(1000))
            client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nHi")
    while True:
        threading.Thread(target=serve, args=[listener.accept()[0]]).start()
    """,
    "never closes": OPEN
    + """
    clients = []
    while True:
        client, address = listener.accept()
        clients.append(client)
        print(client.recv(1000))
    """,
    "closes before it prints": OPEN
    + """
    while True:
        client, address = listener.accept()
        data = client.recv(1000)
        client.close()
        print(data)
    """,
    "an answer in two writes": OPEN
    + """
    while True:
        client, address = listener.accept()
        print(client.recv(1000))
        client.sendall(b"HTTP/1.1 200 OK\\n\\n")
        client.sendall(b"Hi there!\\n" * 1000)
        client.close()
    """,
    "create_server on ::1": """
    import socket
    with socket.create_server(("::1", 8080), family=socket.AF_INET6) as door:
        while True:
            client, address = door.accept()
            with client:
                print(client.recv(1000))
    """,
}


@pytest.mark.parametrize("name", LISTENS)
def test_1_1_accepts_whatever_prints_what_it_was_sent(tmp_path: Path, name: str) -> None:
    verdict = graded(tmp_path, LISTENS[name], "1.1")
    assert told(verdict) == []
    assert verdict.outcome is Outcome.PASSED


ANSWERS = {
    "bare line ends": OPEN
    + """
    while True:
        client, address = listener.accept()
        client.recv(1000)
        client.send(b"HTTP/1.1 200 OK\\n\\nHi there!")
        client.close()
    """,
    "two line ends, and a line end after the body": OPEN
    + """
    while True:
        client, address = listener.accept()
        client.recv(1000)
        client.send(b"HTTP/1.0 200 Fine\\r\\nContent-Type: text/plain\\r\\n\\r\\nHi there!\\r\\n")
        client.close()
    """,
    "a piece at a time": OPEN
    + """
    while True:
        client, address = listener.accept()
        client.recv(1000)
        for letter in "HTTP/1.1 200 OK\\n\\nHi there!\\n":
            client.send(letter.encode())
        client.close()
    """,
    "kept open, with a length": OPEN
    + """
    import threading
    def serve(client):
        while client.recv(1000):
            client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nHi there!")
    while True:
        threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
    """,
    "kept open, in chunks": OPEN
    + """
    import threading
    def serve(client):
        while client.recv(1000):
            client.sendall(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
            client.sendall(b"4\\r\\nHi t\\r\\n5\\r\\nhere!\\r\\n0\\r\\n\\r\\n")
    while True:
        threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()
    """,
    "asyncio": """
    import asyncio
    async def serve(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(b"HTTP/1.1 200 OK\\n\\nHi there!\\n")
        await writer.drain()
        writer.close()
    async def main():
        async with await asyncio.start_server(serve, "localhost", 8080) as server:
            await server.serve_forever()
    asyncio.run(main())
    """,
    "socketserver": """
    import socketserver
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\\n\\nHi there!\\n")
    socketserver.TCPServer(("", 8080), Handler).serve_forever()
    """,
    "http.server": """
    from http.server import BaseHTTPRequestHandler, HTTPServer
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "10")
            self.end_headers()
            self.wfile.write(b"Hi there!\\n")
    HTTPServer(("", 8080), Handler).serve_forever()
    """,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_1_2_accepts_whatever_answers(tmp_path: Path, name: str) -> None:
    verdict = graded(tmp_path, ANSWERS[name], "1.2")
    assert told(verdict) == []
    assert verdict.outcome is Outcome.PASSED


SERVES = {
    "naive": OPEN
    + """
    import re
    while True:
        client, address = listener.accept()
        data = client.recv(1000).decode()
        path = re.match("GET /(.*) HTTP", data).group(1)
        try:
            body = open(path).read()
            client.sendall(("HTTP/1.1 200 OK\\n\\n" + body).encode())
        except FileNotFoundError:
            client.sendall(b"HTTP/1.1 404 NOT FOUND\\n\\nno")
        client.close()
    """,
    "bytes all along": OPEN
    + """
    import os
    while True:
        client, address = listener.accept()
        path = b"." + client.recv(1000).split(b" ")[1]
        if os.path.isfile(path):
            head, body = b"HTTP/1.1 200 OK\\r\\n\\r\\n", open(path, "rb").read()
        else:
            head, body = b"HTTP/1.1 404 Not Found\\r\\nContent-Length: 0\\r\\n\\r\\n", b""
        client.sendall(head)
        client.sendall(body)
        client.close()
    """,
    "http.server": """
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
    """,
    "asyncio": """
    import asyncio
    from pathlib import Path
    async def serve(reader, writer):
        line = await reader.readline()
        file = Path(line.split()[1].decode().lstrip("/"))
        if file.is_file():
            writer.write(b"HTTP/1.1 200 OK\\n\\n" + file.read_bytes())
        else:
            writer.write(b"HTTP/1.1 404 Gone Fishing\\n\\n")
        await writer.drain()
        writer.close()
    async def main():
        async with await asyncio.start_server(serve, None, 8080) as server:
            await server.serve_forever()
    asyncio.run(main())
    """,
    "a final line end less": OPEN
    + """
    while True:
        client, address = listener.accept()
        path = client.recv(1000).decode().split()[1][1:]
        try:
            answer = "HTTP/1.1 200 OK\\n\\n" + "\\n".join(open(path).read().splitlines())
        except OSError:
            answer = "HTTP/1.1 404 Not Found\\n\\n"
        client.sendall(answer.encode())
        client.close()
    """,
}


@pytest.mark.parametrize("name", SERVES)
def test_1_3_accepts_whatever_serves_files(tmp_path: Path, name: str) -> None:
    verdict = graded(tmp_path, SERVES[name], "1.3")
    assert told(verdict) == []
    assert verdict.outcome is Outcome.PASSED
    assert verdict.steps == ("1.1", "1.2", "1.3")


FALLS_SHORT = {
    "an empty file": ("1.1", "", "it_prints_what_the_client_sent", "exited"),
    "two clients, and no more": (
        "1.1",
        OPEN
        + """
    for _ in range(2):
        client, address = listener.accept()
        print(client.recv(1000))
        client.close()
    """,
        "it_prints_what_the_next_client_sent", "exited",
    ),
    "prints the headers and not the path": (
        "1.1",
        OPEN
        + """
    while True:
        client, address = listener.accept()
        print(client.recv(1000).partition(b"\\r\\n")[2])
        client.close()
    """,
        "it_prints_what_the_client_sent", "wrong-answer",
    ),
    "prints what the first client sent again and again": (
        "1.1",
        OPEN
        + """
    first = None
    while True:
        client, address = listener.accept()
        data = client.recv(1000)
        first = first or data
        print(first)
        client.close()
    """,
        "it_prints_what_the_next_client_sent", "wrong-answer",
    ),
    "garbage after the body": (
        "1.2",
        OPEN
        + """
    while True:
        client, address = listener.accept()
        client.recv(1000)
        client.sendall(b"HTTP/1.1 200 OK\\nContent-Length: 9\\n\\nHi there! and more")
        client.close()
    """,
        "the_body_is_hi_there", "wrong-answer",
    ),
    "answers only twice": (
        "1.2",
        OPEN
        + """
    for _ in range(2):
        client, address = listener.accept()
        client.recv(1000)
        client.sendall(b"HTTP/1.1 200 OK\\n\\nHi there!\\n")
        client.close()
    """,
        "the_answer_is_200", "exited",
    ),
    "every second body is another": (
        "1.2",
        OPEN
        + """
    bodies = [b"Hi there!", b"Hi where?"] * 1000
    while True:
        client, address = listener.accept()
        client.recv(1000)
        client.sendall(b"HTTP/1.1 200 OK\\n\\n" + bodies.pop())
        client.close()
    """,
        "the_body_is_hi_there", "wrong-answer",
    ),
    "keeps the names that were there at the start": (
        "1.3",
        OPEN
        + """
    import os
    files = {name: open(name, "rb").read() for name in os.listdir()}
    while True:
        client, address = listener.accept()
        name = client.recv(1000).decode().split()[1][1:]
        if name in files:
            client.sendall(b"HTTP/1.1 200 OK\\n\\n" + files[name])
        else:
            client.sendall(b"HTTP/1.1 404 Not Found\\n\\n")
        client.close()
    """,
        "a_file_comes_back", "wrong-answer",
    ),
    "ends after a missing file": (
        "1.3",
        OPEN
        + """
    while True:
        client, address = listener.accept()
        name = client.recv(1000).decode().split()[1][1:]
        try:
            answer = "HTTP/1.1 200 OK\\n\\n" + open(name, encoding="utf-8").read()
        except FileNotFoundError:
            client.sendall(b"HTTP/1.1 404 Not Found\\n\\n")
            client.close()
            break
        client.sendall(answer.encode())
        client.close()
    """,
        "a_missing_file_is_404", "exited",
    ),
    "everything is a 404": (
        "1.3",
        OPEN
        + """
    while True:
        client, address = listener.accept()
        client.recv(1000)
        client.sendall(b"HTTP/1.1 404 Not Found\\n\\n")
        client.close()
    """,
        "a_file_comes_back", "wrong-answer",
    ),
    "the contents twice": (
        "1.3",
        OPEN
        + """
    while True:
        client, address = listener.accept()
        name = client.recv(1000).decode().split()[1][1:]
        try:
            answer = "HTTP/1.1 200 OK\\n\\n" + open(name, encoding="utf-8").read() * 2
        except FileNotFoundError:
            answer = "HTTP/1.1 404 Not Found\\n\\n"
        client.sendall(answer.encode())
        client.close()
    """,
        "a_file_comes_back", "wrong-answer",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALLS_SHORT)
def test_what_falls_short_fails_where_it_does(tmp_path: Path, name: str) -> None:
    asked, source, check, cause = FALLS_SHORT[name]
    verdict = graded(tmp_path, source, asked, only=True)
    problem = verdict.first_problem
    assert problem is not None
    assert (problem.name, problem.cause, problem.outcome) == (check, cause, Outcome.FAILED)


@pytest.mark.parametrize("asked", ["1.2", "1.3"])
def test_the_solution_of_the_step_before_falls_short(tmp_path: Path, asked: str) -> None:
    step = COURSE.step(asked)
    before = COURSE.step(f"1.{step.number - 1}").solution
    assert before is not None
    verdict = graded(tmp_path, (before / "server.py").read_text(), asked)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.first_problem is not None
    assert verdict.first_problem.step == asked
