"""Apache, HAProxy or Caddy as the web server in front: found, its file moved to this machine, launched, started anew.

As `Front`, which is nginx. None of them takes a new file without a restart here, and none writes a log for us.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, ModuleType

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.fronts import caddy, haproxy, httpd
from stackwalk.fronts.names import named
from stackwalk.fronts.remarks import Remark, complained, doors, silent, unknown
from stackwalk.nginx.complaint import Complaint, Severity
from stackwalk.nginx.setting import Service
from stackwalk.stack.environment import PORTS, free_port
from stackwalk.stack.launch import Guardian, Program
from stackwalk.stack.limits import MIB, Ending, Limits
from stackwalk.stack.nginx.reloading import Reloaded
from stackwalk.whole.running import Running

KINDS: Mapping[str, ModuleType] = {"haproxy": haproxy, "caddy": caddy, "apache": httpd}
READING = 20.0  # seconds for a program to read its file, on a machine that is very busy
LIMITS = Limits(memory=512 * MIB, processes=64)
LARGEST = 512 * 1024  # bytes of a file


@dataclass(frozen=True, slots=True)
class Moved:
    """A file as it was last read, and what becomes of it here."""

    text: str  # what the program is started from
    ports: Mapping[int, int] = field(default_factory=dict)  # each door, as typed -> as it is
    addresses: Mapping[str, str] = field(default_factory=dict)  # services, as typed -> where they are
    named: tuple[str, ...] = ()  # the services that it speaks to
    complaints: tuple[Complaint, ...] = ()
    typed: str = ""  # the learner's


class OtherFront:
    """Such a web server of one stack."""

    tells_at_start = False
    # It prints what it has to say.
    logs: Mapping[str, Path] = MappingProxyType({})
    image_logs: tuple[Path, ...] = ()
    requests = errors = None

    def __init__(self, guardian: Guardian, workspace: Path, spec: ProgramSpec, run_folder: Path) -> None:
        """Raises StackwalkError where the program is not installed."""
        self.kind = KINDS[spec.server]
        self.prepared = self._before = Moved("")
        self._program = program_of(self.kind)
        self._guardian = guardian
        self._workspace = workspace
        self._spec = spec
        self._folder = run_folder.absolute()

    @staticmethod
    def logged(line: str) -> str | None:
        """A line of its logs as the learner reads it."""
        return line

    @property
    def port(self) -> int:
        """The port, as typed, that clients are led to."""
        return self._spec.port

    @property
    def named(self) -> tuple[str, ...]:
        """The services that the file speaks to, in their order in it."""
        return self.prepared.named

    @property
    def files(self) -> tuple[Path, ...]:
        """The learner's, to be watched."""
        return (self._workspace / self._spec.file,)

    def prepare(self, services: Mapping[str, Service]) -> tuple[Complaint, ...]:
        """Read the learner's file, and move it; what is said against it without starting anything."""
        kind, known = self.kind, self.prepared.ports
        self._before = self.prepared
        typed = self._read()
        ours = {f"{name}:{one.port}": ":".join(map(str, one.addresses[0])) for name, one in services.items()}
        names = tuple(one.rpartition(":")[0] for one in named(typed, ours))
        document, complaint = self._document(typed)
        if complaint is not None:
            self.prepared = Moved("", known, ours, names, (complaint,), typed)
            return self.prepared.complaints
        ports = {port: known.get(port) or free_port() for port in kind.ports(document)}
        complaints = [*self._strangers(typed, ours), *self._doors(typed, ports), *self._silent(typed, ours)]
        text = kind.moved(document, ours, ports)
        self.prepared = Moved(text, ports, ours, names, tuple(complaints), typed)
        return self.prepared.complaints

    def take_back(self) -> None:
        """The file was not taken: what was prepared before it holds."""
        self.prepared = self._before

    def test(self) -> tuple[Complaint, ...]:
        """The same with what the program itself says of it."""
        if self.kind is caddy:  # it has read it already
            return self.prepared.complaints
        file = self._write()
        code, output = self._run(self.kind.test(self._program, str(file)))
        if not code:
            return self.prepared.complaints
        return (self._complaint(output, self.prepared.typed), *self.prepared.complaints)

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """All that is found against the file without asking the program."""
        return self.prepared.complaints

    def judged(self, printed: str, _ending: Ending | None) -> tuple[Complaint, ...]:
        """What it said as it started."""
        return self.said(printed)

    def launch(self, running: Running) -> None:
        """Start it, without waiting."""
        argv = self.kind.run(self._program, str(self._write()))

        def environment(_run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
            return self._environment() | {PORTS: " ".join(f"{typed}:{real}" for typed, real in moved.items())}

        running.launch(argv, environment, self.prepared.ports, folder=self._workspace)

    def reload(self, _program: Program) -> Reloaded:
        """It has to be started anew. `complaints` with one that stops: it goes on as before."""
        return Reloaded(False, self.test())

    def said(self, output: str) -> tuple[Complaint, ...]:
        """What it has said when it ended, explained."""
        return (self._complaint(output, self.prepared.typed),) if output.strip() else ()

    def _read(self) -> str:
        try:
            with (self._workspace / self._spec.file).open("rb") as opened:
                return opened.read(LARGEST).decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
        except OSError as error:
            raise StackwalkError(
                f"{self._spec.file} cannot be read: {error.strerror or error}.", "Make it readable, then try again."
            ) from error

    def _document(self, typed: str) -> tuple[str, Complaint | None]:
        """What is moved: the text itself, or what Caddy makes of it."""
        if self.kind is not caddy:
            return typed, None
        code, output = self._run(caddy.adapt(self._program, self._spec.file))
        document = caddy.document_in(output)
        return document, self._complaint(output, typed) if code or not document else None

    def _write(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / ("caddy.json" if self.kind is caddy else self.kind.FILE)
        file.write_text(self.prepared.text, encoding="utf-8")
        if self.kind is not httpd:
            return file
        wrapper = self._folder / "wrapper.conf"
        wrapper.write_text(wrapped(self._folder, file))
        return wrapper

    def _environment(self) -> dict[str, str]:
        own = {name: os.environ[name] for name in ("TZ", "PATH") if name in os.environ}
        return own | {
            "HOME": str(self._folder),
            "XDG_DATA_HOME": str(self._folder),
            "XDG_CONFIG_HOME": str(self._folder),
        }

    def _run(self, argv: Sequence[str]) -> tuple[int | None, str]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._guardian.launch(
            argv, cwd=self._workspace, environment=self._environment(), limits=LIMITS
        ) as program:
            ending = program.wait(READING)
            said = program.output.text()
        if ending is None:
            return None, f"{self.kind.NAME} did not come to an end while it read the file"
        return ending.code if ending.signal is None else -ending.signal, said

    def _complaint(self, output: str, typed: str) -> Complaint:
        kind, output = self.kind, output.replace(f"{self._folder}{os.sep}", "")
        found = complained(kind, output, typed, self.prepared.addresses, self.prepared.ports)
        means = found.means or f"Those are {kind.NAME}'s own words, and it does not run with the file as it is."
        return self._remark(found, "error", means)

    def _remark(self, remark: Remark, severity: Severity, means: str = "") -> Complaint:
        said = remark.said.removesuffix(".")
        return Complaint(self._spec.file, remark.line, severity, said, means or remark.means, remark.try_this)

    def _strangers(self, typed: str, ours: Mapping[str, str]) -> list[Complaint]:
        # HAProxy would look the name up, which may take long, and not start; the others look when they are asked.
        severity: Severity = "error" if self.kind is haproxy else "note"
        return [self._remark(one, severity) for one in unknown(self.kind, typed, ours)]

    def _doors(self, typed: str, ports: Mapping[int, int]) -> list[Complaint]:
        return [self._remark(one, "warning") for one in doors(self.kind, typed, tuple(ports), self._spec.port)]

    def _silent(self, typed: str, ours: Mapping[str, str]) -> list[Complaint]:
        return [self._remark(one, "note") for one in silent(self.kind, typed, ours)]


def program_of(kind: ModuleType) -> str:
    """Where its program is: on the PATH, or where Debian keeps what only root needs. StackwalkError where it is not."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    found: str | None = next((place for name in kind.PROGRAMS if (place := shutil.which(name, path=path))), None)
    if found is None:
        others = " or ".join(each.NAME for each in KINDS.values() if each is not kind)
        raise StackwalkError(
            f"{kind.NAME} is not installed on this machine, and {kind.FILE} is for it.",
            f"Install it (Debian: apt install {kind.PACKAGE}; a Mac: brew install {kind.PACKAGE}), or choose {others}.",
        )
    return found


def wrapped(folder: Path, theirs: Path) -> str:
    """The file that Apache is started with. StackwalkError where its modules are not found."""
    modules = next((Path(one) for one in httpd.MODULES if Path(one).is_dir()), None)
    if modules is None:
        raise StackwalkError(
            "Apache is there, and its modules are not where they are usually kept.", "Install it again: apache2."
        )
    there = frozenset(one.name for one in modules.iterdir())
    text: str = httpd.wrapper(str(folder), str(modules), there, str(theirs), os.geteuid() == 0)
    return text
