"""The rules of step 1.0: the learner is the server, and types its answers.

Callers are answered one after the other; connections that say nothing are counted and never waited for.
Each typed line goes out at once. What a client could not read is held with a sentence, and goes as it is when
it is typed again. After the first line of the page the connection is closed: that end is what completes it.
"""

from dataclasses import replace

from stackwalk.session.human import remark
from stackwalk.session.human.caller import Answer, Caller, Human
from stackwalk.session.human.event import (
    Brought,
    Called,
    Close,
    Command,
    Connected,
    HangUp,
    HumanAct,
    HumanEvent,
    Left,
    Line,
    Odd,
    Received,
    Send,
    Show,
    Succeeded,
    Tell,
)
from stackwalk.session.human.first_line import EXAMPLE, slip_in

PAGE = "Hi there!"
_LETTERS = frozenset("qnbhls?")
_WORDS = {
    "quit": "q",
    "exit": "q",
    "next": "n",
    "back": "b",
    "hint": "h",
    "list": "l",
    "send": "s",
    "help": "?",
}
_AGAIN = "(Not sent. The same line once more, and it goes as it is.)"

Reaction = tuple[Human, tuple[HumanAct, ...]]


def react_human(human: Human, event: HumanEvent) -> Reaction:
    """What follows from one event: the next state, and what to do, in order."""
    match event:
        case Connected(number):
            return replace(human, silent=human.silent | {number}), ()
        case Called(number, request):
            return _called(human, Caller(number, request))
        case Brought(number, body):
            return _brought(human, number, body)
        case Odd(number, oddity):
            return replace(human, silent=human.silent - {number}), (Tell("note", remark.ODD[oddity]),)
        case Left(number):
            return _left(human, number)
        case Received(number):
            return _received(human, number)
        case Line(text):
            return _lines(human, text)
        case HangUp():
            return _hung_up(human)


def proposed_answer(caller: Caller) -> tuple[str, ...]:
    """The lines that are a whole answer to this caller, as the sentences propose them."""
    head = (remark.wanted_first_line(caller), "")
    return head if caller.method == "HEAD" else (*head, PAGE)


# Those who call -------------------------------------------------------------------------------------------


def _called(human: Human, caller: Caller) -> Reaction:
    human = replace(human, silent=human.silent - {caller.number})
    if human.current is None:
        return _turn_to(human, caller)
    human = replace(human, waiting=(*human.waiting, caller))
    count = len(human.waiting)
    waits = "It waits" if count == 1 else f"Now {count} wait"
    return human, (
        Tell(
            "waits",
            f"{caller.named} asks for {caller.asked_for} as well. {waits} until this one has its answer.",
        ),
    )


def _turn_to(human: Human, caller: Caller) -> Reaction:
    human = replace(human, current=caller, phase="first line", held=None, answer=Answer())
    acts: list[HumanAct] = [
        Tell("asks", f"{caller.named} asks for {caller.asked_for}. This is what it sent, byte for byte:"),
        Show(caller.number, caller.request),
    ]
    if caller.body:
        acts.append(Show(caller.number, caller.body))
    acts += [Tell("note", text) for text in remark.on_request(caller)]
    acts.append(Tell("type", f"It waits for you. The first line: {remark.wanted_first_line(caller)}"))
    return human, tuple(acts)


def _brought(human: Human, number: int, body: bytes) -> Reaction:
    if human.current is not None and human.current.number == number:
        return replace(human, current=_with(human.current, body)), (Show(number, body),)
    waiting = tuple(_with(caller, body) if caller.number == number else caller for caller in human.waiting)
    return replace(human, waiting=waiting), ()


def _with(caller: Caller, body: bytes) -> Caller:
    return replace(caller, body=caller.body + body)


