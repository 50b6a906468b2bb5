"""Writes what nginx is started with: copies of the learner's files, moved to this machine, and what stands around."""

import grp
import os
import re
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stackwalk.errors import StackwalkError
from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.image import image_files
from stackwalk.nginx.moved import Block, Log, Rewritten
from stackwalk.nginx.moving import ports_of, rewrite_all
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Service, Setting
from stackwalk.nginx.wrapper import http_file, main_file, maps_file
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import Guardian
from stackwalk.stack.limits import MIB, Ending, Limits
from stackwalk.stack.nginx.finding import Nginx
from stackwalk.stack.nginx.gathering import gather, links_out, mounts_of

if TYPE_CHECKING:
    from stackwalk.nginx.reading import Shape

# Where nginx finds the learner's folder as long as no compose.yaml says otherwise.
DEFAULT_MOUNTS: Mapping[str, str] = {
    "/etc/nginx": "",
    "/usr/share/nginx": "",
    "/usr/share/nginx/html": "",
    "/var/www": "",
    "/var/www/html": "",
    "/srv": "",
}
MOST_FOLDERS = 200  # of the workspace that are looked at
TEST_PATIENCE = 20.0  # seconds for `nginx -t`, which takes milliseconds
LIMITS = Limits(memory=512 * MIB, processes=16)


class Prepared(NamedTuple):
    """Everything that is known before nginx starts."""

    nginx: Nginx
    folder: Path  # the run folder, absolute
    project: Project
    setting: Setting
    against: tuple[Complaint, ...]  # what was found on the way; what keeps it from running is among it
    runnable: bool  # whether nginx may see it: it crashes on some files
    files: tuple[Path, ...]  # the learner's, to be watched
    blocks: tuple[Block, ...]
    logs: tuple[Log, ...]
    names: tuple[tuple[str, str], ...]
    absent: tuple[Complaint, ...] = ()  # folders that are named and not there

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """All that is found without nginx, with the mistakes that it accepts in silence."""
        from stackwalk.nginx.silent import notes  # like all that only explains, it may come later than nginx's start

        found = (*self.against, *notes(self.project, self.setting))
        told = {(each.file, each.line) for each in found}
        return tuple(dict.fromkeys((*found, *(each for each in self.absent if (each.file, each.line) not in told))))

    @property
    def ports(self) -> Mapping[int, int]:
        """Every port that the file listens on: as typed -> as it is."""
        return self.setting.ports

    @property
    def listened(self) -> tuple[int, ...]:
        """The ports that the file listens on, as typed."""
        return ports_of(self.project)

    @property
    def shape(self) -> "Shape":
        """What the file says: fronts, routes, pools, formats."""
        from stackwalk.nginx.reading import read_shape

        return read_shape(self.project)

    @property
    def stops(self) -> bool:
        return any(each.stops for each in self.against)

    @property
    def argv(self) -> tuple[str, ...]:
        return self._argv("nginx.pid", "error.log")

    @property
    def environment(self) -> dict[str, str]:
        """Nothing that nginx could inherit from what surrounds it but the time zone."""
        return {name: os.environ[name] for name in ("TZ", "PATH") if name in os.environ}

    @property
    def pid_file(self) -> Path:
        """There once every port is open."""
        return self.folder / "nginx.pid"

    @property
    def requests(self) -> Path:
        return Path(self.setting.requests)

    @property
    def errors(self) -> Path:
        return Path(self.setting.errors)

    def explain(self, text: str) -> tuple[Complaint, ...]:
        """What nginx printed or wrote to error.log, in the learner's names."""
        from stackwalk.nginx.explaining import explain

        return explain(text, self.project, self.names, self.setting)

    def test(self, guardian: Guardian) -> tuple[Complaint, ...]:
        """Ask nginx itself (`nginx -t`). All that is known against the file, in the order of its lines."""
        if not self.runnable:
            return self._in_order(self.complaints)
        argv = self._argv("test.pid", "stderr")
        with guardian.launch(
            [*argv, "-t", "-q"], cwd=self.folder, environment=self.environment, limits=LIMITS
        ) as program:
            ending = program.wait(TEST_PATIENCE)
            return self.judged(program.output.text(), ending)

    def judged(self, printed: str, ending: Ending | None) -> tuple[Complaint, ...]:
        """The same after it has read the file: what it printed, and how it ended (None: it did not)."""
        found = list(self.complaints)
        said = self.explain(printed)
        self._must_be_theirs(said)
        lines = {(each.file, each.line) for each in found if each.stops}
        found += [each for each in said if (each.file, each.line) not in lines]
        # nginx's own words on a line make ours superfluous.
        lines = {(each.file, each.line) for each in said if each.line is not None}
        found = [each for each in found if each.severity != "note" or (each.file, each.line) not in lines]
        if ending is None or (ending.code != 0 and not any(each.stops for each in found)):
            found.append(_unsaid(ending is None, None if ending is None else ending.signal))
        return self._in_order(found)

    def _must_be_theirs(self, said: Iterable[Complaint]) -> None:
        """A directive that is refused and that nobody has typed is one that we added: our slip, never theirs."""
        for each in said:
            about = re.search(r'\] "(\w+)" directive is (?:not allowed here|duplicate)', each.said)
            source = self.project.source(each.file) if each.file else None
            if about is not None and source is not None and about[1] not in source.conf.text:
                raise RuntimeError(f"nginx refuses what was added to {each.place}: {each.said}")

    def _in_order(self, found: Iterable[Complaint]) -> tuple[Complaint, ...]:
        names = [source.name for source in self.project.sources]
        return tuple(
            sorted(
                found,
                key=lambda each: (not each.stops, names.index(each.file) if each.file in names else 0, each.line or 0),
            )
        )

    def _argv(self, pid: str, errors: str) -> tuple[str, ...]:
        start = f"daemon off; pid {_quoted(self.folder / pid)};"
        if os.geteuid() == 0:
            # Else the workers would be another user's, who can't open what lies in the run folder.
            start += f" user root {grp.getgrgid(0).gr_name};"
        errors = errors if errors == "stderr" else str(self.folder / errors)
        return (
            str(self.nginx.path),
            "-p",
            f"{self.folder}/",
            "-c",
            str(self.folder / "wrapper.conf"),
            "-e",
            errors,
            "-g",
            start,
        )


