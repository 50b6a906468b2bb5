"""What an open lab makes of the news about the learner's program: it listens, it prints, it ends. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from stackwalk.session.session.actions import (
    Action,
    Aim,
    OpenDoor,
    Say,
    ShowPrinted,
    ShowSight,
    ShowStack,
    ShowTraceback,
)
from stackwalk.session.session.events import (
    NotStarted,
    Port,
    Printed,
    ProgramEnded,
    ProgramListening,
    ProgramProcesses,
)
from stackwalk.session.session.moves import Reaction, check, launch
from stackwalk.session.session.state import Phase, Running, Session, Turn, Why, same_error
from stackwalk.wire.sight import Closed, Sight

SLOW_START = 3.0  # seconds until it is said that nothing listens yet
GONE_SHOWN = 3  # processes of a program that are remembered when they have ended
AT_ONCE = 1.0  # seconds between the end of a silent connection and the end of the program that it caused

_LIMITS = {
    "too-much-output": "it printed more than can be kept",
    "too-much-memory": "it took too much memory",
    "too-many-processes": "it started too many processes",
    "too-slow": "it used too much processor time",
}
_SAVE_OR_R = "It starts again when you save, or when you press r."


def listening(session: Session, event: ProgramListening) -> Reaction:
    """A program listens, or has stopped to."""
    index = _index(session, event.launch)
    if index is None:
        return session, ()
    program = session.programs[index]
    target = _target(event.ports, _typed(program, event.ports))
    name = program.spec.file
    taken_as_typed = any(port.number == port.typed == program.spec.port for port in event.ports)
    if session.movable and program.moved and taken_as_typed:
        return _take_turns(session, program)
    actions: tuple[Action, ...]
    if target is not None and not event.answers:
        # Clients are let in: they wait for the code behind the port, as they would without us.
        program = replace(program, phase=Phase.STARTING, ports=event.ports)
        actions = ()
    elif target is not None:
        started = program.phase is not Phase.LISTENING and bool(program.processes)
        program = replace(program, phase=Phase.LISTENING, ports=event.ports, heard=True)
        actions = (Say(_listens(session, program), "good"), *((ShowStack(),) if started else ()))
        session = replace(session, heard=True)
    elif event.ports:
        program = replace(program, phase=Phase.ELSEWHERE, ports=event.ports)
        actions = (Say(_listens_elsewhere(session, program), "bad"),)
    else:
        gone = program.phase in (Phase.LISTENING, Phase.ELSEWHERE)
        program = replace(program, phase=Phase.STARTING, ports=())
        actions = (Say(f"{name} runs on, and has stopped listening.", "bad"),) if gone else ()
    if index == 0:
        actions = (Aim(target), *actions)
    return _with(session, index, program), actions


def processes(session: Session, event: ProgramProcesses) -> Reaction:
    """A program's processes have changed: who is there now, and who is new in the place of whom."""
    index = _index(session, event.launch)
    if index is None:
        return session, ()
    program = session.programs[index]
    known, now = program.processes, event.others
    left = tuple(sorted(set(known) - set(now)))
    new = tuple(sorted(set(now) - set(known))) if known else ()
    gone = _replaced((*program.gone, *((pid, None) for pid in left)), new)
    program = replace(program, first=event.first, processes=now, gone=gone[-GONE_SHOWN:])
    session = _with(session, index, program)
    if program.phase is not Phase.LISTENING:
        return session, ()  # it is drawn once it answers
    if not known:
        return session, (ShowStack(),) if now else ()
    told = [f"{_listed(left)} ended" if left else "", f"{_listed(new)} started" if new else ""]
    text = f"{program.spec.run[0]}: {', '.join(filter(None, told))}. v shows the stack as it is."
    return session, (Say(text),)


def _replaced(gone: tuple[tuple[int, int | None], ...], new: tuple[int, ...]) -> tuple[tuple[int, int | None], ...]:
    """Who came in whose place: the first that is new for the first that ended."""
    coming = iter(new)
    return tuple((pid, next(coming, None) if after is None else after) for pid, after in gone)


def _listed(pids: Iterable[int]) -> str:
    return " ".join(str(pid) for pid in sorted(pids))


