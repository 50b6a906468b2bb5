"""Rules of the labs' mistakes that no recorded attempt can show: a file that is missing, a setting of another step."""

from pathlib import Path

import pytest

from stackwalk.check.grader import read_mistakes
from stackwalk.check.mistake import Evidence, sentence_for

LABS = Path(__file__).parents[2] / "labs"
TRACEBACK = 'Traceback (most recent call last):\n  File "/w/service.py", line 1, in <module>\n'


def said(lab: str, **known: object) -> str | None:
    values: dict[str, object] = {
        "step": "2.1", "check": "c", "cause": "crashed", "message": "", "output": "", "traceback": "", "answer": None,
    }  # fmt: skip
    evidence = Evidence(**(values | known))  # type: ignore[arg-type]
    return sentence_for(evidence, read_mistakes(LABS / lab / "mistakes.py"))


@pytest.mark.parametrize("near", ["app/_init_.py", "app/__init__.py.py", "app/init.py"])
def test_a_package_without_its_init_is_told_the_file_that_was_meant(near: str) -> None:
    error = "ImportError: cannot import name 'application' from 'app' (unknown location)"
    sentence = said("2-framework", traceback=TRACEBACK + error, sources={near: "application = 1\n"})
    assert sentence is not None
    assert "no file __init__.py" in sentence
    assert f"Yours is called {near.removeprefix('app/')}." in sentence


def test_an_init_without_an_application_is_told_so() -> None:
    error = "ImportError: cannot import name 'application' from 'app' (/w/app/__init__.py)"
    sentence = said(
        "2-framework", traceback=TRACEBACK + error, sources={"app/__init__.py": "from flask import Flask\n"}
    )
    assert sentence is not None
    assert "there is nothing called application" in sentence


def test_gunicorn_in_the_background_is_told_its_line() -> None:
    conf = {"gunicorn.conf.py": 'bind = "127.0.0.1:8000"\ndaemon = True\n'}
    sentence = said("3-wsgi", step="3.1", cause="left-behind", sources=conf)
    assert sentence is not None
    assert "daemon = True" in sentence
    killed = said("3-wsgi", step="3.6", cause="left-behind", sources={})
    assert killed is not None
    assert "the signal for new workers is HUP" in killed


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('kill -SIGHUP "$(cat "$1")"\n', "without SIG"),
        ('set -euo pipefail\nkill -HUP "$(cat "$1")"\n', "What runs deploy.sh is sh"),
        ("kill -HUP $1\n", "the name of the file with that number"),
    ],
)
def test_a_script_that_sh_cannot_run_is_told_why(script: str, words: str) -> None:
    """Which of these fail depends on the machine's sh, so no recorded attempt can show them."""
    known = {"step": "3.6", "cause": "wrong-answer", "sources": {"deploy.sh": script}}
    sentence = said("3-wsgi", message="sh deploy.sh gunicorn.pid ends with status 2.", **known)
    assert sentence is not None
    assert words in sentence
    assert said("3-wsgi", message="deploy.sh has run, and 5 s later the old code still answers.", **known) is None


def test_an_address_is_blamed_only_where_it_is_none() -> None:
    taken = "[ERROR] connection to ('127.0.0.1', 8000) failed: [Errno 98] Address already in use\n"
    for bind, blamed in (('"127.0.0.1;8000"', True), ('["127.0.0.1:8000"]', False), ("'localhost:8000'", False)):
        conf = {"gunicorn.conf.py": f"bind = {bind}\n"}
        sentence = said("3-wsgi", step="3.5", cause="exited", printed=taken, sources=conf)
        assert ("is no address" in (sentence or "")) == blamed
