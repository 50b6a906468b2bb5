"""Draw a verdict: what works comes first, then what does not yet, with all that helps to see why.

Every check has a mark and a word, so that nothing depends on colour. "Not yet" is the learner's program,
"blocked" their machine, "broken" our own slip.
"""

import re
from collections.abc import Iterable

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from stackwalk.check.verdict import Finding, Outcome, Piece, Verdict
from stackwalk.screen.hanging import Hanging
from stackwalk.screen.marked import rows_of
from stackwalk.screen.safe import safe, safe_block

MARKS = {
    Outcome.PASSED: ("✔", "passed", "green"),
    Outcome.FAILED: ("✘", "not yet", "yellow"),
    Outcome.SKIPPED: ("–", "skipped", "dim"),
    Outcome.BLOCKED: ("!", "blocked", "magenta"),
    Outcome.BROKEN: ("?", "broken", "red"),
}
MOST_LINES = 24  # of a transcript or of what a program printed
FIRST_BYTES = 24  # of what is no text
MOST_BELOW = 20  # lines below what is wrong, after which it is said again
MOST_NOTES = 6  # of a verdict
MOST_TEXT = 4000  # characters of any one text
INDENT = 2
_MARK = re.compile(r" *\^( ends here)?")


def draw_verdict(
    verdict: Verdict, width: int, next_line: str = "", *, whole: bool = False, known: str = "", again: bool = False
) -> Group:
    """Return a verdict drawn for a width in columns.

    Of the checks that did not pass, the first is shown with all that is known of it; `whole` shows each so
    that says something new. `next_line` is the next thing to do, `known` a traceback that has been shown; `again`
    says once more what is wrong where so much was shown of it that it may have left the screen.
    """
    parts: list[Text | Padding] = [*_works(verdict), _summary(verdict)]
    if verdict.message:
        parts.append(Text(safe_block(verdict.message, MOST_TEXT)))
    parts += _checks(verdict, verdict.findings)
    problems = [one for one in verdict.findings if one.outcome not in (Outcome.PASSED, Outcome.SKIPPED)]
    first = verdict.first_problem
    told: set[tuple[str, str, str]] = set()
    for finding in problems:
        what = (finding.message, finding.expected, finding.actual)
        if finding is first or (whole and what not in told):
            parts += _details(finding, width, known)
        if finding is first:
            parts += _same(finding, problems)
        told.add(what)
    parts += _notes(verdict)
    if again and first is not None and len(_details(first, width, known)) > MOST_BELOW:
        parts += [Text(), Padding(Text(safe_block(first.message, MOST_TEXT)), (0, 0, 0, INDENT), expand=False)]
    if next_line:
        parts += [Text(), Text(f"→ {next_line}", style="bold")]
    return Group(*parts)


def _same(first: Finding, problems: list[Finding]) -> list[Padding]:
    """That other checks fall short for nothing but the same: a file that can't be read fails all of them."""
    others = sum(one.message == first.message for one in problems) - 1
    if others < 1 or not first.message:
        return []
    said = f"{_counted(others, 'other check')} fall{'s' if others == 1 else ''} short for the same reason."
    return [Padding(Text(said, style="dim"), (1, 0, 0, INDENT), expand=False)]


def _works(verdict: Verdict) -> list[Text]:
    """What the program does already, where no check says it yet."""
    first = verdict.first_problem
    if first is None or not first.works or any(one.outcome is Outcome.PASSED for one in verdict.findings):
        return []
    mark, _, style = MARKS[Outcome.PASSED]
    return [Text(f"{mark} {safe(first.works)}", style=style)]


