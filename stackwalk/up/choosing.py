"""What `up` runs: the outermost layer that a workspace has, with all under it. Pure."""

from collections.abc import Callable, Sequence

from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.whole.plan import Composed, Declared, declare

# Of a lab: its programs, its services, and what may stand in the place of the outermost program.
Layer = tuple[tuple[ProgramSpec, ...], tuple[ProgramSpec, ...], tuple[ProgramSpec, ...]]
Newest = Callable[[Sequence[str]], Sequence[str]]  # which of these files are there, the one saved last first


def choose(labs: Sequence[Layer], newest: Newest, added: Composed, wanted: str | None = None) -> Declared:
    """The stack of a workspace. `newest` looks into it; `added`: what its compose file names.

    The labs build one layer on the other, so the last lab whose program's file is there has the outermost one; of
    those that may stand in its place the one that was saved last. `wanted`: the file of the program that is to be the
    outermost one. Raises StackwalkError where there is nothing to run.
    """

    def has(file: str) -> bool:
        return bool(newest([file]))

    for programs, known, instead in reversed(labs):
        there = newest([one.file for one in instead])
        specs = (
            programs[0],
            *sorted((one for one in instead if one.file in there), key=lambda one: there.index(one.file)),
        )
        spec = next((one for one in specs if has(one.file) and wanted in (None, one.file)), None)
        if spec is None:
            continue
        if not spec.server:
            return Declared(None, (_settled(spec, has),))
        services = tuple(_settled(one, has) for one in known)
        return declare(spec, services, added, compose_first=True)
    known_files = [file for programs, _, instead in reversed(labs) for file in _files(programs, instead)]
    files = ", ".join(dict.fromkeys(known_files))
    if wanted is not None:
        what = f"There is no {wanted} here" if wanted in known_files else f"{wanted} is no file that up can begin with"
        raise StackwalkError(f"{what}.", f"It runs one of {files}.")
    raise StackwalkError(f"There is nothing to run here yet: none of {files}.", "Begin with `stackwalk lab 1`.")


def _files(programs: Sequence[ProgramSpec], instead: Sequence[ProgramSpec]) -> list[str]:
    return [programs[0].file, *(one.file for one in instead)]


def _settled(spec: ProgramSpec, has: Callable[[str], bool]) -> ProgramSpec:
    """Where the learner has a settings file, what it settles is not said on the command line."""
    return spec._replace(run=spec.settled) if spec.settings and has(spec.settings) else spec
