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
from typing import Any

from stackwalk.check import grader, opening
from stackwalk.check.child import PR_SET_CHILD_SUBREAPER, prctl
from stackwalk.check.plan import Plan
from stackwalk.check.run import GRACE, Run
from stackwalk.errors import StackwalkError

IMPORTED = (grader, opening)  # what a run needs is here before it is forked
IDLE = 3600.0  # seconds; only a bound


class Warmed:
    """The loop: requests from the parent, findings from the run, children that ended."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.number = 0  # of the last request
        self.run: Run | None = None
        self.leaving: list[Run] = []  # done or cancelled, and not yet gone
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
            run.remove()

    def step(self) -> bool:
        """Wait for one thing to happen and do what it asks; False when the parent is gone."""
        watched: list[Any] = [self.link] + (self.run.readable if self.run else [])
        ahead = IDLE if self.run is None else self.run.left
        ready = select.select(watched, [], [], min(ahead, 0.02) if self.leaving else ahead)[0]
        if self.link in ready and not self.listen():
            return False
        if self.run is not None:
            self.hear(self.run, ready)
        self.reap()
        return True

    def listen(self) -> bool:
        """Take requests in; only the last of them counts."""
        data = self.link.recv(262144)
        if not data:
            return False
        self.inbox += data
        while len(self.inbox) >= 4 and len(self.inbox) >= (size := int.from_bytes(self.inbox[:4], "big") + 4):
            self.number, plan = pickle.loads(self.inbox[4:size])
            self.inbox = self.inbox[size:]
            self.retire()
            if plan is not None:
                self.begin(plan)
        return True

    def begin(self, plan: Plan) -> None:
        """Begin a run."""
        try:
            self.run = Run(plan, (self.link.fileno(),))
        except StackwalkError as error:
            self.tell("blocked", f"{error.what} {error.try_this}")

    def hear(self, run: Run, ready: list[Any]) -> None:
        """Pass on what can be told of a run."""
        for finding in run.hear(ready):
            self.tell("finding", finding.to_value())
        if run.done:
            self.tell("done", None) if run.blocked is None else self.tell("blocked", run.blocked)
            self.retire()

    def tell(self, word: str, value: Any) -> None:
        """Send one line to the parent."""
        self.link.sendall(json.dumps([self.number, word, value]).encode("ascii") + b"\n")

    def retire(self) -> None:
        """The present run no longer counts."""
        run, self.run = self.run, None
        if run is not None:
            run.retire()
            self.leaving.append(run)

    def reap(self) -> bool:
        """Bury what has ended, and remove its folders once no child is left; whether one is."""
        for run in self.leaving:
            run.bury()
        try:
            while pid := os.waitpid(-1, os.WNOHANG)[0]:  # orphans that came to us, too
                for run in [*self.leaving, *([self.run] if self.run else [])]:
                    run.ended(pid)
        except ChildProcessError:
            for run in self.leaving:
                run.remove()
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
