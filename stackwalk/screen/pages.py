"""Draw what the small commands show: where you are, the list, the words, a hint, a solution."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from stackwalk.course.lesson import Course, Prediction, Progress, Step
from stackwalk.course.program import ProgramSpec
from stackwalk.screen.hanging import Hanging
from stackwalk.screen.safe import safe, safe_block

if TYPE_CHECKING:
    from stackwalk.course.place import Place


def draw_place(course: Course, progress: Progress, place: "Place", workspace: str) -> RenderableType:
    """Return where the learner is and what to type next; `workspace` is the folder's whole path."""
    from stackwalk.course.place import all_passed
    from stackwalk.screen.lesson import draw_heading

    step = place.step
    done = sum(1 for one in course.steps if one.id in progress.passed)
    parts: list[RenderableType] = [
        draw_heading(step),
        Text(safe_block(step.essence)),
        Text(),
        Text(safe(place.why)),
        Text(f"{'All' if done == len(course.steps) else done} of {len(course.steps)} steps are passed."),
        _labelled("Your files", safe(workspace)),
        Text(),
    ]
    if all_passed(course, progress):
        parts += [
            _labelled("All again", "stackwalk check --all"),
            _labelled("Any step", f"stackwalk lab {step.id}"),
        ]
        return Group(*parts, _labelled("All steps", "stackwalk list"))
    parts.append(_labelled("Go on", f"stackwalk lab {step.id}"))
    if not step.live:
        parts.append(_labelled("Check", f"stackwalk check {step.id}"))
    parts.append(_labelled("All steps", "stackwalk list"))
    return Group(*parts)


def draw_list(course: Course, progress: Progress) -> RenderableType:
    """Return every step of every lab, with a mark and a word for how it stands."""
    parts: list[RenderableType] = []
    for lab in course.labs:
        if parts:
            parts.append(Text())
        parts.append(Text(safe(f"Lab {lab.number}: {lab.title}"), style="bold"))
        parts += [_indented(_step_line(step, progress)) for step in lab.steps]
    return Group(*parts)


def _step_line(step: Step, progress: Progress) -> Text:
    if step.id in progress.passed:
        mark, word, style = "✔", "passed", "green"
    elif step.id == progress.current:
        mark, word, style = "→", "here", "bold"
    elif step.id in progress.opened:
        mark, word, style = "…", "begun", "none"
    else:
        mark, word, style = "·", "ahead", "dim"
    line = Text(f"{mark} {word:<7}", style=style)
    line.append(safe(f"{step.id} {step.title}"), style="none")
    return line.append(safe(f"  ({'live' if step.live else step.kind}, {step.minutes} min)"), style="dim")


def draw_words(course: Course, progress: Progress) -> RenderableType:
    """Return the map of the course's words: those met with what they say, the others with where they come."""
    parts: list[RenderableType] = []
    for lab in course.labs:
        words = [word for word in course.words if word.lab == lab.number]
        if not words:
            continue
        parts += [Text(), Text(safe(f"Lab {lab.number}: {lab.title}"), style="bold")]
        for word in words:
            if word.step is not None and progress.begun(word.step):
                line = Text(safe(word.name), style="bold green").append(safe(f": {word.says}"), style="none")
            else:
                where = f"comes in {word.step}" if word.step else f"comes in lab {word.lab}"
                line = Text(safe(word.name), style="dim").append(f" ({where})", style="dim")
            parts.append(_indented(line))
    known = {lab.number for lab in course.labs}
    later = sorted({word.lab for word in course.words} - known)
    for number in later:
        names = ", ".join(word.name for word in course.words if word.lab == number)
        parts += [Text(), Text(f"Lab {number}", style="bold"), _indented(Text(safe(names), style="dim"))]
    met = sum(1 for word in course.words if word.step is not None and progress.begun(word.step))
    return Group(Text(f"{met} of {len(course.words)} words met so far."), *parts)


