"""When an open lab plays a step's comparison, and what it shows of it."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stackwalk.check.compared import Cell, Column, Compared
from stackwalk.check.verdict import Outcome
from stackwalk.screen.comparison import draw_comparison
from stackwalk.screen.console import make_console
from stackwalk.session.session.actions import DropComparison, PlayComparison, ShowComparison
from stackwalk.session.session.events import CompareEnded

TABLE = Compared(
    "Both",
    "Look.",
    ("a row", "another"),
    (
        Column("server.py", (Cell("nothing", "it dies: KeyError", False),), "server.py: the time was over."),
        Column("Flask", (Cell("200 OK", "", True), Cell("", ""))),
        Column("gone", (), "There is no gone.py."),
    ),
)


@pytest.fixture
def comparing(play: Callable[..., Any]) -> Any:
    player = play("1.3", present=("server.py",))
    step = replace(player.session.step, comparison=Path("comparison.toml"))
    lab = replace(player.session.lab, steps=(*player.session.lab.steps[:-1], step))
    player.session = replace(player.session, course=replace(player.session.course, labs=(lab,)), lab=lab, step=step)
    return player


def test_after_a_pass_it_is_played_once_and_shown(comparing: Any) -> None:
    comparing.judge(Outcome.FAILED)
    assert not comparing.asked(PlayComparison)
    comparing.save()
    comparing.judge(Outcome.PASSED)
    assert comparing.asked(PlayComparison) == [PlayComparison(1, comparing.session.step)]
    comparing.feed(CompareEnded(1, TABLE))
    assert comparing.actions == (ShowComparison(TABLE),)
    comparing.save()
    comparing.judge(Outcome.PASSED)
    assert not comparing.asked(PlayComparison)
    comparing.key("t")
    assert comparing.asked(PlayComparison) == [PlayComparison(2, comparing.session.step)]


def test_a_save_drops_it_and_the_next_pass_plays_it(comparing: Any) -> None:
    comparing.judge(Outcome.PASSED)
    comparing.save()
    assert comparing.asked(DropComparison)
    assert comparing.feed(CompareEnded(1, TABLE)) == ()
    comparing.judge(Outcome.PASSED)
    assert comparing.asked(PlayComparison)
    comparing.key("b")
    assert comparing.asked(DropComparison)


def test_a_step_that_compares_nothing_says_so(play: Callable[..., Any]) -> None:
    player = play("1.3")
    player.key("t")
    assert player.said == "This step compares nothing."


def test_why_there_is_no_table_is_said(comparing: Any) -> None:
    comparing.judge(Outcome.PASSED)
    comparing.feed(CompareEnded(1, None, "It broke off."))
    assert comparing.said == "It broke off."


@pytest.mark.parametrize("width", [40, 75, 76, 120])
def test_the_table_fits_its_screen_and_says_what_was_not_asked(width: int) -> None:
    out = io.StringIO()
    make_console(out, environ={"COLUMNS": str(width)}).show(draw_comparison(TABLE, width))
    shown = out.getvalue()
    assert all(len(line) <= width for line in shown.splitlines())
    for text in ("✘ nothing, it dies: KeyError", "✔ 200 OK", "✔ all is well", "There is no gone.py.", "Flask: 2 of 2"):
        assert text in " ".join(shown.split())
    assert ("not asked" in shown) is (width >= 76)


def test_what_a_client_saw_is_shown_safely() -> None:
    out = io.StringIO()
    evil = Compared("t", "s", ("r",), (Column("x", (Cell("200 \x1b[2J[red]", "", None),)),))
    make_console(out, environ={"COLUMNS": "100"}).show(draw_comparison(evil, 100))
    assert "\x1b" not in out.getvalue()
    assert "200 \\x1b[2J[red]" in out.getvalue()