def _left(human: Human, number: int) -> Reaction:
    if human.current is not None and human.current.number == number:
        gone = Tell("gone", remark.on_leaving(human.answer, human.current))
        human, acts = _next(human)
        return human, (gone, *acts)
    for caller in human.waiting:
        if caller.number == number:
            waiting = tuple(other for other in human.waiting if other is not caller)
            gone = Tell("gone", f"{caller.named} that waited for {caller.asked_for} has gone.")
            return replace(human, waiting=waiting), (gone,)
    for pair in human.sent_off:
        if pair[0].number == number:
            sent_off = tuple(other for other in human.sent_off if other is not pair)
            gone = Tell("gone", f"{pair[0].named} broke off before it had read the end. Let it ask again.")
            return replace(human, sent_off=sent_off), (gone,)
    return replace(human, silent=human.silent - {number}), ()


def _received(human: Human, number: int) -> Reaction:
    found = next((pair for pair in human.sent_off if pair[0].number == number), None)
    if found is None:
        return human, ()
    human = replace(human, sent_off=tuple(pair for pair in human.sent_off if pair is not found))
    caller, answer = found
    if not answer.whole:
        return human, ()
    acts: list[HumanAct] = [Succeeded(number)]
    if not human.succeeded:
        where = "Look at its tab" if caller.is_browser else f"Look at what {caller.name} printed"
        acts.append(Tell("done", f"{where}: “{answer.page}” came from your fingers. You were the server."))
    if human.silent and not human.spares_told:
        count = len(human.silent)
        are = "One more connection is open, and has" if count == 1 else f"{count} more connections are open, and have"
        acts.append(
            Tell(
                "note",
                f"{are} said nothing yet: browsers like to open a spare one. No server may wait for it.",
            )
        )
        human = replace(human, spares_told=True)
    return replace(human, succeeded=True), tuple(acts)


# What the learner enters ----------------------------------------------------------------------------------


def _lines(human: Human, text: str) -> Reaction:
    """One line after the other; what is left once a line was held or the answer was over stays here."""
    lines = text.split("\n")
    acts: list[HumanAct] = []
    answering = human.current
    for index, line in enumerate(lines):
        human, more = _line(human, line.removesuffix("\r"))
        acts += more
        rest = sum(1 for left in lines[index + 1 :] if left.strip())
        stopped = human.held is not None or human.current is None or human.current is not answering
        if stopped and index + 1 < len(lines):
            if rest:
                said = "one line of it was" if rest == 1 else f"{rest} lines of it were"
                acts.append(Tell("note", f"The rest of what you pasted stays here: {said} not sent."))
            break
    return human, tuple(acts)


def _line(human: Human, text: str) -> Reaction:
    command = _command(human, text)
    if command is not None:
        return human, (command,)
    if human.current is None:
        return human, (_nobody(human, text),)
    if human.phase == "first line":
        return _first_line(human, human.current, text)
    if human.phase == "headers":
        return _header_line(human, human.current, text)
    return _page_line(human, human.current, text)


def _command(human: Human, text: str) -> Command | None:
    word = text.strip().lower()
    if human.current is not None and human.phase == "body":
        # A page may be any word; a letter by itself is for us everywhere.
        return Command(word) if word in _LETTERS else None
    letter = _WORDS.get(word, word)
    return Command(letter) if letter in _LETTERS else None


def _nobody(human: Human, text: str) -> Tell:
    again = " once more" if human.answered else ""
    if not text.strip():
        return Tell("type", f"Nobody is there yet. Open {human.address} in a browser{again}.")
    return Tell("held", f"Nobody is connected, so nobody would read that. First open {human.address}{again}.")