def _summary(verdict: Verdict) -> Text:
    outcome = verdict.outcome
    decided = [one for one in verdict.findings if one.outcome is not Outcome.SKIPPED]
    passed = sum(one.outcome is Outcome.PASSED for one in decided)
    total = len(verdict.findings)
    mark, _, style = MARKS[outcome]
    asked = safe(verdict.asked, 40)
    if outcome is Outcome.PASSED:
        said = f"{asked} passed: {_counted(total, 'check')} in {verdict.seconds:.2f} s."
    elif outcome is Outcome.FAILED and _works(verdict):
        said = f"{asked}: not yet, with {_counted(total, 'check')} to go."
    elif outcome is Outcome.FAILED:
        said = f"{asked}: not yet. {passed} of {_counted(total, 'check')} passed." if total else f"{asked}: not yet."
    elif outcome is Outcome.BLOCKED:
        said = f"{asked} could not be checked on this machine."
    else:
        said = f"{asked}: the check itself is broken. That is our fault, not yours."
    return Text(f"{mark} {said}", style=f"bold {style}")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _checks(verdict: Verdict, findings: tuple[Finding, ...]) -> list[Text | Padding]:
    """A line for each check: those that passed, then the others; what an earlier step passed is one line."""
    lines: list[Text | Padding] = []
    earlier: dict[str, int] = {}
    for finding in findings:
        if finding.outcome is Outcome.PASSED and _earlier(finding, verdict):
            earlier[finding.step] = earlier.get(finding.step, 0) + 1
    for step, count in earlier.items():
        how = "as before" if _number(step) < _number(verdict.asked) else "that your program has gone on to"
        lines.append(_line(Outcome.PASSED, safe(f"{step}: {_counted(count, 'check')} {how}")))
    rest = [one for one in findings if not (one.outcome is Outcome.PASSED and _earlier(one, verdict))]
    for finding in sorted(rest, key=lambda one: one.outcome is not Outcome.PASSED):
        step = f"{finding.step} " if _earlier(finding, verdict) else ""
        lines.append(_line(finding.outcome, safe(f"{step}{finding.title}", 300)))
        if finding.outcome is Outcome.PASSED and finding.message:
            said = Text(safe(finding.message, 600), style="dim")
            lines.append(Padding(Hanging(Text(" " * 11), said), (0, 0, 0, INDENT), expand=False))
    return lines


def _earlier(finding: Finding, verdict: Verdict) -> bool:
    """Whether the check is of another step than the one asked: mostly one before it."""
    return "." in verdict.asked and finding.step != verdict.asked


def _number(step: str) -> tuple[int, ...]:
    return tuple(int(part) for part in step.split(".") if part.isdecimal())


def _line(outcome: Outcome, said: str) -> Padding:
    mark, word, style = MARKS[outcome]
    text = Text(said, style="none" if outcome is not Outcome.SKIPPED else "dim")
    return Padding(Hanging(Text(f"{mark} {word:<8} ", style=style), text), (0, 0, 0, INDENT), expand=False)


def _details(finding: Finding, width: int, known: str) -> list[Text | Padding]:
    room = max(10, width - INDENT)
    lines: list[Text] = [Text()]
    if finding.message:
        lines.append(Text(safe_block(finding.message, MOST_TEXT)))
    lines += _comparison(finding.expected, finding.actual, room)
    if finding.transcript:
        lines += [
            Text(),
            Text("What went over the wire:", style="dim"),
            *_transcript(finding.transcript, room),
        ]
    if finding.output and _last_line(finding.output) != _last_line(known):
        lines += [Text(), Text("What your program printed:", style="dim"), *_block(finding.output, room)]
    if finding.hint:
        lines += [
            Text(),
            Text("Try: ", style="bold").append(safe_block(finding.hint, MOST_TEXT), style="none"),
        ]
    return [Padding(line, (0, 0, 0, INDENT), expand=False) if line.plain else line for line in lines]


def _notes(verdict: Verdict) -> list[Text | Padding]:
    """What could be better in the files besides, whatever the checks say."""
    notes = dict.fromkeys(note for finding in verdict.findings for note in finding.notes)
    if not notes:
        return []
    head = Padding(Text("Worth a look, too:", style="bold"), (0, 0, 0, INDENT), expand=False)
    lines = [
        Padding(Hanging(Text("• "), Text(safe(note, 600))), (0, 0, 0, INDENT), expand=False)
        for note in list(notes)[:MOST_NOTES]
    ]
    return [Text(), head, *lines]


