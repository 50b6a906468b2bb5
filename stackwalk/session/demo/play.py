"""Play a lab by itself: what a learner would read, type, send and see, and the checks that judge it.

Nothing is made up: what is typed is the course's own solution, what runs is launched from it, the traffic is
what crossed the tap, the verdicts are the checker's. What the demo knows of a lab it reads from the course.
"""

import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome
from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.course.place import steps_to_grade
from stackwalk.course.program import ProgramSpec
from stackwalk.course.readying import make_ready
from stackwalk.course.workspace import saved_last
from stackwalk.errors import StackwalkError
from stackwalk.screen.console import Screen
from stackwalk.screen.exchanges import (
    draw_exchange,
    draw_heads,
    draw_remarks,
    draw_unanswered,
    draw_unreadable,
)
from stackwalk.screen.lesson import draw_heading
from stackwalk.screen.news import draw_printed
from stackwalk.screen.safe import safe, safe_block
from stackwalk.screen.typing_hand import type_line
from stackwalk.screen.verdict import draw_verdict
from stackwalk.session.demo.asking import Ask, Client, ask_from, asking
from stackwalk.session.demo.change import Change
from stackwalk.session.demo.folder import changes_for, give, save, throw_away
from stackwalk.session.demo.live import LivePlay
from stackwalk.session.demo.pace import Pace, Stopped, pacing
from stackwalk.session.human_stage import hosting
from stackwalk.session.stack_stage import declared_in
from stackwalk.stack.answering import Question
from stackwalk.stack.environment import free_port, learner_environment
from stackwalk.stack.launch import Guardian, Program, guarding
from stackwalk.stack.limits import Ending, Limits
from stackwalk.stack.listening import Listener
from stackwalk.tap.door import DoorTaken, next_free_port
from stackwalk.tap.tapping import Tap, tapping
from stackwalk.whole.stack import Stack
from stackwalk.whole.tail import Tail
from stackwalk.wire.message import Exchange
from stackwalk.wire.sight import Answered, Closed, Sight, Unanswered, Unreadable

LOOK = 0.7  # seconds for a person to look at what has come
LETTER = 0.007  # seconds after each letter of a file
START = 30.0  # seconds until a program listens, on a machine that is very busy
HEADS = frozenset(("-v", "--verbose", "-i", "--include", "-I", "--head"))  # of curl: the answer's head is shown, too
PRINT = 0.5  # seconds that something printed may take to be seen; many programs print nothing
ANSWER = 10.0  # seconds until a request is over
TRIES = 5  # doors that somebody may snatch away
SHOWN = 6  # lines of a page, or of what a program printed


class NobodyReads(Exception):
    """Whoever read the output has gone: there is nobody left to play for."""


class FellShort(Exception):
    """Something did not pass: an exit status, and what is said of it."""

    def __init__(self, said: str, status: int = 1) -> None:
        super().__init__(said)
        self.said = said
        self.status = status


def play(
    course: Course, lab: Lab, *, all_steps: bool, console: Screen, fast: bool | None = None, port: int | None = None
) -> int:
    """Play the lab's core steps (`all_steps`: each one) in a folder that is gone afterwards; the exit status.

    0: all that was shown has passed. 1, 2, 3: as the checker says of what did not. Also 0: Ctrl+C. `fast`: without
    pauses, the default where nobody watches a terminal. `port`: the door, the lab's own by default; one that is
    taken is exchanged for the next free one. Raises StackwalkError where nothing can be played.
    """
    steps = tuple(step for step in lab.steps if all_steps or step.core)
    if not steps:
        raise StackwalkError(f"Lab {lab.number} has no step that can be played.", "Choose another lab.")
    with pacing(not console.is_terminal if fast is None else fast) as pace:
        try:
            with throw_away() as workspace, _door(lab, port, console) as tap:
                _Demo(course, lab, console, pace, workspace, tap).play(steps)
        except FellShort as short:
            console.print(Text(safe(short.said), style="bold yellow"))
            return short.status
        except NobodyReads:
            return 0
        except Stopped as stopped:
            console.print()
            console.print(Text("The demo was stopped, and nothing of it is left."))
            return 0 if stopped.signal == signal.SIGINT else 128 + stopped.signal
    return 0


