"""Options of the whole suite, and what several parts of it need."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stackwalk.stack.nginx import Nginx

SYSTEM_NGINX = "/usr/sbin/nginx"  # Debian's, older than the wheel's


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


@pytest.fixture(scope="session", params=["ours", "system"])
def nginx(request: pytest.FixtureRequest) -> "Nginx":
    """The nginx that lab 4 takes by itself, and the system's where it is another."""
    from stackwalk.stack.nginx import NginxMissing, find_nginx

    named = None if request.param == "ours" else SYSTEM_NGINX
    try:
        return find_nginx(named, {"PATH": "/usr/bin:/bin"})
    except NginxMissing as missing:
        pytest.skip(missing.what)
