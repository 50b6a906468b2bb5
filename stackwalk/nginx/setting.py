"""Where a learner's nginx.conf is moved to: values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Address = tuple[str, int]  # an IP address without brackets, and a port


@dataclass(frozen=True, slots=True)
class Service:
    """What one name in the file stands for, as Compose would have it.

    `port` is the one that it listens on under its name; `addresses` are where its copies really are, in the
    order in which nginx takes turns. None: it is known by name, and nothing of it runs.
    """

    port: int
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that the rewriting needs to know; all paths are absolute, without a slash at the end."""

    run: str  # the run folder: logs, caches and temporary files lie there
    workspace: str  # the learner's folder, as it is known to nginx (a link in the run folder)
    services: Mapping[str, Service]
    ports: Mapping[str, int]  # a `listen` as `listening.key_of` names it -> a port of this machine
    mounts: Mapping[str, str] = field(
        default_factory=dict
    )  # container folder -> folder of the workspace ("" is itself)
    copies: str = ""  # the folder of the rewritten copies, which keep the workspace's tree
    version: tuple[int, ...] = (1, 31)
    ipv6: bool = True  # whether this machine has ::1