@contextlib.contextmanager
def _door(lab: Lab, port: int | None, console: Screen) -> Iterator[Tap]:
    wanted = port or lab.programs[0].clients_at
    with contextlib.ExitStack() as stack:
        for _ in range(TRIES):
            try:
                tap = stack.enter_context(tapping(port=wanted, target=None))
            except DoorTaken as taken:
                wanted = next_free_port(wanted)
                console.print(Text(safe(f"{taken.what} The demo takes port {wanted} instead.")))
            else:
                break
        else:
            raise StackwalkError(f"No port near {wanted} stays free.", "Choose another one with --port.")
        yield tap


class _Demo:
    def __init__(self, course: Course, lab: Lab, console: Screen, pace: Pace, workspace: Path, tap: Tap) -> None:
        self._course = course
        self._lab = lab
        self._console = console
        self._pace = pace
        self._workspace = workspace
        self._tap = tap
        self._progress = Progress()
        self._checks = 0

    def play(self, steps: tuple[Step, ...]) -> None:
        self._say(Text(safe(f"Lab {self._lab.number}: {self._lab.title}"), style="bold"))
        self._say(Text("It plays by itself, in a folder that is thrown away. Ctrl+C ends it."))
        before = make_ready(self._course, self._lab, self._workspace)
        if before:
            self._say(Text(safe(f"Here already, from the labs before: {', '.join(before)}")))
        for step in steps:
            self._say(Text(), draw_heading(step), Text(safe_block(step.essence)))
            self._pace.pause(2 * LOOK)
            self._progress = self._progress.opening(step.id)
            if step.live:
                self._live(step)
            else:
                self._build(step)
            self._progress = self._progress.passing(step.id)
        self._end(steps)

    def _end(self, steps: tuple[Step, ...]) -> None:
        graded = sum(not step.live for step in steps)
        said = f"{graded} steps, {self._checks} checks, all passed." if graded else "That was real traffic."
        self._say(Text(), Text(f"✔ {said} Nothing was made up.", style="bold green"))
        self._say(Text("Now yours, in your own editor:  ").append(f"stackwalk lab {self._lab.number}", style="bold"))

    def _say(self, *parts: RenderableType) -> None:
        for part in parts:
            self._console.print(part)
        if self._console.closed:
            raise NobodyReads
        self._pace.check()

    # The learner is the server ----------------------------------------------------------------------------

    def _live(self, step: Step) -> None:
        for ask in self._asks(step):
            self._say(Text(), _command(ask.line))
            with hosting() as stage:
                self._tap.aim(("127.0.0.1", stage.port))
                address = f"http://localhost:{self._tap.port}"
                hand = LivePlay(stage, address, self._say, self._type_slowly, self._pace)
                with asking(ask) as client:
                    arrived = hand.answer(client)
                self._tap.aim(None)
            if not arrived:
                raise FellShort("The client did not get the answer that was typed.")
            self._traffic(heads=False)
            self._pace.pause(2 * LOOK)

    def _type_slowly(self, before: str, text: str) -> None:
        self._line(before, text, "bold", 8 * LETTER)
        self._pace.pause(LOOK / 2)

    def _line(self, before: str, text: str, style: str, each: float = 0.0) -> None:
        drawn = Text(safe(text.expandtabs(4)), style=style)
        each = 0.0 if self._pace.fast else each
        type_line(self._console, before, drawn, pause=self._pace.pause, each=each)
        if self._console.closed:
            raise NobodyReads
        self._pace.check()

    # A program is the server ------------------------------------------------------------------------------

    def _build(self, step: Step) -> None:
        given = give(step, self._workspace)
        if given:
            self._say(Text(safe(f"Given with the step: {', '.join(given)}")))
        for change in changes_for(step, self._workspace):
            self._type(change)
            save(step, change.name, self._workspace)
        with guarding() as guardian, contextlib.ExitStack() as stack:
            if self._lab.programs_at(step)[0].server:
                self._play_stack(self._launch_stack(guardian, stack, step), step)
            else:
                self._play(self._launch(guardian, stack, step), step)
            self._tap.aim(None)
        self._judge(step)

    def _play(self, outermost: Program, step: Step) -> None:
        self._say(Text())
        for ask in self._asks(step):
            mark = outermost.output.mark()
            self._ask(ask)
            self._printed(self._output_since(outermost, mark))
            self._pace.pause(LOOK)

    def _ask(self, ask: Ask) -> None:
        self._say(_command(ask.line))
        with asking(ask) as client:
            self._take_answer(client)
        self._traffic(heads=not HEADS.isdisjoint(ask.line.split()))

    def _launch_stack(self, guardian: Guardian, opened: contextlib.ExitStack, step: Step) -> Stack:
        """Start the web server with all that its file names, and lead the door to it."""
        scratch = opened.enter_context(throw_away())
        newest = saved_last(self._workspace, [one.file for one in self._lab.instead])
        front = self._lab.programs_at(step, newest)[0]
        declared = declared_in(self._workspace, front, self._lab.services_at(step))
        stack = opened.enter_context(
            Stack(
                declared,
                guardian,
                workspace=self._workspace,
                scratch=scratch,
                limits=Limits(),
                environment=lambda run_dir, moved: learner_environment(self._workspace, run_dir, moved),
            )
        )
        door = free_port()
        stack.prepare(door)
        stack.start()
        if not stack.await_ready(START):
            late = ", ".join(one.name for one in stack.parts if one.state != "ready")
            raise FellShort(f"Of the stack this is not ready: {late}.")
        behind = " and ".join(part.name for part in stack.plan.services) or "nothing"
        port = stack.running(stack.plan.outermost.name).port
        self._say(Text(), _command(front.line), Text(f"  listening on port {port}, before {behind}", style="green"))
        self._tap.aim(("127.0.0.1", door))
        return stack

    def _play_stack(self, stack: Stack, step: Step) -> None:
        """Ask, and show who was asked for each, and what the web server writes down."""
        tails = [] if stack.front is None else [Tail(path) for path in stack.front.logs.values()]
        self._say(Text())
        for ask in self._asks(step):
            for tail in tails:
                tail.read()
            before = len(stack.record.exchanges)
            self._ask(ask)
            stack.hear()
            outermost = stack.plan.outermost.name
            asked = [hop for hop, _ in list(stack.record.exchanges)[before:] if hop != outermost]
            self._say(Text(safe(f"  asked behind it: {', '.join(asked) or 'nobody'}"), style="dim"))
            self._printed("\n".join(line for tail in tails for line in tail.read()))
            self._pace.pause(LOOK)

    def _type(self, change: Change) -> None:
        self._say(Text(), Text(safe(change.name), style="bold"))
        for piece in change.pieces:
            match piece.kind:
                case "typed":
                    self._line("  + ", piece.text, "green", LETTER)
                case "gone":
                    self._line("  - ", piece.text, "red")
                case "same":
                    self._line("    ", piece.text, "dim")
                case "skipped":
                    self._line("    ", f"… ({piece.text} lines stay)", "dim")
        self._pace.pause(LOOK)

    def _launch(self, guardian: Guardian, stack: contextlib.ExitStack, step: Step) -> Program:
        """Start the lab's programs, innermost first, and lead the door to the outermost."""
        programs = self._lab.programs_at(step)
        specs = [spec for spec in programs if (self._workspace / spec.file).exists()]
        if not specs:
            raise FellShort(f"There is nothing to run: {programs[0].file} is missing.")
        moved = {port: free_port() for spec in specs for port in spec.moved}
        for spec in reversed(specs):
            run = stack.enter_context(throw_away())
            program = stack.enter_context(
                guardian.launch(
                    spec.run,
                    cwd=self._workspace,
                    environment=learner_environment(self._workspace, run, moved),
                    limits=Limits(),
                )
            )
            listener = self._await_ready(program, spec)
            self._say(Text(), _command(spec.line), Text(f"  listening on port {spec.port}", style="green"))
        self._tap.aim((listener.address, listener.port))
        return program

    def _await_ready(self, program: Program, spec: ProgramSpec) -> Listener:
        listener = self._await_listening(program, spec.port)
        if not spec.answers:
            return listener
        question = Question("::1" if ":" in listener.address else "127.0.0.1", listener.port)
        deadline = time.monotonic() + START
        try:
            while not question.look():
                if program.poll() is not None or time.monotonic() > deadline:
                    raise FellShort(f"The program does not answer: {program.output.text()[-2000:]}")
                self._pace.wait([], 0.01)
        finally:
            question.close()
        return listener

    def _await_listening(self, program: Program, port: int) -> Listener:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            self._pace.check()
            heard = program.await_listening(port, 0.25)
            if isinstance(heard, Listener):
                return heard
            if isinstance(heard, Ending):
                raise FellShort(f"The program ended before it listened: {program.output.text()[-2000:]}")
        raise FellShort(f"The program does not listen on port {port}.")

    def _take_answer(self, client: Client) -> None:
        deadline = time.monotonic() + ANSWER
        while not client.ended:
            if time.monotonic() > deadline:
                raise FellShort("The request was not answered in time.")
            self._pace.wait([client], 0.25)
            client.read()

    def _output_since(self, program: Program, mark: int) -> str:
        """What the program printed meanwhile. It comes on a way of its own, and may be later than the answer."""
        deadline = time.monotonic() + PRINT
        while program.output.total == mark and time.monotonic() < deadline and program.poll() is None:
            self._pace.wait([], 0.005)
        return program.output.since(mark)

    def _printed(self, text: str) -> None:
        lines = tuple(text.rstrip("\n").split("\n")) if text.strip() else ()
        if lines:
            self._say(draw_printed(self._lab.programs[0].name, lines[:SHOWN], max(0, len(lines) - SHOWN)))

    # Both -------------------------------------------------------------------------------------------------

    def _asks(self, step: Step) -> list[Ask]:
        moved = {self._lab.programs[0].clients_at: self._tap.port}
        return [ask_from(line, moved) for line in step.send]

    def _traffic(self, heads: bool) -> None:
        """Show what the tap saw of the request that is over, both heads too where they are asked for."""
        for sight in self._sights():
            self._say(*_drawn(sight, self._console.width, heads))

    def _sights(self) -> list[Sight]:
        seen: list[Sight] = []
        deadline = time.monotonic() + ANSWER
        while not any(isinstance(sight, Closed) for sight in seen):
            if time.monotonic() > deadline:
                raise FellShort("The tap did not report the request that went through it.")
            self._pace.wait([self._tap], 0.25)
            seen += self._tap.read()
        return seen

    def _judge(self, step: Step) -> None:
        grading = steps_to_grade(self._course, self._progress, step.id)
        plan = Plan.to_grade(self._course, grading, self._workspace, new_seed())
        verdict = grade(plan)
        self._pace.check()
        self._say(Text(), draw_verdict(verdict, self._console.width))
        if verdict.outcome is not Outcome.PASSED:
            raise FellShort(f"{step.id} should have passed. `stackwalk course check` says more.", verdict.exit_code)
        self._checks += sum(finding.step == step.id for finding in verdict.findings)
        self._pace.pause(2 * LOOK)


def _command(line: str) -> Text:
    return Text("$ ", style="dim").append(safe(line), style="bold")


def _drawn(sight: Sight, width: int, heads: bool) -> list[Text]:
    match sight:
        case Answered(_, _, exchange):
            lines = draw_heads(exchange) if heads else []
            return [draw_exchange(exchange, width), *draw_remarks(exchange), *lines, *_page(exchange)]
        case Unanswered():
            return draw_unanswered(sight, width)
        case Unreadable():
            return draw_unreadable(sight, width)
    return []


def _page(exchange: Exchange) -> list[Text]:
    """The beginning of a body, as far as it is text."""
    body = b"" if exchange.response is None else exchange.response.body.replace(b"\r\n", b"\n")
    lines = safe_block(body, 2000).rstrip("\n").split("\n") if body else []
    shown = [Text(f"    {line}", style="bold") for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        shown.append(Text(f"    … ({len(lines) - SHOWN} more lines)", style="dim"))
    return shown
