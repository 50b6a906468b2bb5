"""What is said of saved files while a stack is up."""

from pathlib import Path

import pytest

from stackwalk.up.part import fault_in
from stackwalk.up.reloading import noticed

FRONT = ("nginx.conf", "conf.d/app.inc")
KEPT = ("app/static/",)
GOES_ON = "The stack goes on with what it has read."
NEXT_TIME = "What it says holds from the next `stackwalk up` on."


@pytest.mark.parametrize(
    "path",
    ["nginx.conf", "conf.d/app.inc", "app/routes.py", "gunicorn.conf.py", "app/templates/index.html", "new.conf"],
)
def test_what_a_program_has_read_is_said(path: str) -> None:
    said = noticed([path], FRONT, KEPT)
    assert said[0] == f"{path} was saved. {GOES_ON}"
    assert said[1].endswith("stackwalk reload")


@pytest.mark.parametrize("path", ["app/static/site.js", "app/static/made.py", "index.html", "notes.yaml", "deploy.sh"])
def test_what_nobody_keeps_in_mind_is_not(path: str) -> None:
    assert noticed([path], FRONT, KEPT) == []


def test_what_makes_another_stack_waits_for_the_next_one() -> None:
    assert noticed(["compose.yaml"], FRONT, KEPT) == [f"compose.yaml was saved. {NEXT_TIME}"]


def test_many_are_counted() -> None:
    said = noticed([f"a{number}.py" for number in range(5)], FRONT, ())
    assert said[0] == f"a0.py, a1.py, a2.py and 2 more were saved. {GOES_ON}"


PRINTED = """[ERROR] Exception in worker process
Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/gunicorn/arbiter.py", line 600, in spawn_worker
    worker.init_process()
  File "{folder}/wsgi.py", line 1, in <module>
    from app import application
  File "{folder}/app/routes.py", line 7
    return "no end
           ^
SyntaxError: unterminated string literal (detected at line 7)
[INFO] Worker exiting (pid: 12)
Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/gunicorn/app/base.py", line 71, in run
    Arbiter(self).run()
gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>
"""


def test_the_fault_is_the_last_one_in_the_learners_own_files(tmp_path: Path) -> None:
    own = "app/routes.py, line 7: SyntaxError: unterminated string literal (detected at line 7)."
    assert fault_in(PRINTED.format(folder=tmp_path), tmp_path) == own
    assert fault_in('Traceback:\n  File "server.py", line 3, in <module>\nKeyError: 1\n', tmp_path) == (
        "server.py, line 3: KeyError: 1."
    )
    assert fault_in(PRINTED.format(folder="/elsewhere"), tmp_path) == ""