def ended(session: Session, event: ProgramEnded) -> Reaction:
    """A program has ended, and nobody asked it to."""
    index = _index(session, event.launch)
    if index is None:
        return session, ()
    program = session.programs[index]
    crashed = event.code != 0 and event.cause is None
    session = _with(
        session,
        index,
        replace(
            program,
            phase=Phase.ENDED,
            ports=(),
            traceback=event.traceback,
            crashed_at=event.at if crashed else None,
        ),
    )
    if _door_in_its_way(session, program, event):
        return _give_way(session, program)
    file = program.spec.file
    actions: list[Action] = [Aim(None)] if index == 0 else []
    if event.traceback and not same_error(event.traceback, session.judged):
        actions.append(ShowTraceback(file, event.traceback))
    session = replace(session, judged="")
    if event.left_behind:
        more = ", ".join(event.left_behind)
        actions.append(Say(f"It had left processes behind, which have been ended: {more}.", "bad"))
    if index == 0 and _killed_by_silence(session):
        session, restarted = _restart_after_silence(session, event.at)
        return session, (*actions, *restarted)
    actions.append(Say(f"{_how_it_ended(program, event)} {_SAVE_OR_R}", "bad"))
    return session, tuple(actions)


def not_started(session: Session, event: NotStarted) -> Reaction:
    """A program could not be launched."""
    index = _index(session, event.launch)
    if index is None:
        return session, ()
    session = _with(session, index, replace(session.programs[index], phase=Phase.ENDED))
    aim: tuple[Action, ...] = (Aim(None),) if index == 0 else ()
    return session, (*aim, Say(f"{event.what} {event.try_this}", "bad"))


def printed(session: Session, event: Printed) -> Reaction:
    """A program printed."""
    index = _index(session, event.launch)
    if index is None:
        return session, ()
    return session, (ShowPrinted(session.programs[index].spec.file, event.lines, event.dropped),)


def sighted(session: Session, sight: Sight, at: float) -> Reaction:
    """Something crossed the door."""
    # In the live step the learner's own screen shows what comes in.
    shown = () if session.stage_open else (ShowSight(sight),)
    if not isinstance(sight, Closed) or sight.client_bytes or sight.by != "client":
        return session, shown
    session = replace(session, silent_at=sight.at)
    if not _killed_by_silence(session):
        return session, shown
    session, restarted = _restart_after_silence(session, at)
    return session, (*shown, *restarted)


def too_slow(session: Session, at: float) -> Reaction:
    """Say once of each program that it runs and does not listen."""
    for index, program in enumerate(session.programs):
        waits = program.phase is Phase.STARTING and not program.heard and not program.slow_said
        if waits and at - program.since >= SLOW_START:
            text = f"{program.spec.file} runs, and has not begun to listen on port {program.spec.port}."
            late = [part.name for part in session.parts if part.state not in ("ready", "ended")]
            if late:
                text = f"The stack starts: {' and '.join(late)} {'is' if len(late) == 1 else 'are'} not ready yet."
            elif program.ports:
                text = f"Port {program.spec.port} is open, and nothing answers yet: is your code still being imported?"
            return _with(session, index, replace(program, slow_said=True)), (Say(text, "bad"),)
    return session, ()


def _index(session: Session, number: int) -> int | None:
    return next((index for index, one in enumerate(session.programs) if one.launch == number), None)


def _with(session: Session, index: int, program: Running) -> Session:
    programs = (*session.programs[:index], program, *session.programs[index + 1 :])
    return replace(session, programs=programs)


def _typed(program: Running, ports: tuple[Port, ...]) -> int:
    """The port that is looked for: a web server's may be another than the lesson's, where a compose file says so."""
    return ports[0].typed if program.spec.server and ports else program.spec.port


def _target(ports: tuple[Port, ...], typed: int) -> Port | None:
    """Where to reach it: IPv4 first, for that is what the lessons type."""
    fitting = [port for port in ports if port.typed == typed and _loopback(port.address) is not None]
    if not fitting:
        return None
    best = min(fitting, key=lambda port: ":" in (_loopback(port.address) or ""))
    return replace(best, address=_loopback(best.address) or best.address)


def _loopback(address: str) -> str | None:
    """The loopback address by which a listening one is reached; None: there is none."""
    if address in ("", "0.0.0.0", "*"):
        return "127.0.0.1"
    if address.startswith("127."):
        return address
    if address.startswith("::ffff:127."):
        return address.removeprefix("::ffff:")
    return "::1" if address in ("::", "::1") else None


