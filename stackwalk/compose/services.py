"""A compose file as values: its services, and what each is built of, runs, publishes and mounts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DEFAULT_NETWORK = "default"


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a container that is reachable from outside of Compose's network."""

    target: str  # in the container; "80" or "8000-8010"
    published: str  # on the machine; "": one that Docker picks
    host_ip: str = ""
    protocol: str = "tcp"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder that a container finds at target."""

    kind: Literal["bind", "volume", "tmpfs", "config"]
    source: str  # bind and config: a path as it was typed, relative ones from the compose file's folder
    target: str
    read_only: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Build:
    """What an image is built from."""

    context: str  # a folder as it was typed
    dockerfile: str = "Dockerfile"  # relative to the context
    inline: str | None = None  # the Dockerfile itself, where it stands in the compose file
    target: str | None = None  # the stage at which the build ends
    args: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """One service: the container that Compose makes of it, or several."""

    name: str
    line: int = 0
    image: str | None = None
    build: Build | None = None
    command: tuple[str, ...] | None = None  # None: the image's own
    entrypoint: tuple[str, ...] | None = None
    working_dir: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    names: tuple[str, ...] = ()  # by which the others reach it, its own first
    networks: tuple[str, ...] = (DEFAULT_NETWORK,)
    network_mode: str | None = None
    waits_for: tuple[str, ...] = ()  # services that are started before it
    profiles: tuple[str, ...] = ()  # it is started only where one of them is asked for; empty: always
    copies: str = "1"  # how many containers, as typed
    restarts: bool = False  # one that has ended is started again
    risks: tuple[tuple[str, int], ...] = ()  # keys that open the machine, such as "privileged", with their lines
    lines: Mapping[str, int] = field(default_factory=dict)  # of its keys

    def line_of(self, key: str) -> int:
        """The line of one of its keys; where it has none, its own."""
        return self.lines.get(key, self.line)

    def reaches(self, other: "Service") -> bool:
        """Whether both are on one network, so that it finds the other by name."""
        return self.network_mode is None and other.network_mode is None and bool({*self.networks} & {*other.networks})


@dataclass(frozen=True, slots=True)
class ComposeFile:
    """What a compose file says."""

    services: tuple[Service, ...]
    notes: tuple[str, ...] = ()  # what Compose accepts, and somebody should know all the same
    unset: tuple[tuple[str, int], ...] = ()  # variables that nobody sets, and so are empty; with the lines that ask

    def named(self, name: str) -> Service | None:
        """The service that others reach by that name."""
        return next((service for service in self.services if name in service.names), None)
