"""4.9: one application dies under load, both die, one hangs: what do clients get?"""

import threading
import time
from collections.abc import Callable

import pytest

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.stack import Part, Stack
from stackwalk.check.workspace import Workspace

CLIENTS, EACH = 4, 15  # who ask at the same time, and how often each
KILL_AFTER = 12  # answers
TRIES = 3  # where the machine is so busy that what lives is not in time
STALL = 1.0  # seconds: an application that lives answers within milliseconds
LONG = 8.0  # seconds in which a client has an answer, whatever hangs; two time-outs of 2 s are 4
MOST = 4  # applications that may stand by
GONE = (502, 503, 504)
LEFT_OUT = {  # what these checks can't see, and how nginx has it by itself
    "proxy_connect_timeout": "nginx waits a minute for a machine that has vanished, which no check can show.",
    "max_fails": "by itself nginx leaves a server alone for ten seconds after one failure. Yours may want it shorter.",
}


@pytest.fixture
def remark_unseen(workspace: Workspace, note: Callable[[str], None]) -> Callable[[], None]:
    """Notes what stands neither in nginx.conf nor in a file that it may include, and no check can see."""

    def remark() -> None:
        files = [one for ending in ("*.conf", "*.inc") for one in workspace.root.rglob(ending)]
        text = "\n".join(one.read_text(encoding="utf-8", errors="replace") for one in files)
        for name, by_itself in LEFT_OUT.items():
            if name not in text:
                note(f"Your file has no {name}: {by_itself}")

    return remark


def behind(stack: Stack, fresh: Fresh) -> tuple[str, ...]:
    """The names of those that answer for /."""
    met: dict[str, None] = {}
    for _ in range(8):
        for name in stack.served(stack.get(f"/hello/{fresh.word()}"))[-1:]:
            met[name] = None
    if len(met) < 2:
        fail("Only one application is asked for your pages; with it all would be gone.",
            expected="application1, application2", actual=", ".join(met) or "none")  # fmt: skip
    return tuple(met)


def test_one_dies_and_nobody_notices(stack: Stack, fresh: Fresh) -> None:
    """an application is killed, and every visitor gets a page all the same"""
    for left in reversed(range(TRIES)):
        names = behind(stack, fresh)
        lost, slowest = killed_under_load(stack, fresh, names[-1])
        if not lost or slowest < STALL or not left:
            break
        stack.restart()  # the machine stood still, so that your time-outs ended what lives as well
    if lost:
        first = lost[0]
        seen = first.message if isinstance(first, LearnerFailure) else f"status {first}"
        fail(f"{names[-1]} was killed, {names[0]} lives, and {len(lost)} of {CLIENTS * EACH} visitors got no page. "
            f"What the first of them saw: {seen}")  # fmt: skip


def killed_under_load(stack: Stack, fresh: Fresh, name: str) -> tuple[list[LearnerFailure | int | None], float]:
    """Kill an application while clients ask: what those saw who got no page, and the seconds of the slowest answer."""
    lost: list[LearnerFailure | int | None] = []
    took: list[float] = []
    done = threading.Semaphore(0)
    words = [[fresh.word() for _ in range(EACH)] for _ in range(CLIENTS)]

    def ask(client: int) -> None:
        for word in words[client]:
            began = time.monotonic()
            try:
                answer = stack.get(f"/hello/{word}")
            except LearnerFailure as failure:
                lost.append(failure)
            else:
                if answer.status != 200:
                    lost.append(answer.status)
            took.append(time.monotonic() - began)
            done.release()

    clients = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for client in clients:
        client.start()
    for _ in range(KILL_AFTER):
        done.acquire()
    stack.part(name).kill()
    for client in clients:
        client.join()
    return lost, max(took)


def must_apologise(answer: Answer, when: str) -> None:
    """The learner's own page, with a status that says that something is wrong."""
    if answer.status == 200:
        fail(f"{when}, and the page that says so has the status 200: programs that watch a service take that "
            "for all is well.", expected="502 or 504", actual=answer.first_line)  # fmt: skip
    if answer.status not in GONE:
        fail(f"{when}, and the status says something else.", expected="502 or 504", actual=answer.first_line)
    if not answer.body.strip():
        fail(f"{when}, and the visitor sees nothing at all: the page that came is empty.",
            expected="a sentence that says what has happened", actual=answer.first_line)  # fmt: skip
    if b"<hr><center>nginx" in answer.body:
        fail(f"{when}, and the visitor sees nginx's bare page and not yours.",
            expected="error_page 502 504 /sorry.html;", actual=answer.body[:120])  # fmt: skip


def until_nobody_is_left(stack: Stack, fresh: Fresh, ask: Callable[[], Answer], end: Callable[[Part], None]) -> Answer:
    """The answer once all that answer have been ended: also one that stands by as a backup."""
    for name in behind(stack, fresh):
        end(stack.part(name))
    for _ in range(MOST):
        answer = ask()
        asked = stack.served(answer)
        if answer.status != 200 or not asked or asked[-1] not in [part.name for part in stack.parts[:-1]]:
            break
        end(stack.part(asked[-1]))
    return answer


def test_all_are_dead_and_your_page_says_so(stack: Stack, fresh: Fresh) -> None:
    """all are killed: visitors see your own page, with the status 502"""

    def ask() -> Answer:
        return stack.get(f"/hello/{fresh.word()}", patience=LONG)

    must_apologise(until_nobody_is_left(stack, fresh, ask, lambda part: part.kill()), "All applications are dead")
    for _ in range(2):
        must_apologise(ask(), "All applications are dead")


def test_one_that_hangs_is_given_up(stack: Stack, fresh: Fresh, remark_unseen: Callable[[], None]) -> None:
    """all hang: a visitor has your page within a few seconds"""

    def ask() -> Answer:
        began = time.monotonic()
        try:
            return stack.get(f"/hello/{fresh.word()}", patience=LONG)
        except LearnerFailure:
            fail(f"The applications hang, and {time.monotonic() - began:.0f} s later a visitor still waits.",
                cause="silent", expected="proxy_read_timeout 2s;")  # fmt: skip

    must_apologise(until_nobody_is_left(stack, fresh, ask, lambda part: part.pause()), "The applications hang")
    remark_unseen()
