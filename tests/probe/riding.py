"""Runs a program under the probe, to its end."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stackwalk.stack.environment import REPORT, learner_environment
from stackwalk.stack.reports import Bound, read_reports


@dataclass(frozen=True, slots=True)
class Ride:
    """What a program printed, its exit status, and what the probe reported."""

    out: str
    code: int
    bound: tuple[Bound, ...]


def ride(
    folder: Path,
    source: str,
    moved: Mapping[int, int] | None = None,
    *,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    beside: Mapping[str, str] | None = None,
    probe: bool = True,
) -> Ride:
    """Run this source in the folder, with these files beside it; without the probe: as by hand."""
    run_dir = folder / "run"
    run_dir.mkdir(exist_ok=True)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    for name, text in {"program.py": source, **(beside or {})}.items():
        (work / name).write_text(text)
    given = learner_environment(work, run_dir, moved or {})
    report = Path(given[REPORT])
    report.unlink(missing_ok=True)
    # The standard library's compiled files, so that each of many runs need not compile them.
    given.pop("PYTHONPYCACHEPREFIX", None)
    if not probe:
        given.pop("PYTHONPATH")
    finished = subprocess.run(
        [sys.executable, *options, "program.py"],
        cwd=work,
        env={**given, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
        text=True,
    )
    return Ride(finished.stdout.replace(os.fspath(work), "WORK"), finished.returncode, read_reports(report))
