"""A day on the internet: how many of a lab's oddities a program survives.

An oddity is survived when an ordinary client, right after it, gets its page in time, and when the odd client
itself got what it deserves, where its record says so. A program that died or hangs is started again, and the
count goes on. The whole has a deadline; what was not tried by then is not survived.
"""

import contextlib
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from stackwalk.check.answer import Answer
from stackwalk.check.bench import Bench
from stackwalk.check.client import Connection
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.fresh import Fresh
from stackwalk.check.laid_out import lay_out
from stackwalk.check.opening import opened_bench
from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.scratch import make_scratch, remove
from stackwalk.check.server import Server
from stackwalk.check.transcript import Transcript
from stackwalk.check.workspace import Workspace
from stackwalk.course.lesson import Course, Lab
from stackwalk.course.oddity import Oddity, Wait, joined, read_oddities
from stackwalk.stack.launch import guarding

DEADLINE = 50.0  # seconds for all of them
PATIENCE = (0.3, 2.0)  # seconds that the ordinary client waits: 30 times what its first page took, within these
FACTOR = 30
FEW, AGAIN = 12, 1.0  # so few that are lost have another chance, with so many seconds
LISTENS = 0.02  # seconds that an odd client listens before it leaves

OnOddity = Callable[[Oddity, bool], None]


@dataclass(frozen=True, slots=True)
class Survival:
    """How a program fared; `survived` and `lost` keep the file's order."""

    survived: tuple[Oddity, ...]
    lost: tuple[Oddity, ...]
    tried: int  # the rest was not tried, for the time was over: it counts as lost

    @property
    def total(self) -> int:
        """All oddities."""
        return len(self.survived) + len(self.lost)

    @property
    def score(self) -> str:
        """ "survives 152 of 200"."""
        return f"survives {len(self.survived)} of {self.total}"


def survived(
    course: Course, lab: Lab, workspace: Path, *, names: Collection[str] | None = None,
    seed: str | None = None, deadline: float = DEADLINE, on_oddity: OnOddity | None = None,
) -> Survival:  # fmt: skip
    """Let a lab's oddities loose on the outermost program of a workspace, in a copy of it.

    names: only these; deadline: seconds for all of them; on_oddity is called after each. Raises LearnerFailure
    where the program never listens, and StackwalkError where the workspace cannot be copied.
    """
    oddities = read_oddities(lab.oddities) if lab.oddities is not None else ()
    chosen = [one for one in oddities if names is None or one.name in names]
    plan = replace(Plan.of(course, str(lab.number), lab.steps, workspace, seed or new_seed()), budget=deadline)
    won: set[Oddity] = set()
    with contextlib.ExitStack() as stack:
        scratch = make_scratch()
        stack.callback(remove, scratch)
        bench = opened_bench(plan, scratch, stack.enter_context(guarding()))
        day = _Day(bench, lab)
        tried = 0
        for oddity in chosen:
            left = bench.ground.budget.left > 0
            good = left and day.survives(oddity)
            tried += left
            if good:
                won.add(oddity)
            if on_oddity is not None:
                on_oddity(oddity, good)
        lost = [oddity for oddity in chosen if oddity not in won]
        if tried == len(chosen) and len(lost) <= FEW:
            # A busy machine makes clients wait. Where few are lost, each gets another chance, and more time.
            day.patience = AGAIN
            won.update(oddity for oddity in lost if bench.ground.budget.left > 0 and day.survives(oddity))
        day.end()
    survived, lost = [one for one in chosen if one in won], [one for one in chosen if one not in won]
    return Survival(tuple(survived), tuple(lost), tried)


