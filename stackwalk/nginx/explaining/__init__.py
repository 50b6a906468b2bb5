"""nginx's messages in a learner's words: what they mean, the line that is to blame, and what to try.

nginx names the line on which it noticed. That is the one after a forgotten semicolon, the one behind the end of
the file for a forgotten "}", and for some mistakes none at all: these are looked for in the text.
"""

from collections.abc import Iterable, Mapping

from stackwalk.nginx.complaint import Complaint, Severity

# The order of the table: each of these adds its rows.
from stackwalk.nginx.explaining import directives, running, syntax, values, whole  # noqa: F401
from stackwalk.nginx.explaining.said import Said, as_typed, read_message
from stackwalk.nginx.explaining.table import answer_to
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Setting

__all__ = ["as_typed", "explain"]

MOST = 50  # complaints of one text

_SEVERITIES: Mapping[str, Severity] = {
    "emerg": "error",
    "alert": "error",
    "crit": "error",
    "error": "error",
    "warn": "warning",
}


def explain(text: str, project: Project, names: Iterable[tuple[str, str]], setting: Setting) -> tuple[Complaint, ...]:
    """Every message of what nginx printed or logged; what is no more than news is left out."""
    known = tuple(names)
    found: dict[Complaint, None] = {}
    heard: set[str] = set()
    for line in text.splitlines():
        said = read_message(line, project, known, setting)
        # The second only repeats what was said of the port before.
        if said is None or said.level not in _SEVERITIES or said.text.startswith("still could not bind"):
            continue
        # A list of types that is there twice brings one for each of them.
        once = "duplicate extension" if said.text.startswith("duplicate extension") else said.in_full
        if once in heard:
            continue
        heard.add(once)
        found[_complaint(said)] = None
        if len(found) >= MOST:
            break
    return tuple(found)


def _complaint(said: Said) -> Complaint:
    answer = answer_to(said)
    severity = _SEVERITIES[said.level]
    if said.of_request and severity == "error":
        severity = "warning"  # nginx goes on
    file, line = said.source.name if said.source else None, said.blamed if answer.line is None else answer.line
    if answer.at is not None:
        file, line = answer.at
    return Complaint(file, line, severity, said.in_full, answer.means, answer.try_this)
