"""3.2: three workers answer at one socket, and each of them counts for itself."""

import re
import threading
from collections import Counter

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.page import text_of
from stackwalk.check.server import Server

WORKERS = 3
CLIENTS, EACH = 6, 10  # who ask at the same time, and how often each
ROUNDS = 4  # of asking, until two workers have been met
COUNTS = 30  # requests to /count


def number_at(server: Server, path: str) -> int:
    answer = server.get(path)
    answer.expect_status(200, f"Your view is there for {path}, so GET {path} is answered with 200.")
    found = re.findall(r"\d+", text_of(answer))
    if len(found) != 1:
        fail(f"GET {path} is answered with one number.", expected="a number", actual=text_of(answer))
    return int(found[0])


def test_pid_is_a_worker(server: Server) -> None:
    """/pid names a process that holds the socket, and is not the master"""
    master, *_ = server.processes()
    pid = number_at(server, "/pid")
    if pid == master:
        fail("That is the master, which answers nobody: a worker's own number is os.getpid().", actual=str(pid))
    if pid not in server.holders():
        fail("No process that listens on port 8000 has that number.", actual=str(pid))


def while_one_is_held(server: Server) -> int:
    """Who answers while a slow client holds the worker that was quickest to accept it."""
    slow = server.connect()
    slow.send(b"GET /pid HTTP/1.1\r\n")
    server.await_output("\0", patience=0.2)  # until it is surely accepted
    try:
        return number_at(server, "/pid")
    finally:
        slow.close()


def test_several_workers_answer(server: Server) -> None:
    """of 60 requests at the same time, more than one worker answers some"""
    met: Counter[int] = Counter()
    troubles: list[LearnerFailure] = []

    def ask() -> None:
        try:
            for _ in range(EACH):
                met[number_at(server, "/pid")] += 1
        except LearnerFailure as trouble:
            troubles.append(trouble)

    for _ in range(ROUNDS):
        clients = [threading.Thread(target=ask) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if troubles:
            raise troubles[0]
        if len(met) < 2:
            met[while_one_is_held(server)] += 1
        if len(met) > 1:
            break
    if len(met) < 2:
        fail(f"All {met.total()} answers name one and the same process.", actual=", ".join(map(str, met)))
    if len(met) > WORKERS:
        fail(f"There are {WORKERS} workers, and the answers name {len(met)} different numbers.", actual=str(len(met)))


def test_each_worker_counts_for_itself(server: Server) -> None:
    """/count counts on: each worker has its own 1, 2, 3, …"""
    seen = Counter(number_at(server, "/count") for _ in range(COUNTS))
    told = " ".join(str(number) for number in sorted(seen.elements()))
    highest = max(seen)
    for number in range(1, highest + 1):
        if not seen[number]:
            fail(f"A worker that says {highest} has said {number} before, and nobody did.", actual=told)
        if seen[number] > WORKERS:
            fail(
                f"{seen[number]} answers say {number}, and there are only {WORKERS} workers: each says it once.",
                actual=told,
            )
    if seen[0]:
        fail("Whoever asks is counted: the first answer of a worker is 1.", actual=told)
