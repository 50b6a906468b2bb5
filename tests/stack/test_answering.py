"""Whether a server answers: asked once, without waiting, and again where it breaks off."""

import socket
import time

from stackwalk.stack.answering import TARGET, Question
from stackwalk.stack.output import Output

PATIENCE = 30.0  # seconds; the machine may be busy


def until_answered(question: Question) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not question.look() and time.monotonic() < deadline:
        pass
    return question.answered


def test_a_port_that_is_open_and_silent_has_not_answered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        question = Question("127.0.0.1", listener.getsockname()[1])
        assert not any(question.look() for _ in range(50))
        guest, _ = listener.accept()
        assert TARGET.encode() in guest.recv(1000)
        guest.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")
        assert until_answered(question)
        guest.close()


def test_one_that_breaks_off_is_asked_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        question = Question("127.0.0.1", listener.getsockname()[1])
        question.look()
        listener.accept()[0].close()
        deadline = time.monotonic() + PATIENCE
        listener.setblocking(False)
        guest = None
        while guest is None and time.monotonic() < deadline:
            assert not question.look()
            try:
                guest, _ = listener.accept()
            except BlockingIOError:
                continue
        assert guest is not None
        guest.sendall(b"x")
        assert until_answered(question)
        guest.close()


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert not Question("127.0.0.1", port).look()


def test_our_question_and_colours_are_left_out_of_what_a_program_printed() -> None:
    output = Output()
    output.feed(f'127.0.0.1 - "HEAD {TARGET} HTTP/1.1" 404 -\n'.encode())
    output.feed(b'127.0.0.1 - "\x1b[33mGET /favicon.ico HTTP/1.1\x1b[0m" 404 -\n')
    assert output.text() == '127.0.0.1 - "GET /favicon.ico HTTP/1.1" 404 -\n'
