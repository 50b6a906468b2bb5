"""The nginx that tests run: the one that lab 4 takes by itself, and the system's, which may be older."""

import pytest

from stackwalk.stack.nginx.finding import Nginx, NginxMissing, find_nginx

WHICH = ("ours", "system")
_SYSTEM = "/usr/sbin/nginx"


def the_nginx(which: str) -> Nginx:
    """One of WHICH; where it is not there, the test is skipped."""
    try:
        return find_nginx(_SYSTEM if which == "system" else None, {"PATH": "/usr/bin:/bin"})
    except NginxMissing as missing:
        pytest.skip(missing.what)
