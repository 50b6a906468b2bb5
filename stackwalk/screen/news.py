"""Draw what an open lab has to show: one renderable for each of the session's values."""

from rich.console import Group, RenderableType
from rich.text import Text

from stackwalk.course.lesson import Course
from stackwalk.screen.comparison import draw_comparison
from stackwalk.screen.hanging import NARROWEST, Hanging
from stackwalk.screen.lesson import draw_lesson, draw_why
from stackwalk.screen.marked import rows_of
from stackwalk.screen.pages import draw_answer, draw_hint, draw_keys, draw_prediction, draw_words
from stackwalk.screen.safe import safe, safe_block
from stackwalk.screen.verdict import draw_verdict
from stackwalk.session.session.actions import (
    Say,
    Show,
    ShowAnswer,
    ShowComparison,
    ShowHint,
    ShowJourney,
    ShowKeys,
    ShowLesson,
    ShowPrediction,
    ShowPrinted,
    ShowSent,
    ShowSight,
    ShowStack,
    ShowTraceback,
    ShowVerdict,
    ShowWhy,
    ShowWords,
)

LONGEST = 500  # characters of one line that a program printed
MOST = 4000  # characters of a traceback, or of what a client of ours printed
MOST_LINES = 30

_TONES = {"plain": "none", "good": "green", "bad": "yellow", "ask": "cyan"}
_MARKS = {"plain": "·", "good": "●", "bad": "!", "ask": "→"}


def draw_news(news: Show, course: Course, width: int) -> RenderableType | None:
    """Return what is to be printed, or None for what has its own drawing (sights, the stack)."""
    match news:
        case Say(text, tone):
            return Hanging(Text(f"{_MARKS[tone]} ", style=_TONES[tone]), Text(safe_block(text, MOST)))
        case ShowWhy(lab):
            return Group(Text(), draw_why(lab))
        case ShowLesson(step):
            press = "type s and Enter" if step.live else "press s"
            return Group(Text(), draw_lesson(step, press), Text())
        case ShowVerdict(verdict, next_line, known):
            return Group(Text(), draw_verdict(verdict, width, next_line, known=known, again=True), Text())
        case ShowPrinted(program, lines, dropped):
            return draw_printed(program, lines, dropped)
        case ShowTraceback(program, text):
            return draw_traceback(program, text, width)
        case ShowSent(output):
            return draw_block(safe_block(output.replace(b"\r\n", b"\n"), MOST))
        case ShowHint(step, level):
            return Group(Text(), draw_hint(step, level), Text())
        case ShowPrediction(prediction, number, of):
            return Group(Text(), draw_prediction(prediction, number, of), Text())
        case ShowAnswer(prediction, chosen):
            return Group(Text(), draw_answer(prediction, chosen), Text())
        case ShowWords(progress):
            return Group(Text(), draw_words(course, progress), Text())
        case ShowComparison(compared):
            return Group(Text(), draw_comparison(compared, width), Text())
        case ShowKeys(keys):
            return Group(Text(), draw_keys(keys), Text())
        case ShowSight() | ShowStack() | ShowJourney():
            return None


def draw_printed(program: str, lines: tuple[str, ...], dropped: int) -> RenderableType:
    """Return what a program printed, each line behind the program's name."""
    name = safe(program, 40)
    drawn = [_behind(name, safe(line, LONGEST)) for line in lines]
    if dropped:
        drawn.append(_behind(name, f"… {dropped:,} more lines, too fast to be shown"))
    return Group(*drawn)


def draw_traceback(program: str, text: str, width: int) -> RenderableType:
    """Return the learner's own traceback: the end of it, where the error stands, is always there."""
    head = f"{safe(program, 40)} | "
    lines = [safe(line.expandtabs(4), LONGEST) for line in safe_block(text).rstrip("\n").split("\n")]
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half:,} lines are left out here …", *lines[-half:]]
    drawn = []
    for row, begins in rows_of(lines, max(NARROWEST, width - len(head))):
        line = Text(head if begins else " " * len(head), style="dim", no_wrap=True, overflow="ignore")
        drawn.append(line.append(row, style="yellow"))
    return Group(*drawn)


def draw_block(text: str) -> RenderableType:
    """Return what a client of ours printed."""
    lines = text.rstrip("\n").split("\n")
    shown: list[RenderableType] = [Hanging(Text("  "), Text(line), whole=True) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(Text(f"  … {len(lines) - MOST_LINES:,} more lines", style="dim"))
    return Group(*shown)


def _behind(name: str, line: str) -> Text:
    return Text(f"{name} | ", style="dim").append(line, style="none")
