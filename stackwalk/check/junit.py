"""A verdict as JUnit XML, for the machines that read test reports: a suite for each step, a case for each check.

Valid against the schema of Ant's reports, the strictest of those around, and against Jenkins'. What XML can't
hold is written as an escape.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from xml.etree import ElementTree as Xml

from stackwalk.check.verdict import Finding, Outcome, Piece, Verdict

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_ELEMENTS = {
    Outcome.FAILED: "failure",
    Outcome.BLOCKED: "error",
    Outcome.BROKEN: "error",
    Outcome.SKIPPED: "skipped",
}


def to_junit(verdict: Verdict, at: datetime) -> str:
    """The verdict as one XML document; `at` is when the run began, in local time.

    A verdict without findings is a suite with one case that says why nothing ran.
    """
    root = Xml.Element("testsuites")
    findings = verdict.findings or (_nothing_ran(verdict),)
    for number, (step, found) in enumerate(groupby(findings, attrgetter("step"))):
        root.append(_suite(number, step, tuple(found), verdict, at))
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, encoding="unicode")}\n'


def _nothing_ran(verdict: Verdict) -> Finding:
    outcome = verdict.outcome
    return Finding(verdict.asked or "check", "check", "the checks ran", outcome, None, verdict.message or "")


def _suite(number: int, step: str, found: Sequence[Finding], verdict: Verdict, at: datetime) -> Xml.Element:
    kinds = [_ELEMENTS.get(finding.outcome) for finding in found]
    suite = Xml.Element(
        "testsuite",
        {
            "id": str(number),
            "package": "stackwalk",
            "name": _legal(step),
            "hostname": "localhost",
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S"),
            "time": f"{sum(finding.seconds for finding in found):.3f}",
            "tests": str(len(found)),
            "failures": str(kinds.count("failure")),
            "errors": str(kinds.count("error")),
            "skipped": str(kinds.count("skipped")),
        },
    )
    properties = Xml.SubElement(suite, "properties")
    Xml.SubElement(properties, "property", {"name": "seed", "value": _legal(verdict.seed)})
    suite.extend(_case(finding) for finding in found)
    Xml.SubElement(suite, "system-out")
    Xml.SubElement(suite, "system-err")
    return suite


def _case(finding: Finding) -> Xml.Element:
    case = Xml.Element(
        "testcase",
        {
            "classname": _legal(f"stackwalk.{finding.step}"),
            "name": _legal(f"{finding.name}: {finding.title}"),
            "time": f"{finding.seconds:.3f}",
        },
    )
    element = _ELEMENTS.get(finding.outcome)
    if element is not None:
        message = {"message": _legal(finding.message)}
        if element != "skipped":
            message["type"] = _legal(str(finding.cause or finding.outcome.value))
        Xml.SubElement(case, element, message).text = _legal(_details(finding)) or None
    return case


def _details(finding: Finding) -> str:
    parts = [
        finding.message,
        f"expected: {finding.expected}\nactual:   {finding.actual}" if finding.expected or finding.actual else "",
        f"Try: {finding.hint}" if finding.hint else "",
        "\n".join(_line(piece) for piece in finding.transcript),
        finding.output,
    ]
    return "\n\n".join(part for part in parts if part)


def _line(piece: Piece) -> str:
    more = f" ({piece.omitted} more bytes)" if piece.omitted else ""
    return f"{piece.at:.3f} s {piece.sender} {piece.data!r}{more}"


def _legal(text: str) -> str:
    r"""The text with what XML can't hold as an escape.

    >>> _legal("\x1b[31m red \ud800")
    '\\x1b[31m red \\ud800'
    """
    return _ILLEGAL.sub(lambda found: found[0].encode("unicode_escape", "backslashreplace").decode("ascii"), text)
