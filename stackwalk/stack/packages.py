"""Whether the workspace's own environment has the packages that a program runs on; read from its folders alone."""

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from stackwalk.errors import StackwalkError


def must_have(workspace: Path, packages: Iterable[str]) -> None:
    """Raise StackwalkError, with the line to type, where there is a .venv that lacks one of them.

    Without a .venv, programs run on stackwalk's own Python, which has what its labs need.
    """
    own = workspace / ".venv"
    lacks = lacking(own, packages)
    if not lacks:
        return
    python = ".venv/bin/python"
    install = f"{python} -m pip install {shlex.join(lacks)}"
    if lacking(own, ("pip",)):
        install = f"{python} -m ensurepip && {install}"
    raise StackwalkError(
        f"Your folder has a Python of its own, in .venv, and that one has no {' and no '.join(lacks)}.",
        f"Install it there, in {workspace}: {install}",
    )


def lacking(environment: Path, packages: Iterable[str]) -> tuple[str, ...]:
    """Those that a virtual environment does not have; none where it is not there, or takes what the system has."""
    folders = [folder for lib in ("lib", "lib64") for folder in (environment / lib).glob("python*/site-packages")]
    if not (environment / "bin").is_dir() or not folders or _takes_the_systems(environment):
        return ()
    present = set()
    for folder in folders:
        for name in os.listdir(folder):  # noqa: PTH208  names are all that is needed
            present.add(_plain(name.partition("-")[0] if name.endswith((".dist-info", ".egg-info")) else name))
    return tuple(one for one in packages if _plain(one) not in present)


def installed(commands: Path) -> frozenset[str]:
    """What can be imported of the packages beside that folder of commands, by the names of their files."""
    names: set[str] = set()
    for folder in (commands.parent / "lib").glob("python*/site-packages"):
        names.update(name.partition(".")[0] for name in os.listdir(folder))  # noqa: PTH208
    return frozenset(names)


def _takes_the_systems(environment: Path) -> bool:
    try:
        text = (environment / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return re.search(r"^\s*include-system-site-packages\s*=\s*true", text, re.MULTILINE | re.IGNORECASE) is not None


def _plain(name: str) -> str:
    """As PyPA compares names: Flask and flask are one, and so are a-b and a_b."""
    return re.sub(r"[-_.]+", "-", name).lower()
