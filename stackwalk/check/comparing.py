"""Asks the same of programs of several labs, side by side: `python -m stackwalk.check.comparing PARENT COURSE STEP
WORKSPACE`. Each program runs in a copy of the workspace; one that dies is started again for the next row."""

import contextlib
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from stackwalk.check.answer import Answer
from stackwalk.check.aside import Aside
from stackwalk.check.bench import Bench
from stackwalk.check.child import die_with_parent
from stackwalk.check.client import Connection
from stackwalk.check.compared import Cell, Column, Compared, from_json, to_json
from stackwalk.check.crash import last_crash
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.fresh import Fresh
from stackwalk.check.laid_out import lay_out
from stackwalk.check.opening import opened_bench
from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.scratch import make_scratch, remove
from stackwalk.check.server import Server
from stackwalk.check.transcript import Transcript
from stackwalk.check.verdict import Cause
from stackwalk.check.workspace import Workspace
from stackwalk.course.comparison import Comparison, Side, read_comparison
from stackwalk.course.lesson import Course, Step
from stackwalk.course.oddity import Oddity, Wait, joined
from stackwalk.errors import StackwalkError
from stackwalk.stack.launch import guarding

DEADLINE = 20.0  # seconds for one program's rows
PATIENCE = 0.6  # seconds that a client waits for an answer
ORDINARY = 1.5  # seconds that an ordinary client waits

_SEEN = {
    Cause.RESET: "a reset",
    Cause.SILENT: "no answer",
    Cause.TOO_SLOW: "no end",
    Cause.NOT_LISTENING: "no connection",
    Cause.WRONG_ANSWER: "what is not HTTP",
    Cause.TOO_MUCH_OUTPUT: "too much",
}


class Comparing(Aside):
    """A comparison that is under way in a process of its own."""

    def __init__(self, course: Course, step: Step, workspace: Path) -> None:
        super().__init__("stackwalk.check.comparing", str(course.root), step.id, str(workspace))

    def read(self) -> Compared | str | None:
        """Take in what has come: None until it is over, then the table, or why there is none."""
        said = self.hear()
        if said is None:
            return None
        with contextlib.suppress(ValueError):
            return from_json(said)
        return said.decode("utf-8", "replace") or "The comparison broke off, which is no fault of your program."


def compare(course: Course, step: Step, workspace: Path, *, seed: str = "", deadline: float = DEADLINE) -> Compared:
    """Play a step's comparison on the programs of a workspace, in copies of it.

    deadline: seconds for each program. Raises StackwalkError where the workspace cannot be copied.
    """
    comparison = _comparison_of(step)
    seed = seed or new_seed()
    columns = tuple(_column(course, comparison, side, workspace, seed, deadline) for side in comparison.sides)
    return Compared(comparison.title, comparison.says, tuple(row.name for row in comparison.rows), columns)


def _comparison_of(step: Step) -> Comparison:
    if step.comparison is None:
        raise StackwalkError(f"{step.id} compares nothing.", "`stackwalk list` shows the steps.")
    return read_comparison(step.comparison)


def _column(course: Course, comparison: Comparison, side: Side, workspace: Path, seed: str, deadline: float) -> Column:
    lab = course.lab(side.lab)
    file = lab.programs[0].file
    if not (workspace / file).is_file():
        return Column(side.name, problem=f"There is no {file} in your folder. Lab {lab.number} makes it.")
    plan = replace(Plan.of(course, str(lab.number), lab.steps, workspace, seed), budget=deadline)
    with contextlib.ExitStack() as stack:
        scratch = make_scratch()
        stack.callback(remove, scratch)
        bench = opened_bench(plan, scratch, stack.enter_context(guarding()))
        asked = _Asked(bench, course, side)
        cells: list[Cell] = []
        try:
            for row in comparison.rows:
                if bench.ground.budget.left <= 0:
                    return Column(side.name, tuple(cells), f"{side.name}: the time was over before the last rows.")
                cells.append(asked.ask(row))
        except LearnerFailure as failure:
            return Column(side.name, tuple(cells), f"{side.name}: {failure.message}")
        finally:
            asked.end()
    return Column(side.name, tuple(cells))


