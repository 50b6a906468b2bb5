"""When an open lab counts the oddities that a program survives, and what it says of the count."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from stackwalk.check.verdict import Outcome
from stackwalk.session.session.actions import DropDay, PlayDay, RunCheck
from stackwalk.session.session.events import Survived

Play = Callable[..., Any]
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


@pytest.fixture
def winning(play: Play) -> Callable[..., Any]:
    """Open a lab at a step that wins oddities."""

    def opened(*present: str) -> Any:
        player = play("1.3", present=present)
        step = replace(player.session.step, wins=("picky",))
        lab = replace(player.session.lab, steps=(*player.session.lab.steps[:-1], step))
        course = replace(player.session.course, labs=(lab,))
        player.session = replace(player.session, course=course, lab=lab, step=step)
        return player

    return opened


def test_a_pass_after_a_save_is_counted_and_said_beside_the_count_before(winning: Play) -> None:
    player = winning()
    player.save()
    player.judge(PASSED)
    assert player.asked(PlayDay) == [PlayDay(1)]
    player.feed(Survived(1, 70, 200))
    assert player.said == "Your program survives 70 of 200 oddities."
    player.save()
    assert player.asked(DropDay)
    player.judge(PASSED)
    assert player.asked(PlayDay) == [PlayDay(2)]
    player.feed(Survived(2, 165, 200))
    assert player.said == "Your program survives 165 of 200 oddities (70 before)."


def test_what_stands_there_already_is_counted_for_the_sake_of_the_next_count(winning: Play) -> None:
    player = winning("server.py")
    player.judge(PASSED, FAILED)
    assert player.asked(PlayDay)
    player.feed(Survived(1, 70, 200))
    player.save()
    player.judge(FAILED)
    assert not player.asked(PlayDay)
    player.save()
    player.judge(PASSED)
    player.feed(Survived(player.session.day, 82, 200))
    assert "82 of 200 oddities (70 before)" in player.said


def test_a_program_of_which_nothing_holds_is_not_counted(winning: Play) -> None:
    player = winning("server.py")
    player.judge(FAILED, FAILED)
    assert not player.asked(PlayDay)


def test_a_save_drops_the_day_before_the_checks_begin_and_its_count_comes_too_late(winning: Play) -> None:
    player = winning()
    player.save()
    player.judge(PASSED)
    kinds = [type(action) for action in player.save()]
    assert kinds.index(DropDay) < kinds.index(RunCheck)
    player.feed(Survived(1, 70, 200))
    assert player.actions == ()
    assert player.session.survives is None


def test_a_file_that_goes_away_takes_its_day_along(winning: Play) -> None:
    player = winning()
    player.save()
    player.judge(PASSED)
    player.save(present=())
    assert player.asked(DropDay)
    player.feed(Survived(1, 70, 200))
    assert player.actions == ()


def test_a_day_goes_on_while_the_learner_goes_on_and_is_not_played_twice(winning: Play) -> None:
    player = winning()
    player.save()
    player.judge(PASSED)
    assert not any(isinstance(action, DropDay) for action in player.key("r"))
    player.judge(PASSED)
    assert not player.asked(PlayDay)
    player.feed(Survived(1, 70, 200))
    assert "70 of 200" in player.said


def test_a_step_that_wins_none_plays_none(play: Play) -> None:
    player = play("1.3")
    player.save()
    player.judge(PASSED)
    assert not player.asked(PlayDay)


def test_a_count_that_could_not_be_had_is_said_with_its_reason(winning: Play) -> None:
    player = winning()
    player.save()
    player.judge(PASSED)
    player.feed(Survived(1, 0, 0, "It could not be played."))
    assert player.said == "It could not be played."
    assert player.session.survives is None
