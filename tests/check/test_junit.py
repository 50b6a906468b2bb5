"""The JUnit report, held to what Ant's schema and Jenkins' ask for, whatever a program printed."""

from datetime import datetime
from xml.etree import ElementTree as Xml

from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.junit import to_junit
from stackwalk.check.verdict import Cause, Finding, Outcome, Piece, Verdict

AT = datetime(2026, 3, 4, 5, 6, 7)
SUITE = {"id", "package", "name", "hostname", "timestamp", "time", "tests", "failures", "errors", "skipped"}
REPORT = {"failure": {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"}}


def finding(step: str, outcome: Outcome, **more: object) -> Finding:
    cause = Cause.SILENT if outcome is Outcome.FAILED else Cause.NEEDS if outcome is Outcome.BLOCKED else None
    return Finding(step, "it", "it works", outcome, cause, "", **more)  # type: ignore[arg-type]


def verdict(*findings: Finding, message: str | None = None) -> Verdict:
    steps = tuple(dict.fromkeys(one.step for one in findings))
    return Verdict("all", steps, "a seed", 0.5, findings, message)


def report(given: Verdict) -> Xml.Element:
    """The report read back, after all that the schemas ask for has been found in it."""
    root = Xml.fromstring(to_junit(given, AT).encode())
    assert (root.tag, root.attrib) == ("testsuites", {})
    for number, suite in enumerate(root):
        assert (suite.tag, set(suite.attrib)) == ("testsuite", SUITE)
        assert suite.get("id") == str(number)
        assert suite.get("timestamp") == "2026-03-04T05:06:07"
        tags = [child.tag for child in suite]
        cases = suite.findall("testcase")
        assert tags == ["properties", *["testcase"] * len(cases), "system-out", "system-err"]
        assert suite.get("tests") == str(len(cases)) != "0"
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(word) == str(len(suite.findall(f"testcase/{tag}")))
        for case in cases:
            assert set(case.attrib) == {"classname", "name", "time"}
            assert float(case.get("time", "")) >= 0
            assert len(case) <= 1
            for child in case:
                assert set(child.attrib) == REPORT[child.tag]
                assert len(child) == 0
    return root


def test_a_suite_for_each_step_and_a_case_for_each_check() -> None:
    outcomes = [Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED, Outcome.BROKEN, Outcome.SKIPPED]
    root = report(verdict(finding("1.1", Outcome.PASSED), *(finding("1.2", outcome) for outcome in outcomes)))
    assert [suite.get("name") for suite in root] == ["1.1", "1.2"]
    found = [[child.tag for child in case] for case in root[1].findall("testcase")]
    assert found == [[], ["failure"], ["error"], ["error"], ["skipped"]]
    assert [child.get("type") for child in root[1].findall("testcase/*")] == ["silent", "needs", "broken", None]


def test_the_seconds_of_a_check_are_in_it() -> None:
    root = report(verdict(finding("1.1", Outcome.PASSED, seconds=1.25), finding("1.1", Outcome.PASSED, seconds=0.5)))
    assert root[0].get("time") == "1.750"
    assert [case.get("time") for case in root.findall("*/testcase")] == ["1.250", "0.500"]


def test_a_run_that_could_not_be_is_one_error() -> None:
    root = report(verdict(message="The workspace is too large. Make it smaller."))
    error = root.find("testsuite/testcase/error")
    assert error is not None
    assert error.get("message") == "The workspace is too large. Make it smaller."


def test_what_helps_is_all_in_the_report() -> None:
    failed = Finding(
        "1.1", "it", "it works", Outcome.FAILED, Cause.WRONG_ANSWER, "No.", "hi\\r\\n", "ho\\n", "Look at the end.",
        (Piece(0.25, "server", b"\xff\x00ho\n", 7),), "Traceback: <boom> & ]]>",
    )  # fmt: skip
    text = report(verdict(failed)).findtext("testsuite/testcase/failure") or ""
    for part in ("hi\\r\\n", "ho\\n", "Look at the end.", "0.250 s server", "\\xff\\x00ho", "7 more", "<boom> & ]]>"):
        assert part in text


@given(st.text(st.characters(codec=None)), st.binary(), st.sampled_from(list(Outcome)))
def test_nothing_that_a_program_says_can_spoil_the_report(text: str, data: bytes, outcome: Outcome) -> None:
    cause = text if outcome is Outcome.FAILED else None
    hostile = Finding("1.1", text, text, outcome, cause, text, text, text, text, (Piece(0.0, "client", data),), text)
    seeded = Verdict(text, ("1.1",), text, 0.1, (hostile,), text)
    assert len(report(seeded).findall("testsuite/testcase")) == 1
    said = {*text, *map(chr, range(0x20)), "\x7f", "\ufffe", "\ud800"}
    legal = "".join(sorted(one for one in said if one in "\t\n\r" or "\x20" <= one < "\ud800" or one > "\udfff"))
    root = report(verdict(finding("1.1", Outcome.BROKEN, output="\x00\x1b\x08\ufffe\uffff\ud800" + legal)))
    assert "\\x00\\x1b\\x08\\ufffe\\uffff\\ud800" in (root.findtext("testsuite/testcase/error") or "")
