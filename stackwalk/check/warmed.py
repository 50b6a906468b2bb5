"""The warm process: `python -m stackwalk.check.warmed FD [MODULE …]`. Started by warm.py, never by hand."""

import contextlib
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
from stackwalk.stack import kin

IMPORTED = (grader, opening)  # what a run needs is here before it is forked
IDLE = 3600.0  # seconds; only a bound


class Warmed:
    """The loop: requests from the parent, findings from the run, children that ended."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.number = 0  # of the last request
        self.run: Run | None = None
        self.leaving: list[Run] = []  # done or cancelled, and not yet gone
        self.ready: Run | None = None  # waits at its gate for the same plan to be asked for again
        self.again: Plan | None = None  # such a run is to be made for it
        self.inbox = b""

    def serve(self) -> None:
        """Serve until the parent is gone, then end every run."""
        while self.step():
            pass
        self.retire()
        self.drop_ready()
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
        if self.again is not None and self.run is None and not self.leaving:
            self.get_ready(self.again)
        return True

    def listen(self) -> bool:
        """Take requests in; only the last of them counts."""
        data = self.link.recv(262144)
        if not data:
            return False
        self.inbox += data
        while len(self.inbox) >= 4 and len(self.inbox) >= (size := int.from_bytes(self.inbox[:4], "big") + 4):
            self.number, plan, again = pickle.loads(self.inbox[4:size])
            self.inbox = self.inbox[size:]
            self.retire()
            self.again = again
            if plan is not None:
                self.begin(plan)
        return True

    def begin(self, plan: Plan) -> None:
        """Begin a run."""
        try:
            self.run = self.ready_run(plan) or Run(plan)
        except StackwalkError as error:
            self.tell("blocked", f"{error.what} {error.try_this}")

    def get_ready(self, plan: Plan) -> None:
        """Begin a run of the same plan that waits at its gate."""
        self.again = None
        with contextlib.suppress(StackwalkError):
            self.ready = Run(plan, gated=True)

    def ready_run(self, plan: Plan) -> Run | None:
        """The run that got ready for this plan, begun now; where there is none, or it is of another, None."""
        ready = self.ready
        if ready is not None and ready.fits(plan):
            with contextlib.suppress(OSError):
                ready.open(plan)
                self.ready = None
                return ready
        self.drop_ready()
        return None

    def drop_ready(self) -> None:
        """End the run that waits."""
        ready, self.ready = self.ready, None
        if ready is not None:
            ready.retire()
            self.leaving.append(ready)

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
        """Bury what has ended, and remove its folders once no orphan is left; whether any of it is left."""
        runs = [run for run in (*self.leaving, self.run, self.ready) if run is not None]
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                for run in runs:
                    run.ended(pid)
        if not self.leaving:
            return False
        gone = [run.bury() for run in self.leaving]
        ours = {pid for run in runs for pid in run.pids}
        if not all(gone) or set(kin.children(os.getpid())) - ours:
            return True
        for run in self.leaving:
            run.remove()
        self.leaving.clear()
        return False


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
