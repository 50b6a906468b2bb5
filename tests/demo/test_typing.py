"""The hand that types: letter by letter for a person, at once for a log."""

from rich.console import Console
from rich.text import Text

from stackwalk.screen.typing_hand import type_line


def typed(text: str, each: float) -> tuple[str, list[float]]:
    console = Console(width=20, color_system=None, force_terminal=False)
    pauses: list[float] = []
    with console.capture() as captured:
        type_line(console, "  + ", Text(text), pause=pauses.append, each=each)
    return captured.get(), pauses


def test_for_a_person_each_letter_has_its_time_and_spaces_in_front_have_none() -> None:
    assert typed("    ab", 0.01) == ("  +     ab\n", [0.01, 0.01])


def test_for_a_log_the_line_comes_at_once() -> None:
    assert typed("    ab", 0.0) == ("  +     ab\n", [])


def test_a_line_that_is_too_long_is_not_broken_by_us() -> None:
    assert typed("x" * 60, 0.0)[0] == "  + " + "x" * 60 + "\n"
    assert typed("x" * 60, 0.01)[0] == "  + " + "x" * 60 + "\n"


def test_nothing_in_brackets_is_markup() -> None:
    assert typed("[bold]x[/bold] \\[y]", 0.0)[0] == "  + [bold]x[/bold] \\[y]\n"
