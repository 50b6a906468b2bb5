"""What the tests with a real nginx share: which one runs."""

import pytest

from stackwalk.stack.nginx import Nginx, NginxMissing, find_nginx

SYSTEM = "/usr/sbin/nginx"  # Debian's, older than the wheel's


@pytest.fixture(scope="session", params=["ours", "system"])
def nginx(request: pytest.FixtureRequest) -> Nginx:
    """The nginx that lab 4 takes by itself, and the system's where it is another."""
    named = None if request.param == "ours" else SYSTEM
    try:
        return find_nginx(named, {"PATH": "/usr/bin:/bin"})
    except NginxMissing as missing:
        pytest.skip(missing.what)
