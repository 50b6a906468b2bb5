"""3.3: an application of one function, as PEP 3333 has it, under Gunicorn and under the validator."""

import re
from collections.abc import Sequence

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import media_type
from stackwalk.check.plugin import Launch
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

COMMAND = ("gunicorn", "--workers", "1", "--bind", "127.0.0.1:8000")
VALIDATED = """\
from wsgiref.validate import validator

import bare

application = validator(bare.application)
"""


def greeted(server: Server, path: str) -> Answer:
    answer = server.get(path)
    answer.expect_status(200, f"Your function answers every path with 200 OK, {path} as well.")
    answer.expect_body(
        f"Hello from WSGI, {path}".encode(),
        "The body is the greeting and the path that was asked for, with its slash.",
        final_newline=True,
    )
    return answer


def paths(fresh: Fresh) -> Sequence[str]:
    return (f"/{fresh.word()}", f"/{fresh.word()}/{fresh.name('.html')}", "/")


def test_it_greets_with_the_path(server: Server, fresh: Fresh) -> None:
    """every path is answered with Hello from WSGI and that path"""
    for path in paths(fresh):
        greeted(server, path)


def test_it_is_plain_text(server: Server, fresh: Fresh) -> None:
    """the type of the answer is text/plain"""
    answer = server.get(f"/{fresh.word()}")
    if media_type(answer) != "text/plain":
        fail("The answer is plain text, and its Content-Type has to say so.", expected="Content-Type: text/plain",
            actual=f"Content-Type: {answer.header('Content-Type')}")  # fmt: skip


def test_it_keeps_the_agreement(launch: Launch, workspace: Workspace, fresh: Fresh) -> None:
    """wsgiref.validate, which knows PEP 3333 by heart, has nothing to say"""
    module = f"validated_{fresh.word()}"
    workspace.write(f"{module}.py", VALIDATED)
    server = launch([*COMMAND, module], file="bare.py", port=8000, answers=True)
    path = f"/{fresh.word()}"
    answer = server.get(f"{path}?{fresh.word()}=1", whole=False)
    complaints = re.findall(r"(?:^AssertionError|WSGIWarning): (.*)$", server.output(), re.MULTILINE)
    if complaints:
        said = complaints[-1]
        fail(f"wsgiref.validate says: {said}", hint="PEP 3333 is the text behind it; section 'Specification Details'.")
    answer.expect_status(200, "With wsgiref.validate around it your function is answered with 200, as without.")
