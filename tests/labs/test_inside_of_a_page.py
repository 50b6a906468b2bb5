"""2.5 asks whether a page shows what happened inside: compared with what did, not with words that sound like it."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / "labs" / "2-framework" / "5-errors" / "check.py"
inside_of: Callable[[str, str, list[str]], str] = runpy.run_path(str(CHECK))["inside_of"]
TRACEBACK = """Traceback (most recent call last):
  File "/w/lib/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/w/app/routes.py", line 34, in share
    return str(100 // children)
               ~~~~^^~~~~~~~~~~
ZeroDivisionError: integer division or modulo by zero
"""


@pytest.mark.parametrize(
    "page",
    [
        "Our IT division has been told. Call line 555, or hotline 34.",
        '<div class="pageError">Warning: an error.</div>',
        "<p>Something went wrong here.</p>", "An Exception to the rule, at 10:34.",
    ],
)  # fmt: skip
def test_ordinary_words_are_not_from_inside(page: str) -> None:
    assert inside_of(page, TRACEBACK, ["service.py"]) == ""
    assert inside_of(page, "", ["service.py"]) == ""


@pytest.mark.parametrize(
    "page",
    [
        "ZeroDivisionError", "integer division or modulo by zero", "division by zero", "in routes.py", "line 34",
        "<code>100 // children</code> of return str(100 // children)", "service.py", "a KeyError", TRACEBACK,
        "return str(100 &#47;&#47; children)",
    ],
)  # fmt: skip
def test_what_happened_is_from_inside(page: str) -> None:
    assert inside_of(page, TRACEBACK, ["service.py"]) != ""


def test_an_error_of_the_learners_own_is_known_by_the_traceback() -> None:
    own = TRACEBACK.replace("ZeroDivisionError: integer", "app.routes.NoChildren: integer")
    assert inside_of("NoChildren", own, []) == "NoChildren"
    assert inside_of("Oops!", TRACEBACK.replace("ZeroDivisionError: integer", "app.routes.Oops: integer"), []) == ""