class _Day:
    """The program, the files that are asked for, and one oddity after the other."""

    def __init__(self, bench: Bench, lab: Lab) -> None:
        self._bench = bench
        self._lab = lab
        fresh, workspace = Fresh(bench.seed, "oddities"), Workspace(bench.copy.root, bench.copy.origin)
        self._page_name, self._page = fresh.name(".html"), fresh.text()
        self._picture = b"\x89PNG\r\n\x1a\n" + fresh.bytes(20_000)
        self._secret = fresh.text()
        self._names = lay_out(fresh, workspace, self._page_name, self._page, self._picture, self._secret)
        self._server: Server | None = None
        self.patience = PATIENCE[1]  # seconds that an ordinary client waits
        server = self._running()
        began = time.monotonic()
        low, high = PATIENCE
        if self._served(server):
            low = min(high, max(low, FACTOR * (time.monotonic() - began)))
        self.patience = low
        bench.ground.close_connections()

    def survives(self, oddity: Oddity) -> bool:
        """Whether an ordinary client gets its page after it, and the odd one what it deserves."""
        self._bench.ground.begin(Transcript())
        good = False
        try:
            server = self._running()
            good = self._meet(oddity, server) & self._served(server)
            if oddity.end == "stay":
                self._bench.ground.close_connections()
                good &= self._served(server)
        except LearnerFailure:
            self.end()
        finally:
            self._bench.ground.close_connections()
        return good

    def end(self) -> None:
        """End the program; the next oddity gets a new one."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def _running(self) -> Server:
        if self._server is None or not self._server.running:
            self.end()
            self._server = self._bench.launch(self._lab.programs[0])
        return self._server

    def _served(self, server: Server) -> bool:
        """Whether an ordinary client is served; where not, the program is ended."""
        try:
            if self._ordinary(server):
                return True
        except LearnerFailure:
            pass
        self.end()
        return False

    def _ordinary(self, server: Server) -> bool:
        return self._is_page(server.get(f"/{self._page_name}", patience=self.patience))

    def _is_page(self, answer: Answer) -> bool:
        return answer.status == 200 and answer.body.strip() == self._page.encode().strip()

    def _meet(self, oddity: Oddity, server: Server) -> bool:
        """Be the odd client; whether each of them got what it deserves."""
        good = True
        for _ in range(oddity.clients):
            try:
                good &= self._be(oddity, server.connect())
            except LearnerFailure:
                good &= not oddity.gets
        return good

    def _be(self, oddity: Oddity, connection: Connection) -> bool:
        early = False
        for act in joined(oddity.acts, self._names):
            if isinstance(act, Wait):
                early |= bool(connection.received(act.seconds))
            else:
                connection.send(act, self.patience)
        if oddity.end == "half":
            connection.half_close()
        if oddity.end == "reset":
            connection.reset()
        elif oddity.end == "close":
            connection.close()
        elif oddity.gets:
            return self._deserved(oddity, connection, early)
        elif oddity.end != "stay":
            connection.received(LISTENS)
            connection.close()
        return True

    def _deserved(self, oddity: Oddity, connection: Connection, early: bool) -> bool:
        bare = "head" in oddity.gets or "no body" in oddity.gets
        answer = connection.answer("HEAD" if bare else "GET", self.patience, whole="inside" not in oddity.gets)
        after = connection.received(LISTENS)[len(answer.raw) :]
        connection.close()
        head = re.match(rb".*?\n\r?\n|", answer.raw, re.DOTALL)
        status = answer.status if answer.head_ended else None  # without the empty line it is no answer
        length, kind = answer.header("Content-Length"), (answer.header("Content-Type") or "").lower()
        deserts = {
            "page": self._is_page(answer) and not after.strip(),
            "picture": status == 200 and answer.body == self._picture,
            "lines": head is not None and not re.search(rb"(?<!\r)\n", head[0]),
            "length": length is not None and length.strip() == str(len(answer.body + after)),
            "type": kind.startswith("text/html") and "utf-8" in kind,
            "head": status == 200 and not after.strip(),
            "no body": status is not None and not after.strip(),
            "refusal": status in (400, 405, 501),
            "answer": status is not None,
            "answer late": status is not None and not early,
            "inside": self._secret.split("\n", maxsplit=1)[0].encode() not in answer.raw,
        }
        return all(deserts[one] for one in oddity.gets)
