"""Options of the whole suite, and what begins first."""

import gc

import pytest
from hypothesis import HealthCheck, settings
from ports import unused_port

from stackwalk.check import grader, opening

# A busy machine is slow, and that is no failure of what is tested.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

IMPORTED = (grader, opening)  # as in a warm process: a run that is forked finds what it needs


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
    """A door that no other test has."""
    return unused_port()
