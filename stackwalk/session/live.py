"""The loop of an open lab: events in, actions out, and every effect in between.

One thread waits for all that can happen: keys, clients, what crosses the door, what the checks find, and the
mailbox in which threads leave what learners save and what programs do. The rules are the session's; nothing
is decided here. Whatever happens, the terminal is given back, and nothing that was started lives on.
"""

import contextlib
import os
import select
import time
from collections import deque
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from stackwalk.check.aside import Aside
from stackwalk.check.comparing import Comparing
from stackwalk.check.day import Day
from stackwalk.check.plan import Plan, new_seed
from stackwalk.check.verdict import Finding, Verdict
from stackwalk.check.warm import Warm, warming
from stackwalk.course.lesson import Course, Lab, Progress, Step
from stackwalk.course.place import steps_to_grade
from stackwalk.course.progress import read_progress, update_progress
from stackwalk.course.readying import missing_before
from stackwalk.course.saves import Saves
from stackwalk.course.strays import find_stray
from stackwalk.course.typed import NOTHING, Typed
from stackwalk.course.workspace import Workspace, lock, put_start_files, saved_last
from stackwalk.errors import StackwalkError
from stackwalk.heeding import heeding, suspend
from stackwalk.screen.bottom import Bottom
from stackwalk.screen.console import Screen
from stackwalk.screen.news import draw_news
from stackwalk.screen.pages import draw_files
from stackwalk.screen.prompt import draw_prompt
from stackwalk.screen.safe import safe
from stackwalk.screen.stack import draw_parts, draw_stack
from stackwalk.session.choosing import python_of, step_to_open
from stackwalk.session.doors import Doors
from stackwalk.session.human_stage import HumanStage
from stackwalk.session.keyboard import Keyboard
from stackwalk.session.live_step import LiveStep
from stackwalk.session.mailbox import Mailbox
from stackwalk.session.programs import Programs
from stackwalk.session.sending import PATIENCE, PATIENCE_WITH_PEOPLE, Sending
from stackwalk.session.session import Action, Event, Session, Show, begin, react
from stackwalk.session.session.actions import (
    Aim,
    Become,
    CloseStage,
    DropCheck,
    DropComparison,
    DropDay,
    EndPrograms,
    Launch,
    Leave,
    OpenDoor,
    OpenStage,
    PlayComparison,
    PlayDay,
    PutStart,
    ReclaimDoor,
    RunCheck,
    Say,
    SendRequest,
    ShowHint,
    ShowJourney,
    ShowLesson,
    ShowSight,
    ShowStack,
    ShowVerdict,
    ShutDoor,
    WriteProgress,
)
from stackwalk.session.session.events import (
    CompareEnded,
    DoorShut,
    Found,
    InnerSighted,
    Judged,
    Key,
    LiveDone,
    NotJudged,
    Saved,
    StageListening,
    Strayed,
    Survived,
    Tick,
    Trouble,
)
from stackwalk.session.session.stack import stack_of
from stackwalk.session.session.state import Why, step_at_door
from stackwalk.session.session.workers import Workers
from stackwalk.session.sights import Sights
from stackwalk.session.stack_stage import StackDoor, StackStage
from stackwalk.stack.launch import guarding
from stackwalk.stack.telling import TellingPipe, Wrote, telling_pipe
from stackwalk.tap.tapping import Tap
from stackwalk.whole.journey import Journey
from stackwalk.wire.sight import Sight

Readable = Keyboard | Mailbox | Warm | Tap | HumanStage | Aside

TICK = 0.5  # seconds
OWN_WRITE = 500_000_000  # nanoseconds that a program may take to write a file once it has opened it


def live_lab(
    course: Course,
    workspace: Workspace,
    asked: str,
    *,
    port: int | None = None,
    screen: Screen,
    keyboard: int,
    typed: Typed = NOTHING,
) -> int:
    """Open a lab ("1") or a step ("1.2") in a terminal, until somebody leaves; return the exit status.

    `keyboard` is the terminal's descriptor, `port` the door where it is not the lesson's. The workspace is
    there. Raises StackwalkError where the lab can't be opened at all.
    """
    with lock(workspace):
        progress, damage = read_progress(workspace)
        step, why = step_to_open(course, progress, asked)
        lab = course.lab(step.lab)
        with contextlib.ExitStack() as stack:
            live = Live(course, workspace, screen, keyboard, stack, typed)
            stack.callback(live.mailbox.close)
            stack.enter_context(heeding(live.leave, live.look_again, lambda: live.bottom.writing, live.pause))
            live.tell(why, damage)
            lacks = missing_before(course, lab, workspace.root)
            if lacks:
                live.tell(lacks, None)
            live.open(lab, step, progress, port)
            live.run()
        live.bottom.show(Text(typed.again(f"All that ran is ended. To go on: stackwalk lab {lab.number}")))
        return live.status or 0


