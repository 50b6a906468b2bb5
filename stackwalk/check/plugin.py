"""The pytest plugin of labs' checks: their fixtures, and what holds between one check and the next.

The runner gives it a Bench. Under plain pytest (`python -m pytest -p stackwalk.check.plugin labs/…/check.py`)
it makes one itself from --stackwalk-workspace or $STACKWALK_WORKSPACE; both ways run the same checks alike.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stackwalk.check.bench import Bench
from stackwalk.check.errand import Errand
from stackwalk.check.failure import LearnerFailure
from stackwalk.check.fresh import Fresh
from stackwalk.check.opening import opened_bench
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace
from stackwalk.course.program import ProgramSpec
from stackwalk.stack.launch import guarding

if TYPE_CHECKING:
    from stackwalk.check.stack import Stack

BENCH = pytest.StashKey[Bench]()
_OPEN = pytest.StashKey[ExitStack]()
PREFIX = "test_"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of plain pytest."""
    group = parser.getgroup("stackwalk")
    group.addoption("--stackwalk-workspace", metavar="DIR", help="the workspace that is checked")
    group.addoption("--stackwalk-seed", metavar="SEED", help="repeat the draws of a run")


def check_name(item: pytest.Item) -> str:
    """The name of a check: its function's, without test_."""
    return item.name.removeprefix(PREFIX)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tell the bench which check begins."""
    bench_of(item.config).begin(item.path, check_name(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run the check; a program that it used must live on, and one that failed is not used again."""
    bench = bench_of(item.config)
    used = getattr(item, "funcargs", {})
    server: Server | Stack | None = used.get("server") or used.get("stack")
    try:
        yield
        if server is not None:
            server.must_go_on()
        if "stack" in used:
            bench.remark(used["stack"])
    except LearnerFailure as failure:
        better = failure if server is None else server.better(failure)
        better.works = "" if server is None else server.works()
        better.stands = better.stands or better.where()
        if "stack" in used:
            better.notes = used["stack"].notes()
        bench.failed(better.cause)
        if better is failure:
            raise
        raise better from None
    except BaseException:
        bench.spoil()
        raise


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """What the check opened is closed, and what it launched ends."""
    bench_of(item.config).end_check()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Under plain pytest: end what the bench holds."""
    opened = config.stash.get(_OPEN, None)
    if opened is not None:
        opened.close()


def bench_of(config: pytest.Config) -> Bench:
    """The bench of this run; under plain pytest it is made at the first check."""
    bench = config.stash.get(BENCH, None)
    if bench is None:
        bench = config.stash[BENCH] = _own_bench(config)
    return bench


def _own_bench(config: pytest.Config) -> Bench:
    from stackwalk.check.plan import Plan, new_seed
    from stackwalk.course.reading import read_course

    given = config.getoption("--stackwalk-workspace") or os.environ.get("STACKWALK_WORKSPACE")
    if not given:
        raise pytest.UsageError("name the workspace: --stackwalk-workspace DIR")
    checks = {Path(argument.partition("::")[0]).absolute() for argument in config.args}
    first = min(checks)  # labs/1-sockets/3-resources/check.py
    course = read_course(first.parents[2] if first.name == "check.py" else first.parents[1])
    seed = config.getoption("--stackwalk-seed") or new_seed()
    plan = Plan.of(course, "all", course.steps, Path(given), seed)
    opened = config.stash[_OPEN] = ExitStack()
    scratch = Path(tempfile.mkdtemp(prefix="stackwalk-pytest-"))
    opened.callback(shutil.rmtree, scratch, ignore_errors=True)
    return opened_bench(plan, scratch, opened.enter_context(guarding()))


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The lab's program, launched from the learner's file and listening."""
    return bench_of(request.config).server()


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> "Stack":
    """The lab's web server and the services behind it, launched from the learner's files and ready."""
    return bench_of(request.config).stack()


@pytest.fixture
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """What is drawn anew on each run."""
    return bench_of(request.config).fresh


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says something to the learner that is read where the check passes: a figure, or what could be better."""
    return bench_of(request.config).ground.notes.append


@pytest.fixture
def workspace(request: pytest.FixtureRequest) -> Workspace:
    """The copy of the learner's workspace, to write and edit in."""
    copy = bench_of(request.config).copy
    return Workspace(copy.root, copy.origin)


class Launch:
    """Launches other programs than the lab's own for one check."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def __call__(
        self, run: Sequence[str], *, file: str, port: int, ready: bool = True, answers: bool = False
    ) -> Server:
        """Launch a command in the workspace's copy; file is what must be there, port the one that it types.

        Waits until it listens (answers: until it has answered a request, too) unless ready is False. It ends with
        the check.
        """
        return self._bench.launch(ProgramSpec(file, tuple(run), file, port, answers), ready=ready)


@pytest.fixture
def launch(request: pytest.FixtureRequest) -> Iterator[Launch]:
    """Launches other programs than the lab's own for one check."""
    yield Launch(bench_of(request.config))


class Run:
    """Runs commands in the workspace's copy that come to an end by themselves."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def __call__(self, run: Sequence[str], *, file: str, called: str = "") -> Errand:
        """Start a command; file is what must be there, `called` what the learner knows it by.

        It is waited for with `wait(seconds)`.
        """
        return self._bench.errand(tuple(run), file, called)


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs commands in the workspace's copy that come to an end by themselves."""
    yield Run(bench_of(request.config))