def prepare(
    nginx: Nginx,
    workspace: Path,
    run_folder: Path,
    services: Mapping[str, Service],
    *,
    ports: Mapping[int, int] | None = None,
    mounts: Mapping[str, str] | None = None,
    published: tuple[int, ...] = (80,),
    file: str = "nginx.conf",
) -> Prepared:
    """Read the learner's file, and write the copies and the wrapper into the run folder.

    `ports`: typed -> real, for those that are known; every other port that the file listens on gets a free one.
    `mounts`: a folder or file of nginx's container -> of the workspace, where compose.yaml says so. `published`:
    the ports of nginx's machine to one of which clients are led. Raises
    StackwalkError where the run folder can't be written.
    """
    workspace, folder = workspace.absolute(), run_folder.absolute()
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise StackwalkError(
            f"The file {file} of nginx is not in the workspace {workspace}.",
            "Put it there: nothing outside of the workspace is given to nginx.",
        )
    if any(mark in str(folder) for mark in "$\n*?["):
        raise StackwalkError(
            f"The run folder {str(folder)!r} has a character in its name that nginx can't have in a path.",
            "Set TMPDIR to a folder with a plain name.",
        )
    image = image_files()
    setting = Setting(
        run=str(folder),
        workspace=str(folder / "workspace"),
        services={name.lower(): service for name, service in services.items()},
        ports=dict(ports or {}),
        home=str(workspace),
        folder=next((name for name, at in (mounts or {}).items() if not at and name not in DEFAULT_MOUNTS), ""),
        mounts=mounts_of(DEFAULT_MOUNTS if mounts is None else mounts),
        copies=str(folder / "copies"),
        provided=frozenset(image),
        ipv6=_has_ipv6(),
        guards_links=sys.platform == "linux",
        published=published,
    )
    gathered = gather(workspace, file, setting)
    project = gathered.project
    wanted = {port: setting.ports.get(port) or free_port() for port in ports_of(project)}
    setting = setting._replace(
        ports={**wanted, **{port: real for port, real in setting.ports.items() if port not in wanted}}
    )
    rewritten = rewrite_all(project, setting)
    try:
        _write(folder, workspace, project, setting, rewritten, nginx, image)
    except OSError as error:
        raise StackwalkError(
            f"The run folder {folder} can't be written: {error.strerror}.", "Check that its disk is not full."
        ) from error
    complaints = [
        *gathered.complaints,
        *(complaint for each in rewritten for complaint in each.complaints),
        *_links(workspace, setting, rewritten),
    ]
    return Prepared(
        nginx=nginx,
        folder=folder,
        project=project,
        setting=setting,
        against=tuple(dict.fromkeys(complaints)),
        runnable=gathered.runnable,
        files=gathered.files,
        blocks=tuple(block for each in rewritten for block in each.blocks),
        logs=tuple(log for each in rewritten for log in each.logs),
        names=tuple({name: typed for each in rewritten for name, typed in each.names}.items()),
        absent=tuple(_no_folders(workspace, setting, rewritten)),
    )


