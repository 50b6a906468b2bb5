"""The web server in front: its file prepared for this machine, launched, reloaded, its logs read."""

from collections.abc import Callable, Mapping
from pathlib import Path

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.setting import Service
from stackwalk.stack.environment import PORTS
from stackwalk.stack.launch import Guardian, Program
from stackwalk.stack.nginx import Nginx, Prepared, prepare, reload
from stackwalk.whole.running import Running


class Front:
    """nginx of one stack."""

    def __init__(self, nginx: Nginx, guardian: Guardian, workspace: Path, run_folder: Path) -> None:
        self.nginx = nginx
        self._guardian = guardian
        self._workspace = workspace
        self._run_folder = run_folder
        self._prepared: Prepared | None = None

    @property
    def prepared(self) -> Prepared:
        """The file as it was last prepared."""
        if self._prepared is None:
            raise RuntimeError("the file was not prepared")
        return self._prepared

    @prepared.setter
    def prepared(self, value: Prepared) -> None:
        self._prepared = value

    @property
    def named(self) -> tuple[str, ...]:
        """The services that the file speaks to, in their order in it."""
        return self.prepared.named

    def prepare(self, services: Mapping[str, Service]) -> tuple[Complaint, ...]:
        """Read the learner's file and write the copy that runs; what is said against it."""
        ports = {} if self._prepared is None else self._prepared.ports
        self._prepared = prepare(self.nginx, self._workspace, self._run_folder, services, ports=ports)
        return self._prepared.complaints

    def launch(self, running: Running) -> None:
        """Start it, without waiting."""
        prepared = self.prepared

        def environment(_run_dir: Path, moved: Mapping[int, int]) -> dict[str, str]:
            # What the probe gets: so its listeners are known by the ports that were typed.
            return dict(prepared.environment) | {PORTS: " ".join(f"{typed}:{real}" for typed, real in moved.items())}

        running.launch(prepared.argv, environment, prepared.ports, folder=prepared.folder)

    def reload(self, program: Program, before: Prepared, restart: Callable[[], None]) -> tuple[Complaint, ...]:
        """Let it take the file as it was last prepared; what is said against it then."""
        told = reload(program, before, self.prepared, self._guardian)
        if told.restart:
            restart()
        return (*self.prepared.complaints, *told.complaints)

    def said(self, output: str) -> tuple[Complaint, ...]:
        """What it has said when it ended, explained."""
        return tuple(self.prepared.explain(output))
