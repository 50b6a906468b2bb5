"""Ports for tests that must know one before anything listens there."""

import os
import random
import socket
from itertools import count

# Below those that Linux (from 32768) and macOS (from 49152) give to whoever asks for any, and below stackwalk's own
# choice (from 20000): what was free a moment ago is not taken by a client or a server of another test meanwhile.
FIRST, ALL, RUN = 10_000, 10_000, 16
_own, _workers = (
    int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
)  # fmt: skip
_runs = count(random.SystemRandom().randrange(ALL // RUN) * _workers + _own, _workers)


def unused_port() -> int:
    """A port that no other test has, and that is free with the ones after it: where a lab may go when it is taken."""
    for run in _runs:
        port = FIRST + run * RUN % ALL
        if all(_is_free(port + more) for more in range(RUN)):
            return port
    raise AssertionError("counting has no end")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind(("", port))
        except OSError:
            return False
        return True
