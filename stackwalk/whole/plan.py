"""What a stack consists of, before anything of it runs: its parts, innermost first, and the hops between them.

Pure. What a lab declares and what the learner's files name comes in, a StackPlan comes out.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError

MOST_PARTS = 8  # behind the front: two cores have enough to do with four


class Declared(NamedTuple):
    """What a stack is made from."""

    front: ProgramSpec | None
    services: tuple[ProgramSpec, ...]  # all that are known by name; without a front, the program itself
    mounts: tuple[tuple[str, str], ...] = ()  # what the front's file calls things -> the workspace
    published: tuple[int, ...] = ()  # ports of the front to which a compose file leads clients


class Composed(NamedTuple):
    """What a compose file names that can run here."""

    services: tuple[ProgramSpec, ...] = ()
    mounts: tuple[tuple[str, str], ...] = ()  # of the containers that run no Gunicorn: target -> path in the workspace
    published: tuple[int, ...] = ()  # ports of the web server's container that clients outside can reach
    against: str = ""  # why the file could not be read; it adds nothing then


class Part(NamedTuple):
    """One program of a stack. Copies of a service are parts of their own: application-1, application-2 …"""

    name: str
    service: str  # the name that it is called by, which copies share
    spec: ProgramSpec


class Hop(NamedTuple):
    """From one part to the next: where a tap stands. It has the name of the part that it leads to."""

    source: str  # "client", or the name of a part
    target: str

    @property
    def name(self) -> str:
        """What traces and records call it."""
        return self.target

    @property
    def title(self) -> str:
        """As it is shown: "nginx – application1"."""
        return f"{self.source} – {self.target}"


class StackPlan(NamedTuple):
    """A stack: what stands behind the front, the front, and every hop between them."""

    services: tuple[Part, ...]  # in the order in which they are started
    front: Part | None  # the web server; None: the one service is the outermost program
    hops: tuple[Hop, ...]  # the client's first

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, innermost first."""
        return self.services if self.front is None else (*self.services, self.front)

    @property
    def outermost(self) -> Part:
        """The part that clients come to."""
        return self.parts[-1]

    def part(self, name: str) -> Part:
        """The part of that name; StackwalkError that lists what there is."""
        for part in self.parts:
            if part.name == name:
                return part
        there = ", ".join(part.name for part in self.parts)
        raise StackwalkError(f"The stack has no part called {name}.", f"Its parts are {there}: name one of them.")

    def copies(self, service: str) -> tuple[Part, ...]:
        """The parts that share a service's name, in their order."""
        return tuple(part for part in self.services if part.service == service)


def plan_stack(front: ProgramSpec | None, services: Sequence[ProgramSpec], named: Iterable[str] = ()) -> StackPlan:
    """The plan of a stack.

    `services`: all that are known; `named`: those that the front's file speaks to, each of which is started. Without
    a front the first service is the outermost program. Names that nobody knows are left out: it is for the front's
    own preparation to say that. Raises StackwalkError where it would be too many.
    """
    if front is None:
        part = Part(services[0].name, services[0].name, services[0]._replace(copies=1))
        return StackPlan((part,), None, (Hop("client", part.name),))
    known = {one.name: one for one in services}
    parts = tuple(part for name in dict.fromkeys(named) if name in known for part in _parts_of(known[name]))
    if len(parts) > MOST_PARTS:
        raise StackwalkError(
            f"{front.file} names {len(parts)} programs, more than the {MOST_PARTS} that run here at once.",
            "Take some of them out.",
        )
    hops = (Hop("client", front.name), *(Hop(front.name, part.name) for part in parts))
    return StackPlan(parts, Part(front.name, front.name, front), hops)


def _parts_of(spec: ProgramSpec) -> tuple[Part, ...]:
    if spec.copies == 1:
        return (Part(spec.name, spec.name, spec),)
    return tuple(Part(f"{spec.name}-{number}", spec.name, spec) for number in range(1, spec.copies + 1))


def declare(front: ProgramSpec, services: Sequence[ProgramSpec], added: Composed, *, compose_first: bool) -> Declared:
    """What a stack with a web server in front is made from."""
    return Declared(front, joined(services, added, compose_first=compose_first), added.mounts, added.published)


def joined(declared: Sequence[ProgramSpec], added: Composed, *, compose_first: bool) -> tuple[ProgramSpec, ...]:
    """All services by name: a lab's, and those of a compose file. `compose_first`: its commands win."""
    known = {one.name: one for one in declared}
    for one in added.services:
        if compose_first and one.name in known:
            own = known[one.name]
            known[one.name] = own._replace(run=one.run, file=one.file, port=one.port, settings="", settled=())
        else:
            known.setdefault(one.name, one)
    return tuple(known.values())