def _first_line(human: Human, caller: Caller, text: str) -> Reaction:
    if not text.strip():
        wanted = remark.wanted_first_line(caller)
        return human, (Tell("held", f"The empty line comes later. First the line that says how it went: {wanted}"),)
    slip = slip_in(text)
    if slip is not None and human.held != text:
        return _hold(human, text, slip)
    answer = replace(human.answer, first_line=text, sound=human.answer.sound and slip is None)
    human = replace(human, phase="headers", held=None, answer=answer)
    acts: list[HumanAct] = [Send(caller.number, _wire(text))]
    if slip is None:
        acts += [Tell("note", said) for said in remark.on_first_line(answer, caller)]
        acts.append(Tell("type", "It is on its way. Now an empty line, just Enter: it ends the head"))
    else:
        acts.append(Tell("type", f"Sent as it is: let us see what {caller.name} makes of it. Now just Enter"))
    return human, tuple(acts)


def _header_line(human: Human, caller: Caller, text: str) -> Reaction:
    if not text:
        return _end_of_head(human, caller)
    slip = remark.on_header(text)
    if slip is not None and human.held != text:
        return _hold(human, text, slip)
    answer = human.answer
    answer = replace(answer, headers=(*answer.headers, text), sound=answer.sound and slip is None)
    human = replace(human, held=None, answer=answer)
    told = Tell("type", "A header is on its way. Another one, or an empty line, just Enter")
    return human, (Send(caller.number, _wire(text)), told)


def _end_of_head(human: Human, caller: Caller) -> Reaction:
    end = Send(caller.number, b"\r\n")
    status = human.answer.status
    if status is not None and status < 200:
        human = replace(human, phase="first line", held=None, answer=Answer(sound=human.answer.sound))
        return human, (
            end,
            Tell("type", f"So much for the word on the way. Now the answer itself: {EXAMPLE}"),
        )
    if caller.method == "HEAD" or status in remark.BODILESS:
        told = Tell("note", f"That is all: no page comes after {'HEAD' if caller.method == 'HEAD' else status}.")
        human, acts = _close(human, caller)
        return human, (end, told, *acts)
    human = replace(human, phase="body", held=None)
    return human, (end, Tell("type", f"The head is over. Now the page, in one line: {PAGE}"))


def _page_line(human: Human, caller: Caller, text: str) -> Reaction:
    if not text:
        said = "The empty line was sent already. Now the page itself. (A page with nothing on it: Ctrl+D.)"
        return human, (Tell("held", said),)
    data = _wire(text)
    human = replace(human, answer=replace(human.answer, page=text))
    told = [Tell("note", said) for said in remark.on_page(human.answer, len(data))]
    told.append(Tell("note", "Sent, and hung up: the connection's end says that the page is complete."))
    human, acts = _close(human, caller)
    return human, (Send(caller.number, data), *told, *acts)


def _hung_up(human: Human) -> Reaction:
    caller = human.current
    if caller is None:
        return human, (Tell("note", f"Nobody is connected. Open {human.address}, or type q to leave."),)
    if human.phase == "body":
        said = "Hung up: a head, and a page with nothing on it."
    elif human.phase == "headers":
        said = f"Hung up in the middle of the head: {caller.name} has to guess what that was."
    else:
        said = f"Hung up without a word. {caller.named} got an empty answer, and will say so."
    human, acts = _close(human, caller)
    return human, (Tell("note", said), *acts)


def _hold(human: Human, text: str, slip: str) -> Reaction:
    return replace(human, held=text), (Tell("held", f"{slip} {_AGAIN}"),)


def _close(human: Human, caller: Caller) -> Reaction:
    answered = human.answered + (human.answer.first_line is not None)
    human, acts = _next(
        replace(human, answered=answered, sent_off=(*human.sent_off, (caller, human.answer))),
    )
    return human, (Close(caller.number), *acts)


def _next(human: Human) -> Reaction:
    """Turn to whoever has waited longest; with nobody there, stay ready."""
    human = replace(human, current=None, phase="first line", held=None, answer=Answer())
    if not human.waiting:
        return human, ()
    return _turn_to(replace(human, waiting=human.waiting[1:]), human.waiting[0])


def _wire(text: str) -> bytes:
    return text.encode("utf-8", "replace") + b"\r\n"
