"""Verdicts: the worst outcome decides, empty never passes, and JSON gives back what went in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.verdict import Cause, Finding, Outcome, Piece, Verdict, steps_that_ran

PIECES = st.builds(
    Piece,
    at=st.integers(0, 10**7).map(lambda micro: micro / 10**6),
    sender=st.sampled_from(["client", "server"]),
    data=st.binary(max_size=40),
    omitted=st.integers(0, 10**9),
)
FINDINGS = st.builds(
    Finding,
    step=st.sampled_from(["1.1", "2.3"]),
    name=st.text(max_size=20),
    title=st.text(max_size=20),
    outcome=st.sampled_from(Outcome),
    cause=st.none() | st.sampled_from(Cause) | st.just("a-cause-of-tomorrow"),
    message=st.text(),
    expected=st.text(),
    actual=st.text(),
    hint=st.text(),
    transcript=st.lists(PIECES, max_size=3).map(tuple),
    output=st.text(),
    notes=st.lists(st.text(min_size=1), max_size=2).map(tuple),
)
VERDICTS = st.builds(
    Verdict,
    asked=st.text(max_size=5),
    steps=st.lists(st.text(max_size=4), max_size=3).map(tuple),
    seed=st.text(max_size=8),
    seconds=st.integers(0, 10**7).map(lambda micro: micro / 10**6),
    findings=st.lists(FINDINGS, max_size=4).map(tuple),
    message=st.none() | st.text(),
)


def finding(outcome: Outcome, step: str = "1.1", name: str = "a") -> Finding:
    return Finding(step, name, "a title", outcome)


def verdict(*outcomes: Outcome, message: str | None = None) -> Verdict:
    return Verdict("1.1", ("1.1",), "seed", 0.1, tuple(finding(outcome) for outcome in outcomes), message)


@given(VERDICTS)
def test_json_gives_back_what_went_in(given_verdict: Verdict) -> None:
    text = given_verdict.to_json()
    assert text.isascii() and "\n" not in text
    assert Verdict.from_json(text) == given_verdict


@given(VERDICTS)
def test_only_passed_checks_pass(given_verdict: Verdict) -> None:
    outcomes = {one.outcome for one in given_verdict.findings}
    right = Outcome.PASSED in outcomes and outcomes <= {Outcome.PASSED, Outcome.SKIPPED}
    assert given_verdict.passed is right
    assert (given_verdict.exit_code == 0) is right


@pytest.mark.parametrize(
    ("outcomes", "worst", "code"),
    [
        ((Outcome.PASSED,), Outcome.PASSED, 0),
        ((Outcome.PASSED, Outcome.SKIPPED), Outcome.PASSED, 0),
        ((Outcome.PASSED, Outcome.FAILED), Outcome.FAILED, 1),
        ((Outcome.FAILED, Outcome.BLOCKED), Outcome.BLOCKED, 2),
        ((Outcome.BLOCKED, Outcome.BROKEN, Outcome.PASSED), Outcome.BROKEN, 3),
        ((Outcome.SKIPPED,), Outcome.BROKEN, 3),
        ((), Outcome.BROKEN, 3),
    ],
)
def test_the_worst_decides(outcomes: tuple[Outcome, ...], worst: Outcome, code: int) -> None:
    one = verdict(*outcomes)
    assert (one.outcome, one.exit_code) == (worst, code)


def test_an_empty_verdict_with_a_reason_is_blocked() -> None:
    assert verdict(message="There is no workspace.").exit_code == 2


def test_the_first_problem_is_the_first_that_decided() -> None:
    broken = finding(Outcome.BROKEN, name="c")
    one = Verdict("1", (), "", 0.0, (finding(Outcome.PASSED), finding(Outcome.FAILED), broken))
    assert one.first_problem is broken
    assert verdict(Outcome.PASSED).first_problem is None


def test_skipped_steps_did_not_run() -> None:
    found = (finding(Outcome.PASSED, "1.1"), finding(Outcome.FAILED, "1.2"), finding(Outcome.SKIPPED, "1.3"))
    assert steps_that_ran(found) == ("1.1", "1.2")


def test_another_format_is_refused() -> None:
    value = json.loads(verdict(Outcome.PASSED).to_json())
    value["format"] = 2
    with pytest.raises(ValueError, match="format 2 is not 1"):
        Verdict.from_value(value)


def test_needs_and_a_taken_port_are_blocked_and_all_else_is_failed() -> None:
    blocked = {cause for cause in Cause if cause.outcome is Outcome.BLOCKED}
    assert blocked == {Cause.NEEDS, Cause.PORT_TAKEN}
    assert {cause.outcome for cause in set(Cause) - blocked} == {Outcome.FAILED}
