"""Reads a learner's nginx.conf and the files of the workspace that it includes, as one project."""

import codecs
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.paths import place_of
from stackwalk.nginx.project import Project, Source, within_of
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.tokens import Conf, read_conf, walk

LARGEST = 128 * 1024  # bytes of one file; the longest that people write by hand have some ten thousand
MOST_INCLUDES = 100


class Gathered(NamedTuple):
    """What was read. `runnable` is false where nginx must not see it: it would crash, or fill the machine."""

    project: Project
    complaints: tuple[Complaint, ...]
    files: tuple[Path, ...]
    runnable: bool


def gather(workspace: Path, name: str, setting: Setting) -> Gathered:
    """Read the file and what it includes. Raises nothing: what can't be read is a complaint."""
    gathering = _Gathering(workspace, setting)
    conf = gathering.read(name, None, 0)
    if conf is not None:
        gathering.follow(name, conf, within_of(conf), (name,))
    empty = Source(name, conf or read_conf(""), ("http",))
    sources = tuple(gathering.sources.values()) or (empty,)
    return Gathered(
        Project(sources),
        tuple(gathering.complaints),
        tuple(gathering.files),
        conf is not None and not gathering.refused,
    )


class _Gathering:
    def __init__(self, workspace: Path, setting: Setting) -> None:
        self.workspace = workspace
        self.setting = setting
        self.sources: dict[str, Source] = {}
        self.confs: dict[str, Conf] = {}
        self.complaints: list[Complaint] = []
        self.files: list[Path] = []
        self.includes = 0
        self.too_many = False
        self.refused = False

    def refuse(self, file: str | None, line: int | None, means: str, try_this: str, said: str = "") -> None:
        self.refused = True
        complaint = Complaint(file, line, "error", said, means, try_this)
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def read(self, name: str, by: str | None, line: int) -> Conf | None:
        """A file of the workspace, cut into words. `by` and `line`: the include that asks for it."""
        if name in self.confs:
            return self.confs[name]
        path = self.workspace / name
        self.files.append(path)
        at, number = (by, line) if by else (name, None)
        try:
            if not _is_below(path, self.workspace):
                self.refuse(
                    at, number, f"{name} is a link that leads out of your folder.", "Put the file itself there."
                )
                return None
            if not stat.S_ISREG(path.stat().st_mode):
                kind = "a folder" if path.is_dir() else "no ordinary file"
                said = f'pread() "{name}" failed (21: Is a directory)' if path.is_dir() else ""
                mend = f"rmdir {name} takes an empty folder away" if path.is_dir() else f"rm {name} takes it away"
                self.refuse(
                    at,
                    number,
                    f"{name} is {kind}.",
                    f"Make a file of that name; {mend}.",
                    said,
                )
                return None
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except FileNotFoundError:
            self.refuse(at, number, f"There is no file {name} in your folder.", "Make it with your editor.")
            return None
        except OSError as error:
            self.refuse(at, number, f"{name} can't be read: {error.strerror}.", f"chmod u+r {name} lets you read it.")
            return None
        if len(data) > LARGEST:
            self.refuse(
                at,
                number,
                f"{name} is larger than {LARGEST // 1024} KB, which is more than this lab reads.",
                "Check what got into it.",
            )
            return None
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            means = f"{name} is saved as UTF-16, two bytes for each letter, which nginx can't read."
            self.refuse(name, 1, means, "Save it as UTF-8.")
            return None
        if b"\0" in data:
            before = data.count(b"\n", 0, data.index(b"\0")) + 1
            self.refuse(
                name,
                before,
                f"{name} holds a null byte, so it is not plain text.",
                "Type the line again, and save the file as UTF-8.",
            )
            return None
        conf = read_conf(data.decode("utf-8", "surrogateescape"))
        if conf.trouble is not None and conf.trouble.kind == "too deep":
            self.refuse(
                name,
                conf.trouble.line,
                "Blocks stand within blocks here, deeper than any file needs.",
                "Close the blocks with } where they end.",
            )
        self.confs[name] = conf
        return conf

    def follow(self, name: str, conf: Conf, within: tuple[str, ...], above: tuple[str, ...]) -> None:
        """Take in a file and what it includes. `above` are the files that led here."""
        source = Source(name, conf, within)
        included: dict[str, tuple[str, ...]] = {}
        self.sources.setdefault(name, source)
        for parents, statement in walk(conf.statements):
            if statement.name != "include" or len(statement.arguments) != 1:
                continue
            typed = statement.arguments[0].text
            names = self.matching(typed)
            for each in names:
                self.includes += 1
                if self.too_many:
                    return
                if self.includes > MOST_INCLUDES:
                    self.too_many = True
                    self.refuse(
                        name,
                        statement.line,
                        "So many files are included here that nginx would not come to an end.",
                        "Include each file once.",
                    )
                    return
                if self._same(each, above):
                    self.refuse(
                        name,
                        statement.line,
                        f"{each} includes itself{'' if each == name else f' by way of {name}'}: "
                        "nginx would read it without end, and crash.",
                        f"Take the include of {each} out.",
                    )
                    continue
                inner = self.read(each, name, statement.line)
                if inner is not None:
                    included[typed] = (*included.get(typed, ()), each)
                    self.follow(each, inner, source.path_of(parents), (*above, each))
        self.sources[name] = self.sources[name]._replace(includes=included)

    def matching(self, typed: str) -> tuple[str, ...]:
        """The files of the workspace that an include names, in nginx's order."""
        place = place_of(typed, self.setting)
        prefix = self.setting.workspace + "/"
        if place.path is None or not place.path.startswith(prefix):
            return ()
        inside = place.path.removeprefix(prefix)
        if any(mark in inside for mark in "*?["):
            import glob

            found = glob.glob(inside, root_dir=self.workspace)  # noqa: PTH207, paths as nginx has them
            return tuple(sorted(found[:1000]))  # a folder among them is what nginx stumbles over, too
        if not (self.workspace / inside).exists() and inside.rpartition("/")[2] in self.setting.provided:
            return ()
        return (inside,) if (self.workspace / inside).exists() else ()

    def _same(self, name: str, above: tuple[str, ...]) -> bool:
        here = os.path.realpath(self.workspace / name)
        return any(os.path.realpath(self.workspace / each) == here for each in above)


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def links_out(workspace: Path, name: str) -> bool:
    """Whether a path of the workspace leads out of it, by a link anywhere on its way."""
    return not _is_below(workspace / name, workspace)


def mounts_of(mounts: Mapping[str, str]) -> dict[str, str]:
    """Mounts without slashes at their ends."""
    return {("/" + container.strip("/")): inside.strip("/") for container, inside in mounts.items()}
