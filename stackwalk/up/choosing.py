"""What `up` runs: the outermost layer that a workspace has, with all under it. Pure."""

from collections.abc import Callable, Sequence

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.whole.plan import Composed, Declared, joined

Layer = tuple[tuple[ProgramSpec, ...], tuple[ProgramSpec, ...]]  # the programs of a lab, and its services


def choose(labs: Sequence[Layer], has: Callable[[str], bool], added: Composed) -> Declared:
    """The stack of a workspace. `has`: whether a file is in it; `added`: what its compose file names.

    The labs build one layer on the other, so the last lab whose program's file is there has the outermost one.
    Raises StackwalkError where there is nothing to run.
    """
    for programs, known in reversed(labs):
        spec = programs[0]
        if not has(spec.file):
            continue
        if not spec.server:
            return Declared(None, (_settled(spec, has),))
        services = tuple(_settled(one, has) for one in known)
        return Declared(spec, joined(services, added, compose_first=True), added.mounts)
    files = " or ".join(dict.fromkeys(programs[0].file for programs, _ in reversed(labs)))
    raise StackwalkError(f"There is nothing to run here yet: no {files}.", "Begin with `stackwalk lab 1`.")


def _settled(spec: ProgramSpec, has: Callable[[str], bool]) -> ProgramSpec:
    """Where the learner has a settings file, what it settles is not said on the command line."""
    return spec._replace(run=spec.settled) if spec.settings and has(spec.settings) else spec
