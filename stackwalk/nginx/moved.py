"""What comes of moving a file: its new text, and all that was learnt on the way. Values."""

from typing import Literal, NamedTuple

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.setting import Address


class Group(NamedTuple):
    """An upstream of ours that stands for a `host:port` of the file."""

    name: str
    typed: str
    addresses: tuple[Address, ...]


class Aim(NamedTuple):
    """A host, or a whole URL, that a request has a part in: the wrapper's map leads it to a service or nowhere."""

    variable: str  # of the map: "sw_aim_1a2b3c4d"
    typed: str  # with its variables
    scheme: str  # the expression that it begins with where it is a whole URL, else ""
    port: int  # where none is in it


class Log(NamedTuple):
    """A log that the learner asked for."""

    typed: str  # as in the file
    path: str  # where it is
    kind: Literal["access", "error"]


class Block(NamedTuple):
    """A server or a location: what our access log calls `key`."""

    key: str
    file: str
    line: int
    kind: str  # "server" or "location"
    title: str  # as typed: "location /api/"
    around: tuple[str, ...] = ()  # keys of the blocks around it, outermost first


class Reading(NamedTuple):
    """A path that nginx opens for reading. Whether a link leads it out is for the file system to say."""

    path: str
    typed: str
    directive: str
    file: str
    line: int


class Rewritten(NamedTuple):
    """A file for this machine."""

    text: str
    complaints: tuple[Complaint, ...] = ()
    groups: tuple[Group, ...] = ()
    logs: tuple[Log, ...] = ()
    blocks: tuple[Block, ...] = ()
    readings: tuple[Reading, ...] = ()
    aims: tuple[Aim, ...] = ()
    names: tuple[tuple[str, str], ...] = ()  # as it is here -> as it was typed
