"""4.11: Apache, HAProxy or Caddy in nginx's place, with the learner's file for it."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

from stackwalk.check import LearnerFailure, fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import text_of
from stackwalk.check.plugin import Launch, Run
from stackwalk.check.server import Server
from stackwalk.check.stack import Stack
from stackwalk.check.verdict import Cause
from stackwalk.check.workspace import Workspace
from stackwalk.course.workspace import saved_last
from stackwalk.errors import StackwalkError
from stackwalk.fronts import caddy, haproxy, httpd
from stackwalk.fronts.remarks import Remark, complained, doors, silent, unknown
from stackwalk.stack.environment import free_port
from stackwalk.whole.other_front import program_of, wrapped

KINDS: tuple[ModuleType, ...] = (haproxy, caddy, httpd)
TYPED = 80  # the port in the learner's file
SHARING = {  # how each of them is told of three to one
    haproxy.FILE: "weight 3 behind the first server, with balance roundrobin.",
    caddy.FILE: "lb_policy round_robin, and the first one named three times; without it Caddy picks one by chance.",
    httpd.FILE: "BalancerMember … loadfactor=3 for the first, both in one <Proxy "
    '"balancer://…">, to which ProxyPass leads.',
}
FOLDER = ".moved"  # where what is really started lies
NAMES = ("application1", "application2")
SHARES = {"application1": 12, "application2": 4}
REQUESTS = 16
CLIENTS, EACH = 4, 8  # who ask at the same time, and how often each
WAIT = 10.0  # seconds for a program to read its file
LONG = 8.0  # seconds in which a client has an answer


@dataclass(frozen=True)
class Front:
    """The learner's other web server, running; and those behind it, each with its tap."""

    server: Server
    stack: Stack
    file: str
    slips: tuple[str, ...]  # what it takes without a word

    @property
    def why(self) -> str:
        """What may be behind whatever goes wrong, to be added to a sentence."""
        return "".join(f" {one}" for one in self.slips)

    def get(self, target: str) -> tuple[Answer, str]:
        """An answer, and who was asked last for it."""
        answer = self.server.get(target, patience=LONG)
        asked = [name for name in NAMES for one in self.stack.asked(name) if one.target == target]
        if not asked:
            fail(f"GET {target} was answered, and none of your applications was asked.{self.why}",
                actual=answer.first_line)  # fmt: skip
        return answer, asked[-1]


def chosen(root: Path) -> tuple[ModuleType, str]:
    """Which of the three the learner has saved a file for, the last one where there are several; and its program."""
    there = saved_last(root, [kind.FILE for kind in KINDS])
    if not there:
        names = ", ".join(kind.FILE for kind in KINDS)
        fail(f"There is none of these files yet: {names}.", cause="missing-file")
    kind = next(kind for kind in KINDS if there[0] == kind.FILE)
    try:
        return kind, program_of(kind)
    except StackwalkError as missing:
        fail(missing.what, cause="needs", hint=missing.try_this)


def refused(kind: ModuleType, remark: Remark) -> NoReturn:
    fail(remark.told(kind), cause="exited", hint=remark.try_this)


@pytest.fixture
def front(stack: Stack, launch: Launch, run: Run, workspace: Workspace) -> Front:
    """The learner's other web server: its file read, moved and served."""
    kind, program = chosen(workspace.root)
    there = {part.name: part.address for part in stack.parts}
    for name in NAMES:
        if name not in there:
            fail(f"nginx.conf does not name {name} (step 4.3), so it does not run.", expected=f"server {name}:8000")
    services = {f"{name}:8000": address for name, address in there.items() if name != "nginx"}
    typed = (workspace.root / kind.FILE).read_text(encoding="utf-8", errors="replace")
    for remark in unknown(kind, typed, services):
        refused(kind, remark)
    ports: dict[int, int] = {}

    def must_be_taken(code: int | None, output: str) -> None:
        if code:
            refused(kind, complained(kind, output.replace(f"{FOLDER}/", ""), typed, services, ports))

    file, document = f"{FOLDER}/{kind.FILE}", typed
    if kind is caddy:
        ended = run(kind.adapt(program, kind.FILE), file=kind.FILE, called=kind.FILE).wait(WAIT)
        file, document = f"{FOLDER}/caddy.json", caddy.document_in(ended.output)
        must_be_taken(ended.code or int(not document), ended.output)
    ports |= {one: free_port() for one in kind.ports(document)}
    workspace.write(file, kind.moved(document, services, ports))
    if kind is not caddy:
        if kind is httpd:
            wrapper = workspace.write(f"{FOLDER}/wrapper.conf", wrapped(workspace.root / FOLDER, workspace.root / file))
            file = str(wrapper)
        ended = run(kind.test(program, file), file=kind.FILE, called=kind.FILE).wait(WAIT)
        must_be_taken(ended.code, ended.output)
    for remark in doors(kind, typed, kind.ports(document), TYPED):
        fail(remark.told(kind), hint=remark.try_this)
    try:
        server = launch(kind.run(program, file), file=kind.FILE, port=ports[TYPED])
    except LearnerFailure as failure:
        must_be_taken(int(failure.cause is Cause.EXITED and bool(failure.output)), failure.output)
        raise
    return Front(server, stack, kind.FILE, tuple(one.told(kind) for one in silent(kind, typed, services)))


def test_pages_come_through_it(front: Front, fresh: Fresh) -> None:
    """your pages come through another web server than nginx"""
    word = fresh.word()
    answer, _ = front.get(f"/hello/{word}")
    answer.expect_status(200, f"GET /hello/{word} is answered with 200 by your application.")
    if word not in text_of(answer):
        fail(f"GET /hello/{word} does not show the name.", expected=word, actual=text_of(answer))
    target = f"/{fresh.word()}"
    answer, _ = front.get(target)
    answer.expect_status(404, f"Your application says 404 for {target}, and so has {front.file}.")


def test_three_of_four_go_to_the_first(front: Front, fresh: Fresh, note: Callable[[str], None]) -> None:
    """of 16 requests 12 are served by application1 and 4 by application2"""
    order = [front.get(f"/hello/{fresh.word()}")[1] for _ in range(REQUESTS)]
    met = Counter(order)
    if dict(met) != SHARES:
        fail(f"The shares of {REQUESTS} requests are others than three to one.{front.why}",
            expected="application1: 12, application2: 4",
            actual=", ".join(f"{name}: {count}" for name, count in sorted(met.items())),
            hint=SHARING[front.file])  # fmt: skip
    note(f"Its order: {' '.join(name.removeprefix('application') for name in order[:8])}.")


def test_one_is_dead_and_nobody_notices(front: Front, fresh: Fresh) -> None:
    """an application has died, and every visitor gets a page all the same"""
    front.stack.part(NAMES[1]).kill()
    lost: list[LearnerFailure | int | None] = []
    words = [[fresh.word() for _ in range(EACH)] for _ in range(CLIENTS)]

    def ask(client: int) -> None:
        for word in words[client]:
            try:
                answer = front.server.get(f"/hello/{word}", patience=LONG)
            except LearnerFailure as failure:
                lost.append(failure)
            else:
                if answer.status != 200:
                    lost.append(answer.status)

    clients = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if lost:
        first = lost[0]
        seen = first.message if isinstance(first, LearnerFailure) else f"status {first}"
        fail(f"application2 is dead, application1 lives, and {len(lost)} of {CLIENTS * EACH} visitors got no page. "
            f"What the first of them saw: {seen}.{front.why}")  # fmt: skip
