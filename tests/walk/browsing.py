"""A real browser that looks at a page, as one that was never here before."""

import os
import subprocess
import tempfile
from pathlib import Path

from needs import needs

CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PAGE_AND_GO = ("--timeout=30000", "--dump-dom")  # it prints the page and ends, often before it asks for the icon
STAY = ("--remote-debugging-port=0",)  # it has the page open, as a person has, until it is told to end


def browse(spot: Path, url: str, *how: str) -> "subprocess.Popen[str]":
    browser = needs("chromium")
    # One that was here before may know that there is no icon, and not ask for it again.
    never_here = tempfile.mkdtemp(prefix="browser-", dir=spot)
    return subprocess.Popen(
        [browser, *CHROMIUM, *how, f"--user-data-dir={never_here}", url],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        env={**os.environ, "HOME": str(spot)},
    )  # fmt: skip