class _Asked:
    """One program, and one row after the other."""

    def __init__(self, bench: Bench, course: Course, side: Side) -> None:
        self._bench = bench
        self._spec = course.lab(side.lab).programs[0]
        fresh, workspace = Fresh(bench.seed, "comparison"), Workspace(bench.copy.root, bench.copy.origin)
        page = fresh.name(".html")
        self._secret = fresh.text()
        self._names = lay_out(
            fresh, workspace, page, fresh.text(), b"\x89PNG\r\n\x1a\n" + fresh.bytes(20_000), self._secret
        )
        self._names["ordinary"] = side.page.replace("{page}", page)
        self._server: Server | None = None

    def ask(self, row: Oddity) -> Cell:
        """Be that client, then an ordinary one. LearnerFailure where the program does not even start."""
        ground = self._bench.ground
        ground.begin(Transcript())
        server = self._running()
        got, right = self._be(row, server)
        after = self._after(server, waits=row.end == "stay")
        ground.close_connections()
        if after:
            self.end()
        return Cell(got, after, right)

    def end(self) -> None:
        """End the program; the next row gets a new one."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def _running(self) -> Server:
        if self._server is None or not self._server.running:
            self.end()
            self._server = self._bench.launch(self._spec)
        return self._server

    def _be(self, row: Oddity, server: Server) -> tuple[str, bool | None]:
        """What that client saw, and whether it is right."""
        got, right = "", None
        for _ in range(row.clients):
            try:
                got, right = self._meet(row, server.connect())
            except LearnerFailure as failure:
                got, right = _SEEN.get(Cause(failure.cause), "nothing"), False if row.gets else None
        return got, right

    def _meet(self, row: Oddity, connection: Connection) -> tuple[str, bool | None]:
        for act in joined(row.acts, self._names):
            if isinstance(act, Wait):
                connection.received(act.seconds)
            else:
                connection.send(act, PATIENCE)
        match row.end:
            case "half":
                connection.half_close()
            case "reset":
                connection.reset()
                return "", None
            case "close":
                connection.close()
                return "", None
            case "stay":
                return "", None
            case _:
                pass
        bare = "head" in row.gets or "no body" in row.gets
        answer = connection.answer("HEAD" if bare else "GET", PATIENCE, whole="inside" not in row.gets)
        after = connection.received(0.02)[len(answer.raw) :]
        connection.close()
        status = answer.status if answer.head_ended else None
        got = f"{status} {answer.reason}" if status is not None else "what is not HTTP" if answer.raw else "nothing"
        return got, self._is_right(row, answer, status, after) if row.gets else None

    def _is_right(self, row: Oddity, answer: Answer, status: int | None, after: bytes) -> bool:
        deserts = {
            "page": status == 200,
            "answer": status is not None,
            "refusal": status in (400, 404, 405, 413, 414, 431, 501),
            "head": status == 200 and not after.strip(),
            "no body": status is not None and not after.strip(),
            "inside": status is not None and self._secret.split("\n", maxsplit=1)[0].encode() not in answer.raw,
        }
        return all(deserts.get(one, False) for one in row.gets)

    def _after(self, server: Server, *, waits: bool) -> str:
        """What became of the program: empty where the next client is served."""
        if not waits:
            self._bench.ground.close_connections()
        died = _death(server)
        if died:
            return died
        try:
            answer = server.get(f"/{self._names['ordinary']}", patience=ORDINARY, whole=False)
        except LearnerFailure:
            return _death(server) or ("everybody else waits" if waits else "the next client gets nothing")
        return "" if answer.status == 200 else f"the next client gets {answer.status or 'nothing'}"


def _death(server: Server) -> str:
    try:
        server.must_be_running("")
    except LearnerFailure:
        crash = last_crash(server.output(), "")
        return "it dies" + (f": {crash.kind}" if crash is not None else "")
    return ""


def main() -> None:
    """Play the comparison that the arguments name, and print the table as JSON, or a sentence."""
    from stackwalk.course.reading import read_course

    parent, root, step, workspace = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    die_with_parent(int(parent))
    try:
        course = read_course(Path(root))
        said = to_json(compare(course, course.step(step), Path(workspace)))
    except StackwalkError as error:
        said = f"{error.what} {error.try_this}"
    os.write(sys.stdout.fileno(), said.encode())


if __name__ == "__main__":
    main()
