"""A learner's file that was saved under another name, or in another folder, than the one that is looked at."""

import os
import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

MOST = 500  # entries of a folder that are looked at
_ADDED = (".txt", ".text", ".rtf", ".py", ".md", ".html", ".doc", ".docx")  # by editors that mean well


def find_stray(workspace: Path, file: str, *beside: Path) -> str | None:
    """Say where a file of the workspace probably went that is not there; None: nothing looks like it.

    `beside` are other folders in which it may have been saved. Nothing is opened or changed.
    """
    if not workspace.is_dir():
        return _gone(workspace)
    for name in _names(workspace):
        said = "" if (workspace / name).is_dir() else _misnamed(name, file)
        if said:
            return f"There is a {name} in {workspace}: {said} Rename it to {file}."
    inner = (workspace / name for name in _names(workspace) if not name.startswith("."))
    for folder in dict.fromkeys((*beside, workspace.parent, *inner)):
        if folder != workspace and (folder / file).is_file():
            return f"There is a {file} in {folder}, and it is looked for in {workspace}. Move it there."
    stem = file.removesuffix(".py")
    if stem != file and (workspace / stem).is_dir():
        return (
            f"There is a folder {stem} in {workspace}, and a file {file} is looked for beside it. Give the folder "
            "another name, too: Python would take it for the module of that name."
        )
    return None


def _gone(workspace: Path) -> str:
    """The whole workspace is not there any more; where it was only given another name, that one."""
    said = f"The folder {workspace} itself is gone."
    for name in _names(workspace.parent):
        folder = workspace.parent / name
        if (folder / ".stackwalk").is_dir():
            return (
                f"{said} Is it {folder} now? Call it {workspace.name} again, or press q, and: "
                f"stackwalk lab --workspace {shlex.quote(str(folder))}"
            )
    return f"{said} Put it back where it was, or press q and open the lab where it is now."


def _misnamed(name: str, file: str) -> str:
    plain, wanted = name.strip().lower(), file.lower()
    if name == file:
        return ""
    if plain == wanted:
        return "capital letters and spaces count in names."
    for added in _ADDED:
        if plain == wanted + added:
            return f"did your editor add {added}?"
    stem = wanted.rpartition(".")[0]
    if stem and plain in (stem, f"{stem}.txt"):
        return "its name does not end as it should."
    return ""


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in islice(entries, MOST))
    except OSError:
        return
    yield from names
