"""The folders of a course: where it is, its labs by their numbers."""

import re
from collections.abc import Iterable
from pathlib import Path

from stackwalk.errors import StackwalkError

_NUMBERED = re.compile(r"([0-9]{1,4})-([a-z0-9]+(?:-[a-z0-9]+)*)", re.ASCII)


def find_course() -> Path:
    """Return the folder of the course that travels with stackwalk.

    In an installed wheel it lies inside the package; in a checkout beside it. Raises StackwalkError where
    neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for root in (package / "_course", package.parent):
        if (root / "labs").is_dir():
            return root
    raise StackwalkError(
        f"stackwalk's own course is missing beside {package}.",
        "Install stackwalk again, or name a course with --from DIR.",
    )


def places(root: Path) -> tuple[Path, Path]:
    folder = root.absolute()
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise StackwalkError(f"{root} {what}.", "Name a folder that holds labs/ and solutions/.")
    if (folder / "labs").is_dir():
        return folder / "labs", folder / "solutions"
    if folder.name == "labs":
        return folder, folder.parent / "solutions"
    raise StackwalkError(f"{root} holds no folder called labs.", "Name a folder that holds labs/ and solutions/.")


def entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "_")))
    except OSError as error:
        raise StackwalkError(
            f"{folder} cannot be read: {error.strerror or error}.", "Make it readable, then try again."
        ) from error


def numbered(folder: Path, files: Iterable[str], kind: str) -> list[tuple[int, str, Path]]:
    """The folders NUMBER-NAME in a folder, by number; files are the other names that may stand there."""
    found: dict[int, tuple[int, str, Path]] = {}
    allowed = {*files, "words.toml", "README.md"} if not files else set(files)
    for entry in entries(folder):
        if entry.name in allowed:
            continue
        match = _NUMBERED.fullmatch(entry.name)
        if not entry.is_dir() or match is None:
            raise StackwalkError(
                f"{entry} is neither {kind} nor a file that is known there.",
                f"Call the folder of {kind} NUMBER-NAME, as 3-resources; other names begin with _.",
            )
        number = int(match[1])
        if number in found:
            raise StackwalkError(
                f"{found[number][2]} and {entry} have the same number.", "Give one of them another number."
            )
        found[number] = (number, match[2], entry)
    return [found[number] for number in sorted(found)]
