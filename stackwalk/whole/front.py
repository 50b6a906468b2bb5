"""The web server in front: its file prepared for this machine, launched, reloaded, its logs read."""

import re
from collections.abc import Mapping
from pathlib import Path

from stackwalk.course.program import ProgramSpec
from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.setting import Service
from stackwalk.stack.environment import PORTS
from stackwalk.stack.launch import Guardian, Program
from stackwalk.stack.limits import Ending
from stackwalk.stack.nginx.finding import Nginx
from stackwalk.stack.nginx.preparing import DEFAULT_MOUNTS, Prepared, prepare
from stackwalk.stack.nginx.reloading import Reloaded, reload
from stackwalk.whole.running import Running

_NO_TROUBLE = re.compile(r"\S+ \S+ \[(?:notice|info|debug)\] ")  # the levels below a warning


class Front:
    """nginx of one stack."""

    tells_at_start = True  # what it says of its file when it is tested it says when it is started, too

    def __init__(
        self,
        nginx: Nginx,
        guardian: Guardian,
        workspace: Path,
        spec: ProgramSpec,
        run_folder: Path,
        mounts: Mapping[str, str],
        published: tuple[int, ...] = (),
    ) -> None:
        """published: ports to which a compose file leads clients, where that is another one than the lab's."""
        self.nginx = nginx
        self._file = spec.file
        self._ports = (spec.port, *published)
        self._mounts = dict(DEFAULT_MOUNTS) | ({spec.folder: ""} if spec.folder else {}) | dict(mounts)
        self._services: Mapping[str, Service] = {}
        self._guardian = guardian
        self._workspace = workspace
        self._run_folder = run_folder
        self._prepared: Prepared | None = None
        self._before: Prepared | None = None  # as it was prepared the time before

    @property
    def prepared(self) -> Prepared:
        """The file as it was last prepared."""
        if self._prepared is None:
            raise RuntimeError("the file was not prepared")
        return self._prepared

    def take_back(self) -> None:
        """The file was not taken: what was prepared before it holds."""
        self._prepared = self._before

    @property
    def files(self) -> tuple[Path, ...]:
        """The learner's files, to be watched."""
        return self.prepared.files

    @property
    def logs(self) -> dict[str, Path]:
        """The learner's own logs: as they are called -> where they are written."""
        return {log.typed: Path(log.path) for log in self.prepared.logs}

    @property
    def image_logs(self) -> tuple[Path, ...]:
        """What the official image prints where the learner's file names no log of its own: requests, and errors."""
        return Path(self.prepared.setting.logs) / "access.log", self.errors

    def logged(self, line: str) -> str | None:
        """A line of those as the learner reads it; None: it tells what nginx does by itself, a worker that starts."""
        if _NO_TROUBLE.match(line):
            return None
        setting = self.prepared.setting
        return line.replace(setting.workspace, setting.folder or setting.home)

    @property
    def requests(self) -> Path:
        """Its log of ours: who was asked for each request."""
        return self.prepared.requests

    @property
    def errors(self) -> Path:
        """What it has to say while it runs."""
        return self.prepared.errors

    @property
    def port(self) -> int:
        """The port, as typed, that clients are led to: the lab's, else one that a compose file publishes."""
        listened = self.prepared.listened
        return next((port for port in self._ports if port in listened), self._ports[0])

    @property
    def named(self) -> tuple[str, ...]:
        """The services that the file speaks to, in their order in it."""
        known = {f"{host}:{port}": name for name, one in self._services.items() for host, port in one.addresses}
        return tuple(dict.fromkeys(known[here] for here, _ in self.prepared.names if here in known))

    def prepare(self, services: Mapping[str, Service]) -> tuple[Complaint, ...]:
        """Read the learner's file and write the copy that runs; what was found against it on the way."""
        self._services = services
        self._before = self._prepared
        ports = None if self._prepared is None else self._prepared.ports
        self._prepared = prepare(
            self.nginx,
            self._workspace,
            self._run_folder,
            services,
            ports=ports,
            mounts=self._mounts,
            published=self._ports,
            file=self._file,
        )
        return self._prepared.against

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """All that is found against the file without asking nginx."""
        return self.prepared.complaints

    def judged(self, printed: str, ending: Ending | None) -> tuple[Complaint, ...]:
        """The same with what it said of it as it started: what it printed, and how it ended."""
        return self.prepared.judged(printed, ending)

    def test(self) -> tuple[Complaint, ...]:
        """The same with what nginx itself says of it."""
        return self.prepared.test(self._guardian)

    def launch(self, running: Running) -> None:
        """Start it, without waiting."""
        prepared = self.prepared

        def environment(_run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
            # What the probe gets: so its listeners are known by the ports that were typed.
            return dict(prepared.environment) | {PORTS: " ".join(f"{typed}:{real}" for typed, real in moved.items())}

        prepared.pid_file.unlink(missing_ok=True)
        running.launch(prepared.argv, environment, prepared.ports, folder=prepared.folder)

    def reload(self, program: Program) -> Reloaded:
        """Let it take the file as it was last prepared."""
        program.move(self.prepared.ports)
        return reload(program, self.prepared, self._guardian)

    def said(self, output: str) -> tuple[Complaint, ...]:
        """What it has said when it ended, explained."""
        return tuple(self.prepared.explain(output))