class Live:
    """An open lab with all that it holds; what it opens is closed by the stack, last things first."""

    def __init__(
        self,
        course: Course,
        workspace: Workspace,
        screen: Screen,
        keyboard: int,
        stack: contextlib.ExitStack,
        typed: Typed = NOTHING,
    ) -> None:
        self.bottom = Bottom(screen)
        self.mailbox = Mailbox()
        self.status: int | None = None  # with which to leave
        self.redraw = False
        self._pausing = False
        self._typed = typed
        self._course = course
        self._workspace = workspace
        self._keyboard = Keyboard(keyboard, self.bottom.write_raw, screen.moves)
        self._stack = stack
        self._waiting: deque[Event] = deque()
        self._doing: deque[Action] = deque()
        self._stage: LiveStep | None = None
        self._sights = Sights()
        self._workers = Workers()
        self._telling: TellingPipe | None = None
        self._wrote: dict[str, int] = {}  # what the programs have written: path, and when last
        self._started_in = _started_in()
        self._stray: str | None = None  # what was last said of a file in the wrong place
        self._run = 0
        self._day: Day | None = None
        self._day_number = 0
        self._comparing: tuple[int, Comparing] | None = None
        self._dropped: list[Aside] = []  # and not yet gone
        self._session: Session
        self._programs: Programs | StackStage
        self._warm: Warm
        self._doors: Doors | StackDoor = Doors()
        self._sending = Sending(self.mailbox.put)

    # Opening ----------------------------------------------------------------------------------------------

    def open(self, lab: Lab, step: Step, progress: Progress, port: int | None) -> None:
        """Show the first screen, and begin everything."""
        stack = self._stack
        guardian = stack.enter_context(guarding())
        self._warm = stack.enter_context(warming(self._course, again=True))
        stack.callback(self._end_asides)
        stack.callback(self._doors.close)
        stack.callback(self._sending.close)
        newest = saved_last(self._workspace.root, [one.file for one in lab.instead])
        specs = lab.programs_at(step, newest)
        with contextlib.suppress(OSError):  # without it, it is not known which process has which connection
            self._telling = stack.enter_context(telling_pipe())
        telling = None if self._telling is None else self._telling.path
        if specs and specs[0].server:
            stage = StackStage(
                guardian, self._workspace.root, specs[0], lab.services_at(step), self.mailbox.put, telling=telling
            )
            self._programs, self._doors = stage, StackDoor(stage)
        else:
            self._programs = Programs(guardian, self._workspace.root, specs, self.mailbox.put, telling)
        stack.callback(self._programs.close)
        stack.callback(self._give_terminal_back)
        self._take_terminal()
        self.bottom.show(draw_files(str(self._workspace.root), python_of(self._workspace.root), specs))
        files = lab.files
        saves = Saves(self._workspace.root, files, self._saved)
        self._session, actions = begin(
            self._course,
            lab,
            step,
            progress,
            present=self._present(files),
            at=time.monotonic(),
            port=port,
            folder=str(self._workspace.root),
            newest=newest,
        )
        saves.start()
        stack.callback(saves.stop)
        self._do(actions)

    def tell(self, why: str, damage: str | None) -> None:
        """Say why it opened at this step, and what was found damaged."""
        self.bottom.show(Text(safe(why)))
        if damage:
            self._waiting.append(Trouble(damage, ""))

    def leave(self, status: int) -> None:
        """Leave with that status, as soon as can be; may be called by a signal handler."""
        self.status = status
        self.mailbox.ring()

    def look_again(self) -> None:
        """The terminal was resized, or is ours again; may be called by a signal handler."""
        self.redraw = True
        self.mailbox.ring()

    def pause(self) -> None:
        """Stop, as soon as can be, until the shell says "go on"; may be called by a signal handler."""
        self._pausing = True
        self.mailbox.ring()

    def _saved(self, paths: tuple[str, ...]) -> None:
        self.mailbox.put(Saved(paths, self._present(self._session.lab.files), time.monotonic()))

    def _with_own_writes(self, saved: Saved) -> Saved:
        """The same, with what the programs themselves have written of it: the file is as old as their last write."""
        self._hear_programs()
        own = {path for path in saved.paths if self._is_own_write(self._workspace.root / path)}
        return replace(saved, own=frozenset(own))

    def _is_own_write(self, file: Path) -> bool:
        wrote = self._wrote.get(os.path.realpath(file))
        try:
            return wrote is not None and file.stat().st_mtime_ns <= wrote + OWN_WRITE
        except OSError:
            return False

    def _present(self, files: tuple[str, ...]) -> frozenset[str]:
        return frozenset(file for file in files if os.path.lexists(self._workspace.root / file))

    # The loop ---------------------------------------------------------------------------------------------

    def _look_for_stray(self) -> None:
        """Look for the program's file under other names and in other folders, while it is not there."""
        outer = self._session.outer
        if outer is None or self._session.present or self._session.let_go or self._stage is not None:
            self._stray = None
            return
        stray = find_stray(self._workspace.root, outer.spec.file, *self._started_in)
        if stray is not None and stray != self._stray:
            self._waiting.append(Strayed(stray))
        self._stray = stray

    def run(self) -> None:
        """Go on until somebody leaves."""
        ticked = time.monotonic()
        while self.status is None:
            if self._pausing:
                self._rest()
            self._draw_bottom()
            if not self._waiting:
                self._wait(max(0.0, ticked + TICK - time.monotonic()))
            if time.monotonic() >= ticked + TICK:
                ticked = time.monotonic()
                self._waiting.append(Tick(ticked))
                self._look_for_stray()
                self._show(*self._sights.quiet(ticked))
                if self._stage is not None:
                    self._stage.look()
            while self._waiting and self.status is None:
                self._happened(self._waiting.popleft())
            if self.bottom.screen.closed:
                return  # nobody sees anything any more

    def _rest(self) -> None:
        """Give the terminal back, and stop until the shell says "go on"."""
        self._pausing = False
        if self._stage is not None:
            self._stage.hide()
        self._give_terminal_back()
        suspend()
        self.redraw = True

    def _wait(self, seconds: float) -> None:
        """Wait for whatever comes first, and make events of it."""
        stage = None if self._stage is None else self._stage.stage
        sources: list[Readable] = [self._keyboard, self.mailbox, self._warm]
        comparing = None if self._comparing is None else self._comparing[1]
        sources += [one for one in (self._doors.tap, stage, self._day, comparing) if one is not None]
        due = seconds if self._warm.left is None else min(seconds, self._warm.left)
        ready = select.select(sources, [], [], due)[0]
        if self.status is not None or self._pausing:
            return  # what was typed behind Ctrl+C or Ctrl+Z is for the shell
        if self.mailbox in ready:
            self._waiting += self.mailbox.take()
        if self._keyboard in ready:
            self._read_keyboard()
        if self._doors.tap is not None and self._doors.tap in ready:
            self._waiting += self._doors.read()
        if self._warm in ready:
            self._judged(self._warm.read())
        elif self._warm.left == 0:
            self._judged(self._warm.give_up())
        if self._day is not None and self._day in ready:
            self._read_day(self._day)
        if self._comparing is not None and self._comparing[1] in ready:
            self._read_comparison(*self._comparing)
        if stage is not None and stage in ready and self._stage is not None:
            self._stage.look()

    def _read_keyboard(self) -> None:
        data = self._keyboard.read()
        if not data:
            self.status = 0  # the terminal is gone
        elif self._stage is not None:
            self._stage.type(data)
        else:
            self._waiting += self._keyboard.pressed(data)

    def _judged(self, came: list[Finding | Verdict]) -> None:
        for thing in came:
            event = Judged(self._run, thing) if isinstance(thing, Verdict) else Found(self._run, thing)
            self._waiting.append(event)

    def _read_day(self, day: Day) -> None:
        count = day.read()
        if count is not None:
            self._drop_day()
            self._waiting.append(Survived(self._day_number, count.survived, count.total, count.problem))

    def _read_comparison(self, number: int, comparing: Comparing) -> None:
        came = comparing.read()
        if came is not None:
            self._drop_comparison()
            compared, problem = (None, came) if isinstance(came, str) else (came, "")
            self._waiting.append(CompareEnded(number, compared, problem))

    # The actions ------------------------------------------------------------------------------------------

    def _happened(self, event: Event) -> None:
        if isinstance(event, Saved):
            event = self._with_own_writes(event)
            if isinstance(self._programs, StackStage):
                self._programs.saved(set(event.paths) - event.own)
        if isinstance(event, InnerSighted):
            self._hear_programs()
            self._workers.note(event.sight)
        self._session, actions = react(self._session, event)
        self._do(actions)

    def _do(self, actions: tuple[Action, ...]) -> None:
        self._doing += actions
        while self._doing:
            self._perform(self._doing.popleft())

    def _perform(self, action: Action) -> None:
        match action:
            case Launch(program, launch, moved):
                self._programs.launch(program, launch, moved)
            case Become(specs, services):
                if isinstance(self._programs, StackStage):
                    self._programs.become(specs[0], services)
                else:
                    self._programs.become(specs)
            case EndPrograms():
                self._programs.end_all()
            case RunCheck(run, step):
                self._check(run, step)
            case DropCheck():
                self._warm.cancel()
            case Aim(target):
                self._waiting += self._doors.aim(target)
            case OpenDoor(port):
                # At once, for what is drawn next names the door; what is said of it comes below that.
                self._session, later = react(self._session, self._doors.open(port))
                self._doing += later
            case ReclaimDoor(port):
                opened = self._doors.reclaim(port)
                if opened is not None:
                    self._waiting.append(opened)
            case ShutDoor():
                self._doors.close()
                self._waiting.append(DoorShut())
            case OpenStage():
                self._open_stage()
            case CloseStage():
                self._close_stage()
            case WriteProgress(progress):
                self._write(progress)
            case SendRequest(line):
                self._send(line)
            case PutStart(step):
                self._put(step)
            case Leave(status):
                self.status = status
            case PlayDay() | DropDay() | PlayComparison() | DropComparison():
                self._perform_aside(action)
            case _:
                self._draw(action)

    def _perform_aside(self, action: PlayDay | DropDay | PlayComparison | DropComparison) -> None:
        """What the program and the lesson do not wait for."""
        match action:
            case PlayDay(day):
                self._play_day(day)
            case DropDay():
                self._drop_day()
            case PlayComparison(number, step):
                self._play_comparison(number, step)
            case DropComparison():
                self._drop_comparison()

    def _draw(self, action: Show) -> None:
        match action:
            case ShowSight(sight):
                self._show_sight(sight)
            case ShowStack():
                self._hear_programs()
                if self._session.parts:
                    self._show(draw_parts(self._session, self._workers, time.monotonic()))
                else:
                    self._show(draw_stack(stack_of(self._session, self._workers, time.monotonic())))
            case ShowJourney(journey, ports):
                self._show_journey(journey, ports)
            case _:
                self._show_news(action)

    def _check(self, run: int, step: str) -> None:
        self._run = run
        try:
            progress = self._session.progress
            grading = steps_to_grade(self._course, progress, step)
            here = self._session.checking is not Why.LOOK and step not in progress.passed
            self._warm.start(Plan.to_grade(self._course, grading, self._workspace.root, new_seed(), here=here))
        except StackwalkError as error:
            self._waiting.append(NotJudged(run, error.what, error.try_this))
        except OSError as error:
            why = f"The checks could not be started: {error.strerror or error}."
            self._waiting.append(NotJudged(run, why, "Press r to try again."))

    def _play_day(self, number: int) -> None:
        self._drop_day()
        self._day_number = number
        try:
            self._day = Day(self._course, self._session.lab, self._workspace.root)
        except OSError as error:
            why = f"A day on the internet could not be played: {error.strerror or error}."
            self._waiting.append(Survived(number, 0, 0, why))

    def _drop_day(self) -> None:
        """Have the day under way end, and bury those before it that have ended; nothing here waits."""
        day, self._day = self._day, None
        if day is not None:
            self._drop(day)

    def _play_comparison(self, number: int, step: Step) -> None:
        self._drop_comparison()
        try:
            self._comparing = number, Comparing(self._course, step, self._workspace.root)
        except OSError as error:
            why = f"The programs could not be compared: {error.strerror or error}."
            self._waiting.append(CompareEnded(number, None, why))

    def _drop_comparison(self) -> None:
        comparing, self._comparing = self._comparing, None
        if comparing is not None:
            self._drop(comparing[1])

    def _drop(self, aside: Aside) -> None:
        aside.drop()
        self._dropped.append(aside)
        for gone in [one for one in self._dropped if one.gone]:
            gone.close()
            self._dropped.remove(gone)

    def _end_asides(self) -> None:
        self._drop_day()
        self._drop_comparison()
        for aside in self._dropped:
            aside.close()

    def _write(self, progress: Progress) -> None:
        try:
            update_progress(self._workspace, partial(_merged, now=progress))
        except StackwalkError as error:
            self._waiting.append(Trouble(error.what, error.try_this))

    def _put(self, step: Step) -> None:
        try:
            put = put_start_files(self._workspace, step)
        except StackwalkError as error:
            self._waiting.append(Trouble(error.what, error.try_this))
            return
        if put:
            self._show(Text(f"Put into your folder: {', '.join(file.name for file in put)}"))

    def _send(self, line: str) -> None:
        self._show(Text(f"$ {safe(line)}", style="bold", no_wrap=True, overflow="ignore"))
        self._sending.send(line, PATIENCE if self._stage is None else PATIENCE_WITH_PEOPLE)

    def _open_stage(self) -> None:
        self.bottom.end()
        self._stage = LiveStep(self.bottom, self._typed_command, self._answered)
        self._stack.callback(self._close_stage)
        self._take_terminal()
        self._waiting.append(StageListening(self._stage.stage.port))

    def _close_stage(self) -> None:
        stage, self._stage = self._stage, None
        if stage is not None:
            stage.close()
            self._take_terminal()

    def _typed_command(self, letter: str) -> None:
        self._waiting.append(Key(letter, time.monotonic()))

    def _answered(self) -> None:
        self._waiting.append(LiveDone())

    # The screen -------------------------------------------------------------------------------------------

    def _show(self, *parts: RenderableType) -> None:
        if not parts:
            return
        if self._stage is not None:
            self._stage.show(*parts)
        else:
            self.bottom.show(*parts)

    def _show_sight(self, sight: Sight) -> None:
        self._hear_programs()
        self._workers.note(sight)
        several = any(one.processes for one in self._session.programs)
        pid = self._workers.who(sight.connection) if several else None
        self._show(*self._sights.draw(sight, self.bottom.width, time.monotonic(), pid))

    def _show_journey(self, journey: Journey, ports: tuple[int | None, ...]) -> None:
        self._hear_programs()
        pids = tuple(None if port is None else self._workers.who_took(port) for port in ports)
        self._show(*self._sights.draw_journey(journey, pids, self.bottom.width, time.monotonic()))

    def _hear_programs(self) -> None:
        """What the probe has told by now: it tells before the answer is sent, so it is here before that is seen."""
        for told in () if self._telling is None else self._telling.read():
            if isinstance(told, Wrote):
                self._wrote[os.path.realpath(told.path)] = told.at
                continue
            match told.kind:
                case "listen":
                    self._workers.listens(told.pid)
                case "serve":
                    self._workers.serves(told.pid)
                case "accept":
                    self._workers.accepts(told.pid, told.port)

    def _show_news(self, news: Show) -> None:
        if isinstance(news, ShowLesson | ShowHint):
            news = replace(news, step=step_at_door(self._session, news.step))
        if isinstance(news, Say):
            news = replace(news, text=self._typed.again(news.text))
        if isinstance(news, ShowVerdict):
            news = replace(news, next_line=self._typed.again(news.next_line))
        drawn = draw_news(news, self._course, self.bottom.width)
        if drawn is not None:
            self._show(drawn)

    def _draw_bottom(self) -> None:
        again, self.redraw = self.redraw, False
        if again:
            self._take_terminal()
        if self._stage is None:
            self.bottom.line(draw_prompt(self._session, self.bottom.width - 1), always=again)
        else:
            self._stage.begin(f"http://{self._session.address}")
            if again:
                self._stage.redraw()

    def _take_terminal(self) -> None:
        self.bottom.end()
        self._keyboard.take(lines=self._stage is not None)

    def _give_terminal_back(self) -> None:
        self.bottom.end()
        self._keyboard.give_back()


def _started_in() -> tuple[Path, ...]:
    """The folder in which stackwalk was started; none where that is gone."""
    try:
        return (Path.cwd(),)
    except OSError:
        return ()


def _merged(before: Progress, now: Progress) -> Progress:
    """What stands in the file and what this lab knows: a check beside it may have passed a step meanwhile."""
    progress = before.passing(*now.passed)
    for step, level in now.hints.items():
        progress = progress.hinting(step, level)
    opened = tuple(dict.fromkeys((*before.opened, *now.opened)))
    return replace(progress, opened=opened, current=now.current)
