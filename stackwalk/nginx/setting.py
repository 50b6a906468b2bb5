"""Where a learner's nginx.conf is moved to: values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Address = tuple[str, int]  # an IP address without brackets, and a port


class Service(NamedTuple):
    """What one name in the file stands for, as Compose would have it.

    `port` is the one that it listens on under its name; `addresses` are where its copies really are, in the
    order in which nginx takes turns. None: it is known by name, and nothing of it runs.
    """

    port: int
    addresses: tuple[Address, ...]


class Setting(NamedTuple):
    """Everything that the rewriting needs to know; all paths are absolute, without a slash at the end."""

    run: str  # the run folder: what nginx writes lies there
    workspace: str  # the learner's folder as nginx gets to know it: a link in the run folder, of plain characters
    services: Mapping[str, Service]
    ports: Mapping[int, int]  # as typed in a `listen` -> of this machine
    home: str = ""  # the learner's folder as the learner knows it
    folder: str = ""  # the learner's folder as nginx's machine has it: "/service"
    mounts: Mapping[str, str] = MappingProxyType({})  # folder or file of the container -> of the workspace
    copies: str = ""  # the folder of the rewritten copies, which keep the workspace's tree
    provided: frozenset[str] = frozenset()  # what the image has in /etc/nginx, and the run folder in `image`
    ipv6: bool = True  # whether this machine has ::1
    guards_links: bool = True  # whether the system can open a file without following links
    published: tuple[int, ...] = (80,)  # ports of nginx's machine to one of which clients are led, the lab's first

    @property
    def http(self) -> str:
        """What stands at the head of every `http` block."""
        return f"{self.run}/http.conf"

    @property
    def maps(self) -> str:
        """Our maps, where they can't stand at that head."""
        return f"{self.run}/maps.conf"

    @property
    def no_links(self) -> tuple[str, str, str]:
        """The directive by which no link of the workspace is followed."""
        return ("disable_symlinks", "on", f"from={self.workspace}")

    @property
    def requests(self) -> str:
        """Our own access log."""
        return f"{self.run}/requests.jsonl"

    @property
    def errors(self) -> str:
        """Our own error log."""
        return f"{self.run}/error.log"

    @property
    def logs(self) -> str:
        """The folder of the learner's own logs."""
        return f"{self.run}/logs"