def _write(
    folder: Path,
    workspace: Path,
    project: Project,
    setting: Setting,
    rewritten: tuple[Rewritten, ...],
    nginx: Nginx,
    image: Mapping[str, str],
) -> None:
    copies = Path(setting.copies)
    for made in (folder, folder / "logs", folder / "image"):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    if copies.exists():
        import shutil  # there are none at a first start

        shutil.rmtree(copies)
    link = Path(setting.workspace)
    if not link.is_symlink() or link.readlink() != workspace:
        link.unlink(missing_ok=True)
        link.symlink_to(workspace)
    for name, text in image.items():
        (folder / "image" / name).write_text(text)
    (folder / "refused.conf").write_text("")
    for source, each in zip(project.sources, rewritten, strict=True):
        copy = copies / source.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(each.text.encode("utf-8", "surrogateescape"))
    groups = list({group.name: group for each in rewritten for group in each.groups}.values())
    aims = [aim for each in rewritten for aim in each.aims]
    http = http_file(project, setting, groups, nginx.version, aims=aims, lacking=nginx.lacking)
    (folder / "http.conf").write_text(http)
    (folder / "maps.conf").write_text(maps_file(project, setting, groups, aims))
    (folder / "wrapper.conf").write_text(main_file(project, setting))


def _links(workspace: Path, setting: Setting, rewritten: tuple[Rewritten, ...]) -> list[Complaint]:
    """The paths that a link leads out of the workspace."""
    found = []
    out: dict[str, bool] = {}
    for each in rewritten:
        for reading in each.readings:
            inside = reading.path.removeprefix(setting.workspace).strip("/")
            if inside not in out:
                out[inside] = reading.path.startswith(setting.workspace) and links_out(workspace, inside)
            if out[inside]:
                means = f"“{reading.directive} {reading.typed}” is a link that leads out of your folder."
                try_this = "Put the files themselves into your folder: nothing outside of it is given to nginx."
                found.append(Complaint(reading.file, reading.line, "error", "", means, try_this))
    return found


def _no_folders(workspace: Path, setting: Setting, rewritten: tuple[Rewritten, ...]) -> list[Complaint]:
    """The folders of the workspace that are named and not there: nginx says so of each file that is asked for."""
    found = []
    for each in rewritten:
        for reading in each.readings:
            inside = reading.path.removeprefix(f"{setting.workspace}/")
            if reading.directive not in ("root", "alias") or inside == reading.path or (workspace / inside).exists():
                continue
            near = _folder_like(workspace, inside.rstrip("/"))
            here = f"/{inside}" if reading.typed.startswith("/") else inside
            typed = reading.typed.removesuffix(here.lstrip("/"))
            slash = "/" if inside.endswith("/") else ""
            if near is not None and setting.folder:
                try_this = f"Write {reading.directive} {setting.folder}/{near}{slash};"
            elif near is not None and typed != reading.typed:
                try_this = f"Write {reading.directive} {typed}{near}{slash};"
            else:
                try_this = f"Make the folder {inside.rstrip('/')}, or name the one that you mean."
            means = f"“{reading.directive} {reading.typed}” means {inside} in your folder, and there is none."
            found.append(Complaint(reading.file, reading.line, "note", "", means, try_this))
    return found


def _folder_like(workspace: Path, wanted: str) -> str | None:
    """The folder of the workspace whose name is most like a path's: another letter, or a part too many or too few."""
    import difflib  # only where a folder is missing

    folders = [
        str(each.relative_to(workspace))
        for pattern in ("[!.]*", "[!.]*/[!.]*")
        for each in sorted(workspace.glob(pattern))[:MOST_FOLDERS]
        if each.is_dir() and not each.is_symlink()
    ]
    ends = [each for each in folders if wanted.endswith(f"/{each}") or each.endswith(f"/{wanted}")]
    alike = difflib.get_close_matches(wanted.lower(), [each.lower() for each in folders], n=1, cutoff=0.75)
    return max(ends, key=len) if ends else next((each for each in folders if each.lower() in alike), None)


def _unsaid(hangs: bool, signal: int | None) -> Complaint:
    how = "did not come to an end" if hangs else f"was ended by signal {signal}" if signal else "failed without a word"
    return Complaint(
        None, None, "error", "", f"nginx {how} while it read the file.", "Take out what was typed last, and try again."
    )


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