def draw_hint(step: Step, level: int) -> RenderableType:
    """Return one hint of a step, from 1."""
    from stackwalk.screen.lesson import draw_markdown

    head = Text(f"Hint {level} of {len(step.hints)} for {safe(step.id)}", style="bold")
    more = (
        f"A plainer one is left: press h again, or type `stackwalk hint {safe(step.id)}`."
        if level < len(step.hints)
        else f"That is the last one. `stackwalk solution {safe(step.id)}` shows one way to write it."
    )
    return Group(head, draw_markdown(step.hints[level - 1]), Text(more, style="dim"))


def draw_solution(step: Step, files: Iterable[tuple[str, str]], left: Sequence[str] = ()) -> RenderableType:
    """Return the files of a solution, (path, text) each; shown, never written. `left`: those that stay as they were."""
    parts: list[RenderableType] = [Text(safe(f"One way to write {step.id} {step.title}:"), style="bold")]
    for name, text in files:
        parts += [Text(), Text(safe(name), style="bold"), _code(text)]
    if left:
        stays = f"{', '.join(left)} {'stays as it was' if len(left) == 1 else 'stay as they were'}: "
        parts += [Text(), Text(safe(f"{stays}`stackwalk solution {step.id} --all` shows all."), style="dim")]
    return Group(*parts)


def draw_prediction(prediction: Prediction, number: int, of: int) -> RenderableType:
    """Return a question, with the digit for each choice."""
    from stackwalk.screen.lesson import draw_markdown

    head = f"Predict first ({number} of {of})" if of > 1 else "Predict first"
    parts: list[RenderableType] = [Text(f"{head}. Nobody grades it.", style="bold")]
    parts.append(draw_markdown(prediction.question))
    for place, choice in enumerate(prediction.choices, 1):
        parts.append(_indented(_choice(place, choice)))
    return Group(*parts)


def _choice(place: int, choice: str) -> Text:
    """A choice behind its key; a number that is its own key stands once, another one is told from its key."""
    if choice.strip() == str(place):
        return Text(str(place), style="bold")
    key = f"key {place}:  " if choice.strip().isdecimal() else f"{place}  "
    return Text(key, style="bold").append(safe_block(choice), style="none")


def draw_answer(prediction: Prediction, chosen: int) -> RenderableType:
    """Return what is right, and why."""
    from stackwalk.screen.lesson import draw_markdown

    right = prediction.choices[prediction.right]
    if chosen == prediction.right:
        head = Text(f"✔ Yes: {safe(right)}", style="bold green")
    else:
        head = Text(f"You said: {safe(prediction.choices[chosen])}. It is: {safe(right)}", style="bold")
    return Group(head, draw_markdown(prediction.because))


def draw_keys(keys: Iterable[tuple[str, str]]) -> RenderableType:
    """Return what each key does."""
    rows = tuple(keys)
    widest = max((len(key) for key, _ in rows), default=0)
    lines = [Hanging(Text(f"  {key:<{widest}}  ", style="bold"), Text(says)) for key, says in rows]
    return Group(Text("Keys:", style="bold"), *lines)


def draw_files(workspace: str, python: str, programs: tuple[ProgramSpec, ...]) -> RenderableType:
    """Return where the learner's files are, and which Python runs them; both are whole paths."""
    files = ", ".join(dict.fromkeys(spec.file for spec in programs))
    return Group(
        _labelled("Your files", safe(workspace)),
        _labelled("You type", safe(files)),
        *(_labelled("Runs", safe(spec.line)) for spec in programs),
        _labelled("Python", safe(python)),
    )


def _labelled(label: str, text: str) -> Text:
    # A path is never broken, so that it can be clicked and copied.
    line = Text(f"{label + ':':<12}", style="dim", no_wrap=True, overflow="ignore")
    return line.append(text, style="none")


def _indented(line: Text) -> Padding:
    return Padding(line, (0, 0, 0, 2), expand=False)


def _code(text: str) -> Text:
    return Text(safe_block(text).rstrip("\n"), style="cyan", no_wrap=True, overflow="ignore", tab_size=4)
