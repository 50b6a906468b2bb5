"""Options of the whole suite, and what begins first."""

import gc
import os
import random
import socket
from itertools import count

import pytest
from hypothesis import HealthCheck, settings

from stackwalk.check import grader, opening

# A busy machine is slow, and that is no failure of what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

IMPORTED = (grader, opening)  # as in a warm process: a run that is forked finds what it needs

# Below the ports that Linux (from 32768) and macOS (from 49152) give to whoever asks for any: a door that was free a
# moment ago is not taken by a client or a server of another test meanwhile.
FIRST, DOORS, RUN = 20_000, 12_000, 16
_own, _workers = (
    int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
)  # fmt: skip
_runs = count(random.SystemRandom().randrange(DOORS // RUN) * _workers + _own, _workers)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=10, help="how often stackwalk is killed at a random moment (50: the full size)"
    )
    parser.addoption(
        "--soak", type=int, default=4000, help="how many exchanges pass the tap in its soak (200000: the full size)"
    )
    parser.addoption(
        "--conversations", type=int, default=60, help="how many drawn conversations pass the tap (5000: the full size)"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: begun last, one of them would leave a core idle for as long as it takes."""
    items.sort(key=lambda item: "tests/walk/" not in item.nodeid)


def pytest_collection_finish() -> None:
    """What has been collected stays: nobody looks through it for garbage again, in no run that is forked either."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def door() -> int:
    """A port that no other test has, and that is free with the ones after it: where a lab may go when it is taken."""
    for run in _runs:
        port = FIRST + run * RUN % DOORS
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
