"""Options of the whole suite."""

import pytest


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
