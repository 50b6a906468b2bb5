"""Run the learner's tests on their application, broken on purpose in one way after the other.

What a client gets is then not what the learner's code says. Each way is tried in a fork, so that pytest, its plugins
and Flask are imported once; its exit status is printed. The word in it is filled in by the check.
"""

import contextlib
import gc
import io
import os
import sys
from typing import Any

import flask
import pytest
from werkzeug.wrappers import Request
from werkzeug.wsgi import get_input_stream

# Hypothesis works without its plugin, which needs longer to be loaded than all the rest.
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--tb=short", "--color=no", "-c", os.devnull,
    "--rootdir=.", "--confcutdir=.")  # fmt: skip
KIND = "right"
WORD = "@WORD@"
_call = flask.Flask.__call__


def _answer(start_response: Any, status: str, text: str, *headers: tuple[str, str]) -> list[bytes]:
    body = text.encode()
    start_response(status, [("Content-Type", "text/html"), ("Content-Length", str(len(body))), *headers])
    return [body]


def _broken(self: Any, environ: Any, start_response: Any) -> Any:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    posted = method == "POST" and path == "/notes"
    form = _form(environ) if posted else {}
    if KIND == "greeting" and path in ("/", "/index"):
        return _answer(start_response, "200 OK", f"<h1>Good night, {WORD}!</h1>")
    if KIND == "name" and path.startswith("/hello/") and path != "/hello/":
        return _answer(start_response, "200 OK", f"Hello, {WORD}!")
    if KIND == "missing":
        return _never_missing(self, environ, start_response)
    if KIND == "note" and posted and form.get("text"):
        return _answer(start_response, "303 SEE OTHER", "", ("Location", "/notes"))
    if KIND == "empty" and posted and not form.get("text"):
        return _answer(start_response, "303 SEE OTHER", "", ("Location", "/notes"))
    return _call(self, environ, start_response)


def _form(environ: Any) -> dict[str, str]:
    """The fields of the form, which can be read again afterwards."""
    body = get_input_stream(environ).read()
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    # As the application itself reads it, however the form is written.
    return Request({**environ, "wsgi.input": io.BytesIO(body)}).form.to_dict()


def _never_missing(self: Any, environ: Any, start_response: Any) -> Any:
    def start(status: str, headers: Any, *more: Any) -> Any:
        return start_response("200 OK" if status.startswith("404") else status, headers, *more)

    return _call(self, environ, start)


def _try(kind: str) -> int:
    """The exit status of the tests on that copy."""
    global KIND  # noqa: PLW0603
    KIND = kind
    if kind != "right":
        flask.Flask.__call__ = _broken  # type: ignore[method-assign]
    return int(pytest.main([*OPTIONS, "test_app.py"]))


# The plugins that are installed are read, and their asserts rewritten: that is most of what a run of few tests costs.
with contextlib.redirect_stdout(io.StringIO()):
    pytest.main([*OPTIONS, "--noconftest", "--markers"])
gc.freeze()
for kind in sys.argv[1:]:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = _try(kind)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    print(f"\n{kind} ends with {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", flush=True)
