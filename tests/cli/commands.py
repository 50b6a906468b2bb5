"""Running the real command line in a process of its own, in an empty home."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0  # seconds that a command may take before the test is given up


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str


def stackwalk(*words: str, cwd: Path, environment: dict[str, str] | None = None, data: str = "") -> Ran:
    """Run `stackwalk WORDS` in a folder; no terminal, an empty home beside the folder."""
    done = subprocess.run(
        [sys.executable, "-m", "stackwalk", *words],
        cwd=cwd,
        env=environment_in(cwd, environment),
        input=data,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def environment_in(cwd: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of a fresh user whose home is beside the folder."""
    home = cwd.parent / f"{cwd.name}-home"
    home.mkdir(exist_ok=True)
    kept = {
        name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ
    }
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", **(more or {})}
