"""A place of its own for each walk, and a course whose door no other has."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackwalk.course.folders import find_course


@pytest.fixture
def spot() -> Iterator[Path]:
    """A folder with a short path (a Unix socket's name has a hundred bytes), gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sw-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def course(spot: Path, door: int) -> Path:
    """The course with that door in the place of the one that it names: no two walks want the same."""
    for name in ("labs", "solutions"):
        shutil.copytree(find_course() / name, spot / "course" / name)
    for file in (spot / "course").rglob("*"):
        if file.suffix in (".toml", ".py", ".md"):
            file.write_text(re.sub(r"\b8080\b", str(door), file.read_text(encoding="utf-8")), encoding="utf-8")
    return spot / "course"
