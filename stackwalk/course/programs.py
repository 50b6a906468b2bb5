"""What runs at the labs of a course: the tables [[program]] and [[service]] of each lab.toml."""

import re
from pathlib import Path

from stackwalk.course.folders import numbered, places
from stackwalk.course.program import ProgramSpec
from stackwalk.course.table import Table, read_table

SERVERS = ("nginx", "haproxy", "caddy", "apache")  # the web servers whose files are prepared
MOST_COPIES = 4  # of a service

_SERVICE = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}", re.ASCII)


# Of one lab: its programs, its services, and what may stand in the place of the outermost.
Programs = tuple[tuple[ProgramSpec, ...], tuple[ProgramSpec, ...], tuple[ProgramSpec, ...]]


def read_programs(root: Path) -> tuple[Programs, ...]:
    """The programs of each lab, by its number: all that `up` needs of a course.

    Raises StackwalkError, as `read_course` does, for what is malformed in them.
    """
    labs_folder, _ = places(root)
    found = []
    for _, _, folder in numbered(labs_folder, (), "a lab"):
        table = read_table(folder / "lab.toml")
        programs, instead = (tuple(read_program(one) for one in table.tables(key)) for key in ("program", "instead"))
        found.append((programs, tuple(read_service(one) for one in table.tables("service")), instead))
    return tuple(found)


def read_program(table: Table) -> ProgramSpec:
    program = ProgramSpec(
        name=table.text("name"),
        run=table.texts("run", needed=True),
        file=inside(table, "file"),
        port=table.whole("port", 1, 65535),
        answers=table.flag("answers"),
        needs=table.texts("needs"),
        taken=table.optional_text("taken") or "",
        strays=table.wholes("strays", 1, 65535),
        keeps=tuple(inside_folder(table, folder) for folder in table.texts("keeps")),
        server=table.one_of("server", SERVERS) if table.holds("server") else "",
        folder=table.text("folder") if table.holds("folder") else "",
        settings=inside(table, "settings") if table.holds("settings") else "",
        settled=table.texts("settled", needed=table.holds("settings")),
        door=table.optional_whole("door", 1, 65535) or 0,
    )
    table.finish()
    return program


def read_service(table: Table) -> ProgramSpec:
    name = table.text("name")
    if not _SERVICE.fullmatch(name):
        raise table.wrong(f"{name!r} is no name of a service", "Use small letters, digits, _ and -.")
    service = ProgramSpec(
        name=name,
        run=table.texts("run", needed=True),
        file=inside(table, "file"),
        port=table.whole("port", 1, 65535),
        answers=True,
        keeps=tuple(inside_folder(table, folder) for folder in table.texts("keeps")),
        strays=table.wholes("strays", 1, 65535),
        settings=inside(table, "settings") if table.holds("settings") else "",
        settled=table.texts("settled", needed=table.holds("settings")),
        copies=table.optional_whole("copies", 1, MOST_COPIES) or 1,
        since=table.optional_whole("since", 1, 9999) or 0,
    )
    table.finish()
    return service


def inside(table: Table, key: str) -> str:
    """A path that stays in the workspace."""
    typed = table.text(key)
    if Path(typed).is_absolute() or ".." in Path(typed).parts:
        raise table.wrong(f"{key} must stay in the workspace", f'Write a plain name: {key} = "server.py".')
    return typed


def inside_folder(table: Table, folder: str) -> str:
    if Path(folder).is_absolute() or ".." in Path(folder).parts or not folder.endswith("/"):
        raise table.wrong(
            "keeps must name folders of the workspace", 'Write each with a slash: keeps = ["app/static/"].'
        )
    return folder
