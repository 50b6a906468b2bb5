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
