"""Lab 4 at a real terminal: nginx.conf typed with a slip, taken anew while it runs, programs killed behind it."""

import os
import re
import shutil
import signal
import urllib.request
from pathlib import Path

import pytest
from needs import needs
from sitting import SOLUTIONS, environment_of, leave, stackwalk, wait_until_gone
from terminal import terminal

from stackwalk.stack.nginx.finding import NginxMissing, find_nginx

pytest_plugins = ("spots",)
pytestmark = pytest.mark.tmux

PATIENCE = 90.0  # seconds; the machine may be busy
COURSE = SOLUTIONS.parent
PROXY = COURSE / "4-web-server" / "1-proxy" / "nginx.conf"


def needs_nginx() -> None:
    try:
        find_nginx()
    except NginxMissing as missing:
        if os.environ.get("STACKWALK_CI"):
            pytest.fail(f"nginx is missing: {missing}")
        pytest.skip("needs nginx")


def test_a_proxy_typed_with_a_slip_and_a_program_killed_behind_it(spot: Path, door: int) -> None:
    needs("tmux")
    needs_nginx()
    shutil.copytree(COURSE / "3-wsgi" / "2-workers", spot / "my-stack")
    conf = spot / "my-stack" / "nginx.conf"
    with terminal(spot, columns=300, lines=50) as window:
        window.run(stackwalk(f"lab 4 --port {door}"), environment_of(spot), spot)
        window.wait_for("4.1 Proxy", "There is no nginx.conf yet", seconds=PATIENCE)
        text = PROXY.read_text(encoding="utf-8")
        conf.write_text(text.replace("proxy_pass", "proxy_pas"), encoding="utf-8")
        window.wait_for("nginx.conf, line", "proxy_pas", seconds=PATIENCE)
        conf.write_text(text, encoding="utf-8")
        window.wait_for("4.1 passed", f"Open http://localhost:{door}", seconds=PATIENCE)
        with urllib.request.urlopen(f"http://localhost:{door}/pid", timeout=PATIENCE) as page:
            worker = page.read().decode()
        window.wait_for(f"application pid {worker}", "on the way back:", "Server: gunicorn → nginx", seconds=PATIENCE)
        window.press("v")
        picture = window.wait_for("its tap is the door", "✔ nginx", "✔ application", seconds=PATIENCE)
        (front,) = set(re.findall(r"✔ nginx  process (\d+)", picture))
        program = re.findall(r"✔ application  process (\d+)", picture)[-1]

        conf.write_text(text.replace("proxy_pass", "proxy_pas"), encoding="utf-8")
        window.wait_for("nginx goes on with nginx.conf as it was before", seconds=PATIENCE)
        conf.write_text(text + "# as before\n", encoding="utf-8")
        window.wait_for("nginx.conf listens again", seconds=PATIENCE)
        os.kill(int(front), 0)  # the very process that it was

        os.kill(int(program), signal.SIGKILL)
        window.wait_for("application has ended: SIGKILL", seconds=PATIENCE)
        window.press("v")
        window.wait_for("✘ application  ended", seconds=PATIENCE)
        leave(window, spot)
    wait_until_gone(spot)
