"""The warm process: `python -m stackwalk.check.warmed FD [MODULE …]`. Started by warm.py, never by hand."""

import gc
import importlib
import json
import os
import pickle
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from stackwalk.check import grader, opening
from stackwalk.check.child import PR_SET_CHILD_SUBREAPER, fork_run, prctl
from stackwalk.check.plan import Plan
from stackwalk.check.runner import GRACE, Tally, last_print, make_scratch, remove
from stackwalk.check.verdict import Finding

IMPORTED = (grader, opening)  # what a run needs is here before it is forked
IDLE = 3600.0  # seconds; only a bound


class Run:
    """One forked run."""

    def __init__(self, number: int, plan: Plan) -> None:
        self.number = number
        self.tally = Tally(plan)
        self.scratch: Path = make_scratch()
        self.pid, self.reading = fork_run(plan, self.scratch)
        self.pending = b""
        self.kill_at: float | None = None  # it is over, and may still end its programs until then
        self.ended = False

    def kill(self) -> None:
        """End it now; its guardian sees that, and ends its programs."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)


class Warmed:
    """The loop: requests from the parent, lines from the run, children that ended."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.run: Run | None = None
        self.leaving: list[Run] = []  # over or cancelled, and not yet gone
        self.inbox = b""

    def serve(self) -> None:
        """Serve until the parent is gone, then end every run."""
        while self.step():
            pass
        self.retire()
        deadline = time.monotonic() + GRACE
        while self.reap() and time.monotonic() < deadline:
            select.select([], [], [], 0.005)
        for run in self.leaving:
            remove(run.scratch)

    def step(self) -> bool:
        """Wait for one thing to happen and do what it asks; False when the parent is gone."""
        watched: list[Any] = [self.link] + ([self.run.reading] if self.run else [])
        ahead = IDLE if self.run is None else self.run.tally.left
        ready = select.select(watched, [], [], min(ahead, 0.02) if self.leaving else ahead)[0]
        if self.link in ready and not self.listen():
            return False
        if self.run is not None and self.run.reading in ready:
            self.hear(self.run)
        if self.run is not None and self.run.tally.left == 0:
            self.broken(self.run, f"it did not come to an end within {self.run.tally.plan.deadline:.0f} s")
        self.reap()
        return True

    def listen(self) -> bool:
        """Take requests in; only the last of them counts."""
        data = self.link.recv(262144)
        if not data:
            return False
        self.inbox += data
        while len(self.inbox) >= 4 and len(self.inbox) >= (size := int.from_bytes(self.inbox[:4], "big") + 4):
            number, plan = pickle.loads(self.inbox[4:size])
            self.inbox = self.inbox[size:]
            self.retire()
            if plan is not None:
                self.run = Run(number, plan)
        return True

    def hear(self, run: Run) -> None:
        """Take in what the run says, and pass it on."""
        data = os.read(run.reading, 65536)
        if not data:
            self.broken(run, f"its process ended in the middle{last_print(run.scratch)}")
            return
        *lines, run.pending = (run.pending + data).split(b"\n")
        for line in lines:
            word, value = next(iter(json.loads(line).items()))
            run.tally.note(word, value)
            self.tell(run, word, value)
        if run.tally.done:
            run.kill_at = time.monotonic() + GRACE
            self.retire()

    def broken(self, run: Run, why: str) -> None:
        """The run is over without having come to its end."""
        finding = run.tally.break_off(why)
        if isinstance(finding, Finding):
            self.tell(run, "finding", finding.to_value())
        self.tell(run, "done", None)
        self.retire()

    def tell(self, run: Run, word: str, value: Any) -> None:
        """Send one line to the parent."""
        self.link.sendall(json.dumps([run.number, word, value]).encode("ascii") + b"\n")

    def retire(self) -> None:
        """The present run no longer counts: it is killed, unless it is over and only ends its programs."""
        run, self.run = self.run, None
        if run is not None:
            os.close(run.reading)
            if run.kill_at is None:
                run.kill()
            self.leaving.append(run)

    def reap(self) -> bool:
        """Bury children that have ended, and remove what is gone; whether any child is left."""
        now = time.monotonic()
        for run in self.leaving:
            if run.kill_at is not None and now > run.kill_at:
                run.kill()
        try:
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                for run in [*self.leaving, *([self.run] if self.run else [])]:
                    run.ended = run.ended or run.pid == pid
        except ChildProcessError:
            for run in self.leaving:
                remove(run.scratch)
            self.leaving.clear()
            return False
        return True


def main() -> None:
    """Serve the parent at the other end of the socket whose number is the first argument."""
    for name in sys.argv[2:]:
        importlib.import_module(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    gc.collect()
    gc.freeze()
    Warmed(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
