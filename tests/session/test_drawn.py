"""What an open lab draws of itself: its last line, a question, a hint."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import RenderableType

from stackwalk.course.lesson import Prediction
from stackwalk.screen.console import make_console
from stackwalk.screen.pages import draw_hint, draw_prediction
from stackwalk.screen.prompt import draw_prompt

Play = Callable[..., Any]


def drawn(part: RenderableType) -> list[str]:
    out = io.StringIO()
    make_console(out).show(part)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("step", ["1.1", "1.3"])
@pytest.mark.parametrize("width", range(30, 140, 3))
def test_the_last_line_fits_and_always_names_the_key_for_all_keys(play: Play, step: str, width: int) -> None:
    line = draw_prompt(play(step, present=("server.py",)).session, width)
    assert cell_len(line) <= width
    assert "? keys" in line


def test_choices_that_are_numbers_are_told_from_their_keys() -> None:
    def ends(*choices: str) -> list[str]:
        return drawn(draw_prediction(Prediction("How many?", choices, 0, "So."), 1, 1))[-len(choices) :]

    assert ends("1", "2", "3") == ["  1", "  2", "  3"]
    assert ends("2", "4") == ["  key 1:  2", "  key 2:  4"]
    assert ends("none", "all") == ["  1  none", "  2  all"]


def test_a_hint_says_how_the_next_one_is_had(play: Play) -> None:
    step = play("1.1").session.step
    assert drawn(draw_hint(step, 1))[-1] == "A plainer one is left: press h again, or type `stackwalk hint 1.1`."
    assert "hint" not in drawn(draw_hint(step, 3))[-1]