def _listens(session: Session, program: Running) -> str:
    again = "listens again" if session.heard else "listens"
    typed = _typed(program, program.ports)
    if session.outer is None or session.outer.launch != program.launch or session.door is None:
        return f"{program.spec.file} {again} on port {typed}."
    if session.door == program.spec.clients_at:
        where = f"on port {typed}: " if typed == session.door else f"on port {typed}. Open "
        return f"{program.spec.file} {again} {where}http://{session.address}"
    why = ""
    if any(port.number == typed for port in program.ports):
        why = f" ({typed} is its own, and what is sent there is not seen here)"
    elif session.holder:
        why = f" ({program.spec.clients_at} is taken)"
    elif session.resting:
        why = f" ({program.spec.clients_at} is not free yet)"
    return f"{program.spec.file} {again}. Open http://{session.address}{why}"


def _listens_elsewhere(session: Session, program: Running) -> str:
    file, wanted = program.spec.file, program.spec.port
    other = sorted({port.typed for port in program.ports if port.typed != wanted})
    if other:
        where = " and ".join(str(port) for port in other)
        return (
            f"{file} listens on port {where}; the lesson says {wanted}, so nothing that is sent to "
            f"localhost:{session.door or wanted} reaches it."
        )
    where = ", ".join(sorted({port.address for port in program.ports}))
    return f"{file} listens on {where} only, which localhost:{session.door or wanted} does not reach."


def _how_it_ended(program: Running, event: ProgramEnded) -> str:
    file = program.spec.file
    if event.cause in _LIMITS:
        return f"{file} was stopped: {_LIMITS[event.cause]}."
    if event.signal is not None:
        return f"{program.spec.name if program.spec.server else file} was ended by signal {event.signal}."
    if event.code == 0:
        before = "listened, came to its last line" if program.heard else "came to its last line"
        return f"{file} {before} and ended by itself."
    other = next((port for port in event.refused if port != program.spec.port), None)
    if other is not None:
        return (
            f"{file} asks for port {other}, where somebody listens already, be it a check's own run of {file}; the "
            f"lesson says {program.spec.port}."
        )
    if event.traceback:
        return f"{file} ended with the traceback above."
    return f"{file} ended with exit status {event.code}."


def _door_in_its_way(session: Session, program: Running, event: ProgramEnded) -> bool:
    """Whether it died of our own door: the probe can't move every program's port.

    Where the probe saw the refusal it was not the door's: a port that the probe sees is moved, and another one
    than the lesson's is not ours.
    """
    words = event.traceback + event.last_words
    return (
        session.movable
        and program.moved
        and not program.heard
        and not event.refused
        and session.door == program.spec.port
        and event.code != 0
        and "ddress already in use" in words
    )


def _give_way(session: Session, program: Running) -> Reaction:
    """The port itself is the program's, once the checks have had theirs: what they met may have been our door."""
    typed = program.spec.port
    session, run = check(replace(session, movable=False, turn=Turn.CHECKS), _why_again(session))
    text = (
        f"{program.spec.file} takes port {typed} in a way that cannot be moved, so it gets {typed} itself, "
        "and the door is now another one."
    )
    return session, (Say(text, "ask"), OpenDoor(typed + 1), Aim("hold"), *run)


def _take_turns(session: Session, program: Running) -> Reaction:
    """It has the very port that the checks need too."""
    session, run = check(replace(session, movable=False), _why_again(session))
    text = (
        f"{program.spec.file} takes port {program.spec.port} in a way that cannot be moved, so the checks and it "
        "take turns there."
    )
    return session, (Say(text, "ask"), *run)


def _why_again(session: Session) -> Why:
    return Why.SAVED if session.saved_since else Why.LOOK


def _killed_by_silence(session: Session) -> bool:
    program = session.outer
    if program is None or program.crashed_at is None or session.silent_at is None:
        return False
    return program.heard and abs(program.crashed_at - session.silent_at) <= AT_ONCE


def _restart_after_silence(session: Session, at: float) -> Reaction:
    # Each silent connection explains one death only.
    session, launched = launch(replace(session, silent_at=None), session.present, at)
    text = (
        "A client connected, said nothing and hung up, and the program ended of that: browsers open such "
        "spare connections. It has been started again at once; a later step is the cure."
    )
    return session, (Say(text, "ask"), *launched)