def _comparison(expected: str, actual: str, width: int) -> list[Text]:
    """Both under each other; where the last line is a mark, both are cut around it: it keeps its place."""
    if not expected and not actual:
        return []
    label = 10
    room = max(8, width - label)
    wanted, got = safe_block(expected, MOST_TEXT).split("\n"), safe_block(actual, MOST_TEXT).split("\n")
    if _MARK.fullmatch(got[-1]):
        place = got[-1].index("^")
        start = max(0, place - room // 2) if max(map(len, (*wanted, *got))) > room else 0
        wanted, got = ([_window(line, start, room) for line in lines] for lines in (wanted, got))
    lines = []
    # Where nothing is expected by its letters, an empty line under that name would say that nothing should come.
    for name, texts in (("expected", wanted), ("actual", got)) if expected else (("actual", got),):
        for number, text in enumerate(texts):
            head = f"{name if number == 0 else '':<{label}}"
            lines += _hanging(head, text, room)
    return lines


def _window(line: str, start: int, room: int) -> str:
    if start:
        line = ("…" if line[start : start + 1].strip() else " ") + line[start + 1 :]
    return line if len(line) <= room else line[: room - 1] + "…"


def _hanging(head: str, text: str, room: int) -> list[Text]:
    """A label, and a text that is broken (not hidden) where it is too long for the room beside it."""
    return [_behind(head if begins else " " * len(head), row) for row, begins in rows_of([text], room)]


def _behind(head: str, row: str) -> Text:
    return Text(head, style="dim", no_wrap=True, overflow="ignore").append(row, style="none")


def _transcript(pieces: Iterable[Piece], width: int) -> list[Text]:
    r"""When, who, what: each line of the wire on a line of its own, its \r\n visible."""
    lines: list[Text] = []
    for piece in pieces:
        head = f"{piece.at:7.3f} s {piece.sender:<7} "
        room = max(8, width - len(head))
        text, binary = _without_binary(piece.data)
        rows = [safe(row, 400) for row in text.splitlines(keepends=True)]
        left = piece.omitted
        if binary:
            left += len(binary)
            shown = safe(binary[:FIRST_BYTES].decode("ascii", "surrogateescape"))  # no letters of any script
            rows.append(shown if left <= FIRST_BYTES else f"({left:,} bytes that are no text: {shown} …)")
        elif left:
            rows.append(f"({left:,} more bytes)")
        for number, row in enumerate(rows or [""]):
            lines += _hanging(head if number == 0 else " " * len(head), row, room)
    return _bounded(lines)


def _without_binary(data: bytes) -> tuple[bytes, bytes]:
    """The lines that are text, and all from the first that is not; a head before a picture is drawn as ever."""
    start = 0
    for row in data.splitlines(keepends=True):
        if _is_binary(row):
            return data[:start], data[start:]
        start += len(row)
    return data, b""


def _is_binary(row: bytes) -> bool:
    """Whether more than a tenth of a line's characters is none that a text has."""
    text = row.decode("utf-8", "replace").rstrip("\r\n")
    odd = sum(character == "\ufffd" or (character < " " and character not in "\t\x1b") for character in text)
    return odd > len(text) / 10


def _block(text: str, width: int) -> list[Text]:
    lines = safe_block(text, MOST_TEXT).rstrip("\n").expandtabs(4).split("\n")
    drawn = [_behind("| " if begins else "  ", row) for row, begins in rows_of(lines, max(8, width - 2))]
    return _bounded(drawn)


def _bounded(lines: list[Text]) -> list[Text]:
    """The first and the last lines; what lies between them is counted."""
    if len(lines) <= MOST_LINES:
        return lines
    half = MOST_LINES // 2
    left_out = Text(f"… {len(lines) - 2 * half:,} lines are left out here …", style="dim")
    return [*lines[:half], left_out, *lines[-half:]]


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]
