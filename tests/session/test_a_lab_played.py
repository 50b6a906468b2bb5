"""Stories: events in, what is to be done out, with no terminal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.verdict import Cause, Finding, Outcome, Verdict
from stackwalk.course.lesson import Progress
from stackwalk.session.session.actions import (
    Aim,
    CloseStage,
    EndPrograms,
    Launch,
    Leave,
    OpenDoor,
    OpenStage,
    ReclaimDoor,
    RunCheck,
    Say,
    SendRequest,
    ShowAnswer,
    ShowHint,
    ShowKeys,
    ShowLesson,
    ShowPrediction,
    ShowTraceback,
    ShowVerdict,
    ShowWhy,
    ShutDoor,
    WriteProgress,
)
from stackwalk.session.session.events import (
    DoorOpened,
    Event,
    Found,
    Judged,
    Key,
    LiveDone,
    NotJudged,
    Pasted,
    Port,
    Printed,
    ProgramEnded,
    ProgramListening,
    ProgramsGone,
    Saved,
    Sighted,
    StageListening,
    Strayed,
    Tick,
    Trouble,
)
from stackwalk.session.session.react import react
from stackwalk.session.session.state import Phase, Turn, step_at_door, what_next
from stackwalk.wire.sight import Closed

Play = Callable[..., Any]
PASSED, FAILED, BLOCKED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED


def hung_up(at: float, sent: int = 0) -> Sighted:
    return Sighted(Closed(1, at, "client", False, sent, 0), at)


def test_a_whole_lab_is_played_with_no_terminal(play: Play) -> None:
    player = play("1.0")
    assert player.asked(ShowWhy) and player.asked(OpenStage)
    assert player.asked(OpenDoor) and not player.launched
    player.feed(DoorOpened(8080))
    player.feed(StageListening(40000))
    assert player.asked(Aim) == [Aim(Port("127.0.0.1", 40000, 8080))]
    assert "Now open http://localhost:8080 in a browser" in player.said
    player.feed(LiveDone())
    assert player.asked(WriteProgress)[0].progress.passed == ("1.0",)
    player.key("n")
    assert player.asked(CloseStage)
    assert player.session.step.id == "1.1"
    assert "There is no server.py yet" in player.said
    for number, following in ((1, "1.2"), (2, "1.3")):
        player.save()
        assert player.launched and player.checked
        player.listen()
        assert player.asked(Aim)[0].target.number == 40001
        player.judge(PASSED, FAILED)
        assert player.asked(ShowVerdict)[0].next_line == "Change server.py and save it."
        player.save()
        player.judge(PASSED, PASSED)
        assert f"1.{number}" in player.asked(WriteProgress)[0].progress.passed
        assert player.asked(ShowVerdict)[0].next_line.startswith(f"Press n to go on to {following}")
        player.key("n")
        assert player.session.step.id == following
    player.key("3")
    player.save()
    player.judge(PASSED)
    assert "all is passed. Press n" in player.asked(ShowVerdict)[0].next_line
    player.key("n")
    assert player.session.step.id == "1.3"
    assert "the road ends here" in player.said
    player.key("q")
    assert player.actions == (Leave(0),)
    assert player.session.progress.passed == ("1.0", "1.1", "1.2", "1.3")


def test_a_program_is_launched_as_soon_as_its_file_exists_and_again_on_each_save(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    assert player.launched == [Launch(0, 1, True)]
    player.save()
    assert player.launched == [Launch(0, 2, True)]
    assert player.asked(Aim) == [Aim("hold")]
    player.save("main.css")
    assert player.launched == [Launch(0, 3, True)]


def test_news_of_an_earlier_launch_does_not_count(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.save()
    assert player.feed(ProgramListening(1, (Port("127.0.0.1", 5, 8080),))) == ()
    assert player.feed(ProgramEnded(1, 0.0, code=1, traceback="Traceback")) == ()
    assert player.feed(Printed(1, ("old",))) == ()
    assert player.session.outer.phase is Phase.STARTING


def test_a_save_while_a_check_runs_starts_it_anew_and_the_older_verdict_never_counts(play: Play) -> None:
    player = play("1.1")
    player.save()
    old = player.session.run
    player.save()
    assert player.checked == [RunCheck(old + 1, "1.1")]
    player.feed(Judged(old, _passing(player)))
    assert player.actions == ()
    assert not player.session.passed and player.session.progress.passed == ()
    player.judge(FAILED)
    assert player.asked(ShowVerdict)


def _passing(player: Any) -> Any:
    player_now = player.session
    player.judge(PASSED)
    verdict = player.session.verdict
    player.session = player_now
    return verdict


def test_nothing_moves_on_by_itself(play: Play) -> None:
    player = play("1.1")
    player.save()
    player.judge(PASSED)
    player.feed(Tick(10_000.0))
    assert player.session.step.id == "1.1"
    assert "n to go on to 1.2" in what_next(player.session)


def test_what_is_already_there_is_done_without_asking(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.judge(PASSED)
    assert "passed, with what is already there" in player.said
    assert player.asked(WriteProgress)[0].progress.passed == ("1.2",)


def test_who_did_not_ask_is_not_shown_all_that_is_missing(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.judge(PASSED, FAILED, FAILED)
    assert not player.asked(ShowVerdict)
    assert "1 of 3 checks pass" in player.said
    player.key("r")
    player.judge(PASSED, FAILED, FAILED)
    assert player.asked(ShowVerdict)


def test_a_hint_is_offered_after_three_saves_with_the_same_cause_and_never_opened(play: Play) -> None:
    player = play("1.1")
    for _ in range(2):
        player.save()
        player.judge(FAILED)
        assert "press h" not in player.said
    player.save()
    player.judge(FAILED)
    assert "press h (1 of 3)" in player.said
    assert not player.asked(ShowHint)
    player.key("h")
    assert player.asked(ShowHint)[0].level == 1
    assert player.asked(WriteProgress)[0].progress.hints == {"1.1": 1}


def test_another_cause_begins_the_count_again(play: Play) -> None:
    player = play("1.1")
    for cause in (Cause.SILENT, Cause.SILENT, Cause.CRASHED, Cause.SILENT, Cause.SILENT):
        player.save()
        player.judge(FAILED, cause=cause)
        assert "press h" not in player.said


def test_checks_that_were_asked_for_by_a_key_are_no_saves(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    for _ in range(5):
        player.key("r")
        player.judge(FAILED)
        assert "press h" not in player.said


def test_what_the_machine_lacks_is_no_reason_for_a_hint(play: Play) -> None:
    player = play("1.1")
    for _ in range(4):
        player.save()
        player.judge(BLOCKED, cause=Cause.NEEDS)
        assert "press h" not in player.said


def test_a_hint_is_offered_after_six_minutes_without_a_save_once(play: Play) -> None:
    player = play("1.1")
    player.feed(Tick(359.0))
    assert player.actions == ()
    player.feed(Tick(361.0))
    assert "press h (1 of 3)" in player.said
    player.feed(Tick(800.0))
    assert player.actions == ()


def test_no_hint_is_offered_where_the_step_has_passed(play: Play) -> None:
    player = play("1.1")
    player.save()
    player.listen()
    player.judge(PASSED)
    player.feed(Tick(10_000.0))
    assert player.actions == ()


def test_hints_go_from_mild_to_plain_and_then_the_solution_is_named(play: Play) -> None:
    player = play("1.1")
    levels = []
    for _ in range(3):
        player.key("h")
        levels.append(player.asked(ShowHint)[0].level)
    assert levels == [1, 2, 3]
    player.key("h")
    assert "stackwalk solution 1.1" in player.said


def test_a_prediction_is_asked_first_and_answered_by_a_digit(play: Play) -> None:
    player = play("1.3")
    assert player.asked(ShowPrediction)[0].number == 1
    assert what_next(player.session).startswith("Predict first")
    assert player.key("9") == ()
    player.key("1")
    assert player.asked(ShowAnswer)[0].chosen == 0
    assert "press p" in player.said
    player.key("p")
    assert player.asked(ShowPrediction)[0].number == 2
    player.key("2")
    assert player.asked(ShowAnswer)[0].prediction.question == "What comes?"
    assert player.key("1") == ()


def test_a_crash_shows_the_traceback_and_closes_clients_at_once(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(ProgramEnded(1, 1.0, code=1, traceback="Traceback: NameError"))
    assert player.asked(ShowTraceback)[0].text == "Traceback: NameError"
    assert player.asked(Aim) == [Aim(None)]
    assert "It starts again when you save" in player.said
    assert not player.launched


@pytest.mark.parametrize("verdict_first", [True, False])
def test_a_traceback_is_shown_once_whichever_comes_first(play: Play, verdict_first: bool) -> None:
    player = play("1.1", present=("server.py",))
    player.save()
    launch = player.session.launches
    trace = "Traceback (most recent call last):\n  File 'server.py', line 2\nNameError: name 'lisener' is not defined"
    finding = Finding("1.1", "check_1", "t", Outcome.FAILED, Cause.CRASHED, "It ended.", output=trace)
    verdict = Verdict("1.1", ("1.1",), "7", 0.1, (finding,))
    events: list[Event] = [Judged(player.session.run, verdict), ProgramEnded(launch, 1.0, code=1, traceback=trace)]
    actions = [action for event in (events if verdict_first else events[::-1]) for action in player.feed(event)]
    traces = [action for action in actions if isinstance(action, ShowTraceback)]
    shown = next(action for action in actions if isinstance(action, ShowVerdict))
    assert (len(traces), shown.known) == ((0, "") if verdict_first else (1, trace))
    assert any(isinstance(action, Say) and "with the traceback above" in action.text for action in actions)
    player.save()
    again = player.feed(ProgramEnded(player.session.launches, 9.0, code=1, traceback=trace))
    assert any(isinstance(action, ShowTraceback) for action in again)


def test_a_program_that_only_listened_and_ended_is_told_so(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.listen()
    player.feed(ProgramEnded(1, 1.0, code=0))
    assert "listened, came to its last line and ended by itself" in player.said


@pytest.mark.parametrize("silent_first", [True, False])
def test_a_program_killed_by_a_silent_connection_is_restarted_at_once_and_it_is_said(
    play: Play, silent_first: bool
) -> None:
    player = play("1.3", present=("server.py",))
    player.listen()
    death = ProgramEnded(1, 5.1, code=1, traceback="AttributeError")
    seen = list(player.feed(hung_up(5.0))) if silent_first else []
    seen += player.feed(death)
    if not silent_first:
        seen += player.feed(hung_up(5.0))
    assert [action for action in seen if isinstance(action, Launch)] == [Launch(0, 2, True)]
    assert any("started again at once" in action.text for action in seen if isinstance(action, Say))


def test_one_silent_connection_explains_one_death_only(play: Play) -> None:
    player = play("1.3", present=("server.py",))
    player.listen()
    player.feed(hung_up(5.0))
    player.feed(ProgramEnded(1, 5.1, code=1))
    player.listen()
    player.feed(ProgramEnded(2, 5.3, code=1))
    assert not player.launched


@pytest.mark.parametrize(
    "event",
    [hung_up(1.0), hung_up(5.0, sent=40), Sighted(Closed(1, 5.0, "server", True, 0, 0), 5.0)],
    ids=["long ago", "it had asked", "the server hung up"],
)
def test_a_crash_of_another_kind_is_not_restarted(play: Play, event: Sighted) -> None:
    player = play("1.3", present=("server.py",))
    player.listen()
    player.feed(event)
    player.feed(ProgramEnded(1, 5.1, code=1))
    assert not player.launched


def test_a_program_that_never_listened_is_not_restarted(play: Play) -> None:
    player = play("1.3", present=("server.py",))
    player.feed(hung_up(5.0))
    player.feed(ProgramEnded(1, 5.1, code=1))
    assert not player.launched


def test_another_port_than_the_lesson_says_is_said(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.listen(typed=8000, real=8000)
    assert "listens on port 8000; the lesson says 8080" in player.said
    assert player.asked(Aim) == [Aim(None)]


def test_an_address_that_the_door_cannot_reach_is_said(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.listen(address="192.0.2.7")
    assert "listens on 192.0.2.7 only" in player.said


@pytest.mark.parametrize(("address", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.1", "127.0.0.1")])
def test_an_address_for_all_interfaces_is_reached_on_loopback(play: Play, address: str, reached: str) -> None:
    player = play("1.1", present=("server.py",))
    player.listen(address=address)
    assert player.asked(Aim)[0].target.address == reached


def test_a_program_that_cannot_be_moved_gets_the_typed_port_and_the_door_moves(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    player.feed(ProgramEnded(1, 1.0, code=1, traceback="OSError: [Errno 98] Address already in use"))
    assert player.asked(OpenDoor) == [OpenDoor(8081)]
    assert player.checked and not player.launched  # what the checks met may have been our door: they are run anew
    player.feed(DoorOpened(8081))
    assert "open localhost:8081" in player.said
    player.judge(PASSED)
    assert player.launched == [Launch(0, 2, False)]
    player.listen(real=8080)
    assert player.asked(Aim)[0].target.number == 8080
    assert "http://localhost:8081" in player.said


def test_checks_that_met_our_own_door_are_not_told(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    assert player.judge(BLOCKED, cause=Cause.PORT_TAKEN) == ()
    player.listen()  # it can be moved, so what the checks met was not our door
    player.save()
    player.listen()
    player.judge(BLOCKED, cause=Cause.PORT_TAKEN)
    assert len(player.asked(ShowVerdict)) == 1


def test_a_program_that_cannot_be_moved_and_its_checks_take_turns(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(9090))
    player.listen(real=8080)
    assert "take turns" in player.said
    assert player.asked(EndPrograms) and not player.checked
    player.feed(ProgramsGone())
    assert player.checked and not player.launched
    player.feed(ProgramsGone())
    assert player.actions == ()
    player.judge(FAILED)
    assert player.launched == [Launch(0, 2, False)]
    player.listen(real=8080)
    player.key("r")
    assert player.asked(EndPrograms) and not player.launched and not player.checked
    player.key("r")
    player.feed(ProgramsGone())
    assert player.checked == [RunCheck(player.session.run, "1.1")]
    player.key("r")  # the checks have the port already
    assert player.checked == [RunCheck(player.session.run, "1.1")]
    player.feed(NotJudged(player.session.run, "It could not be run.", "Press r."))
    assert player.launched == [Launch(0, 3, False)]
    player.key("r")
    player.key("d")
    player.feed(ProgramsGone())
    player.judge(PASSED)
    assert not player.launched


def test_a_changed_program_is_tried_moved_again_and_the_door_goes_back(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    player.feed(ProgramEnded(1, 1.0, code=1, last_words="Address already in use"))
    player.feed(DoorOpened(8081))
    player.judge(FAILED)
    assert player.launched == [Launch(0, 2, False)]
    player.save()
    assert player.asked(EndPrograms) and not player.launched and not player.checked
    player.save()
    player.feed(ProgramsGone())
    player.feed(ProgramsGone())  # of the second save
    assert not player.actions
    assert player.session.turn is Turn.PROGRAM and player.session.movable


def test_what_is_tried_moved_again_is_launched_and_checked_once_its_port_is_free(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    player.feed(ProgramEnded(1, 1.0, code=1, last_words="Address already in use"))
    player.feed(DoorOpened(8081))
    player.judge(FAILED)
    player.save()
    player.feed(ProgramsGone())
    assert player.asked(OpenDoor) == [OpenDoor(8080)]
    assert player.launched == [Launch(0, 3, True)]
    assert player.checked == [RunCheck(player.session.run, "1.1")]
    player.feed(DoorOpened(8080))
    player.listen()
    assert player.asked(Aim)[0].target.number == 40001
    assert "http://localhost:8080" in player.said


def test_a_program_that_is_refused_another_port_is_not_in_the_doors_way(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    trace = "OSError: [Errno 98] Address already in use"
    player.feed(ProgramEnded(1, 1.0, code=1, traceback=trace, refused=(8000,)))
    assert not player.asked(OpenDoor) and player.session.movable
    assert (
        "asks for port 8000, where somebody listens already, be it a check's own run of server.py; the lesson says 8080"
        in player.said
    )
    player.save()
    assert player.launched == [Launch(0, 2, True)]


def test_a_program_that_takes_its_own_port_twice_is_not_launched_for_ever(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    player.feed(ProgramEnded(1, 1.0, code=1, last_words="Address already in use"))
    player.feed(DoorOpened(8081))
    player.judge(FAILED)
    player.feed(ProgramEnded(2, 2.0, code=1, last_words="Address already in use"))
    assert not player.launched
    assert "ended with exit status 1" in player.said


def test_a_taken_door_names_who_holds_it_and_how_to_get_it_back(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.feed(DoorOpened(8082, "python server.py (process 4711)", 4711))
    for part in ("8080 is taken by python server.py (process 4711)", "open localhost:8082", "kill 4711"):
        assert part in player.said
    player.key("s")
    assert player.actions == (SendRequest("curl -v http://localhost:8082/"),)


def test_what_the_lab_knows_of_a_port_is_said_where_it_is_taken(play: Play) -> None:
    player = play("1.1")
    outer = player.session.programs[0]
    spec = outer.spec._replace(taken="On a Mac it is AirPlay Receiver.")
    player.session = replace(player.session, programs=(replace(outer, spec=spec),))
    player.feed(DoorOpened(8081, "ControlCe (process 501)", 501))
    assert player.said.endswith("On a Mac it is AirPlay Receiver.")
    player.session = replace(player.session, port=9000)
    player.feed(DoorOpened(9001, "another", 501))
    assert "AirPlay" not in player.said


def test_a_door_that_rests_is_taken_back_by_itself(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.feed(DoorOpened(8081, resting=True))
    assert "nobody listens there" in player.said and "goes back by itself" in player.said
    player.feed(Tick(1.0))
    assert not player.asked(ReclaimDoor)
    player.feed(Tick(60.0))
    assert player.asked(ReclaimDoor) == [ReclaimDoor(8080)]
    player.feed(Tick(60.5))
    assert not player.asked(ReclaimDoor)
    player.feed(DoorOpened(8080))
    assert "Port 8080 is free again" in player.said
    player.feed(Tick(90.0))
    assert not player.asked(ReclaimDoor)


@pytest.mark.parametrize("keys", ["d", "bb"], ids=["let go", "the live step"])
def test_a_door_that_rests_is_left_where_it_would_be_in_the_way(play: Play, keys: str) -> None:
    player = play("1.2", present=("server.py",))
    player.feed(DoorOpened(8081, resting=True))
    for key in keys:
        player.key(key)
    player.feed(Tick(60.0))
    assert not player.asked(ReclaimDoor)


def test_where_a_file_is_to_be_made_is_said_whole_and_where_it_went_too(play: Play) -> None:
    player = play("1.1", folder="/home/ada/my-stack")
    assert "Save it in /home/ada/my-stack, and it starts by itself." in player.said
    player.feed(Strayed("There is a server.py.txt: did your editor add .txt?"))
    assert "server.py.txt" in player.said


def test_a_door_that_has_moved_is_the_only_port_in_the_line(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.feed(DoorOpened(8081, "another program"))
    player.listen()
    assert player.said == "server.py listens. Open http://localhost:8081 (8080 is taken)"


def test_texts_name_the_door_as_it_is_and_the_port_that_is_typed_stays(play: Play) -> None:
    player = play("1.2")
    player.feed(DoorOpened(8081, "another program"))
    text = 'Open `localhost:8080`; it ends with :8080. `bind(("", 8080))` at 192.0.2.1:8080 and localhost:80800.'
    step = step_at_door(player.session, replace(player.session.step, text=text, hints=("It ends with `:8080`.",)))
    assert step.text == text.replace("localhost:8080`", "localhost:8081`").replace("with :8080", "with :8081")
    assert step.hints == ("It ends with `:8081`.",)
    assert step.send[0] == "curl -v http://localhost:8081/"


def test_send_goes_through_the_lessons_lines_in_turn(play: Play) -> None:
    player = play("1.2")
    lines = [player.key("s")[0].line for _ in range(3)]
    assert lines == [
        "curl -v http://localhost:8080/",
        "curl http://localhost:8080/index.html",
        "curl -v http://localhost:8080/",
    ]


def test_the_door_is_let_go_and_taken_back(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.key("d")
    assert player.asked(EndPrograms) and player.asked(ShutDoor)
    player.save()
    assert not player.launched and player.checked
    player.key("r")
    assert not player.launched and player.checked
    player.key("d")
    assert player.actions[0] == OpenDoor(8080) and player.launched


def test_a_file_that_goes_away_ends_its_program_and_comes_back(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.save(present=())
    assert player.asked(EndPrograms) and not player.launched and not player.checked
    assert "server.py is gone" in player.said
    assert what_next(player.session) == "Create server.py and save it."
    player.save()
    assert player.launched and player.checked


def test_the_missing_file_of_a_step_that_was_left_leads_back_there(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    missing = Finding("1.1", "c", "t", FAILED, Cause.MISSING_FILE, "There is no file page.py yet.")
    player.feed(Judged(player.session.run, Verdict("1.2", ("1.1", "1.2"), "7", 0.1, (missing,))))
    assert (
        what_next(player.session)
        == "A file of 1.1 is missing, and what that step asks still holds: go back to it with b."
    )
    player.save()
    player.judge(FAILED)
    assert what_next(player.session) == "Change server.py and save it."


def test_a_passed_step_whose_file_has_gone_does_not_send_one_on(play: Play) -> None:
    player = play("1.2", present=("server.py",))
    player.judge(PASSED)
    assert what_next(player.session).startswith("Press n")
    player.save(present=())
    assert what_next(player.session) == "Create server.py and save it."


def test_who_saves_fast_gets_each_save_launched(play: Play) -> None:
    player = play("1.3", present=("server.py",))
    for number in range(8):
        player.feed(Saved(("app/routes.py",), frozenset({"server.py"}), number * 0.3))
        assert player.launched and player.asked(RunCheck)


def test_what_the_program_itself_was_seen_to_write_is_no_save_and_is_said_once(play: Play) -> None:
    player = play("1.3", present=("server.py",))
    for number in range(5):
        written = frozenset({"index.html"})
        player.feed(Saved(("index.html",), frozenset({"server.py"}), number * 0.5, written))
        assert not player.launched
        assert ("Your program itself has written index.html" in player.said) is (number == 0)
    player.feed(Saved(("index.html", "main.css"), frozenset({"server.py"}), 3.0, written))
    assert player.launched  # the other one is a save
    player.feed(Saved(("index.html",), frozenset({"server.py"}), 3.1))
    assert player.launched  # this time it was the learner


def test_what_seems_to_be_the_programs_own_work_does_not_restart_it_for_ever(play: Play) -> None:
    player = play("1.3", present=("server.py",))
    launches = 0
    said = []
    for number in range(20):
        player.feed(Saved(("index.html",), frozenset({"server.py"}), number * 0.5))
        launches += len(player.launched)
        said.append("seems to write index.html" in player.said)
    assert 5 < launches < 13
    assert said.count(True) == 1
    player.feed(Saved(("index.html",), frozenset({"server.py"}), 30.0))
    assert player.launched  # so late it is the learner's
    player.feed(Saved(("index.html",), frozenset({"server.py"}), 30.5))
    assert not player.launched
    player.save("index.html", "server.py")
    assert player.launched


def test_a_slow_start_is_said_once(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.judge(FAILED)
    player.feed(Tick(3.5))
    assert "has not begun to listen on port 8080" in player.said
    player.feed(Tick(9.0))
    assert player.actions == ()


def test_going_on_without_having_passed_is_allowed(play: Play) -> None:
    player = play("1.1")
    player.key("n")
    assert player.session.step.id == "1.2"
    assert "1.1 is not passed yet" in player.said
    player.key("b")
    assert player.session.step.id == "1.1"


def test_the_live_step_ends_what_runs_and_keeps_the_door(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(DoorOpened(8080))
    player.key("b")
    assert player.asked(EndPrograms) and player.asked(OpenStage)
    assert not player.asked(ShutDoor) and not player.asked(OpenDoor)
    assert player.save() == ()
    assert player.feed(hung_up(2.0)) == ()
    player.key("d")
    assert not player.asked(ShutDoor)
    player.key("q")
    assert player.actions == (Leave(0),)


def test_progress_is_kept_over_steps(play: Play) -> None:
    player = play("1.2", progress=Progress(opened=("1.0", "1.1"), passed=("1.0", "1.1")))
    assert player.asked(WriteProgress)[0].progress.opened == ("1.0", "1.1", "1.2")
    assert player.asked(ShowLesson)[0].step.id == "1.2"


def test_what_cannot_be_run_is_said_and_the_lab_goes_on(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(NotJudged(player.session.run, "The folder is too large.", "Move things out."))
    assert player.said == "The folder is too large. Move things out."
    player.feed(Trouble("Progress can't be written.", "Make room."))
    assert player.said
    player.feed(Trouble("Progress can't be written.", "Make room."))
    assert player.actions == ()


def test_what_was_pasted_presses_no_keys(play: Play) -> None:
    player = play("1.1")
    player.feed(Pasted("stackwalk check"))
    assert not player.asked(ShowHint)
    assert "left aside" in player.said


def test_a_single_check_is_counted_while_the_rest_runs(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    finding = _passing(player).findings[0]
    player.feed(Found(player.session.run, finding))
    player.feed(Found(player.session.run - 1, finding))
    assert len(player.session.found) == 1


KEYS = st.sampled_from("nbhsrlpwd?123") | st.just("enter")


@given(
    st.lists(
        st.one_of(KEYS, st.sampled_from(["save", "gone", "listen", "end", "pass", "fail", "tick"])),
        max_size=40,
    )
)
def test_whatever_happens_in_whatever_order_the_session_goes_on(play: Play, happenings: list[str]) -> None:
    player = play("1.1")
    for happening in happenings:
        match happening:
            case "save":
                player.save()
            case "gone":
                player.save(present=())
            case "listen":
                player.listen()
            case "end":
                player.feed(ProgramEnded(player.session.launches, player.at, code=1, traceback="x"))
            case "pass":
                player.judge(PASSED)
            case "fail":
                player.judge(FAILED)
            case "tick":
                player.feed(Tick(player.at + 400))
            case _:
                player.feed(Key(happening, player.at))
        assert player.session.step in player.session.lab.steps
        assert len({one.launch for one in player.session.programs}) == len(player.session.programs)
        assert what_next(player.session).endswith((".", ")."))
        assert react(player.session, Tick(player.at))[0] is not None


def test_where_lines_are_typed_only_the_keys_that_work_there_are_shown(play: Play) -> None:
    player = play("1.0")
    player.key("?")
    shown = [key for key, _ in player.asked(ShowKeys)[0].keys]
    assert shown == ["n", "b", "h", "s", "l", "q", "?", "Ctrl+D"]
    player = play("1.1")
    player.key("?")
    assert {"d", "r", "p", "w"} < {key for key, _ in player.asked(ShowKeys)[0].keys}


def test_a_program_listens_again_only_when_it_has_listened_before(play: Play) -> None:
    player = play("1.1", present=("server.py",))
    player.feed(ProgramEnded(1, 1.0, code=1, traceback="SyntaxError"))
    player.save()
    player.listen()
    assert "server.py listens on port 8080" in player.said
    player.save()
    player.listen()
    assert "server.py listens again on port 8080" in player.said


def test_who_goes_back_once_all_is_passed_can_go_on_again(play: Play) -> None:
    passed = Progress(opened=("1.0", "1.1", "1.2", "1.3"), passed=("1.0", "1.1", "1.2", "1.3"), current="1.3")
    player = play("1.0", progress=passed)
    for step in ("1.1", "1.2", "1.3", "1.3"):
        player.key("n")
        assert player.session.step.id == step
    assert "the road ends here" in player.said
