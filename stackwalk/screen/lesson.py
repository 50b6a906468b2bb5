"""Draw a lesson: Markdown as text that reads well at any width, with code that can be copied as it stands."""

from typing import Any, ClassVar

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown, MarkdownElement, TextElement
from rich.text import Text

from stackwalk.course.lesson import Lab, Step
from stackwalk.screen.safe import safe, safe_block


class _Paragraph(TextElement):
    style_name = "none"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text


class _Heading(_Paragraph):
    style_name = "bold"


class _Code(TextElement):
    """Code stands at the margin and is never wrapped by us: what is copied is what was meant."""

    style_name = "cyan"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(str(self.text).rstrip("\n"), style="cyan", no_wrap=True, overflow="ignore", tab_size=4)


class _Prose(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "paragraph_open": _Paragraph,
        "heading_open": _Heading,
        "fence": _Code,
        "code_block": _Code,
    }

    def __init__(self, text: str) -> None:
        super().__init__(text, hyperlinks=False)
        for token in self.parsed:
            for child in token.children or ():
                if child.type == "code_inline":
                    # Without colours a name in a sentence would be lost among the words.
                    child.content = f"`{child.content}`"


def draw_markdown(text: str) -> RenderableType:
    """Return Markdown drawn: paragraphs, lists, emphasis, code."""
    return _Prose(safe_block(text))


def draw_lesson(step: Step, press: str = "") -> RenderableType:
    """Return the lesson of a step; `press`: how a key sends its curl lines."""
    lines = step.send
    parts: list[Any] = [draw_heading(step), Text(), draw_markdown(step.text)]
    if lines:
        parts += [Text(), Text(f"To send (or {press}):" if press else "To send:")]
        parts += [Text(safe(line), style="cyan", no_wrap=True, overflow="ignore") for line in lines]
    return Group(*parts)


def draw_heading(step: Step) -> Text:
    """Return the line that stands above a step."""
    kind = "live" if step.live else step.kind
    heading = Text(safe(f"{step.id} {step.title}"), style="bold")
    return heading.append(safe(f"  ({kind}, about {step.minutes} minutes)"), style="dim")


def draw_why(lab: Lab) -> RenderableType:
    """Return what a lab is for."""
    title = Text(safe(f"Lab {lab.number}: {lab.title}"), style="bold")
    question = Text(safe(lab.question), style="italic")
    return Group(title, question, Text(), draw_markdown(lab.why))
