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
    sentence = said("3-wsgi", message="sh deploy.sh word.pid ends with status 2.", **known)
    assert sentence is not None
    assert words in sentence
    assert said("3-wsgi", message="deploy.sh has run, and 5 s later the old code still answers.", **known) is None


def test_an_address_is_blamed_only_where_it_is_none() -> None:
    taken = "[ERROR] connection to ('127.0.0.1', 8000) failed: [Errno 98] Address already in use\n"
    for bind, blamed in (('"127.0.0.1;8000"', True), ('["127.0.0.1:8000"]', False), ("'localhost:8000'", False)):
        conf = {"gunicorn.conf.py": f"bind = {bind}\n"}
        sentence = said("3-wsgi", step="3.5", cause="exited", printed=taken, sources=conf)
        assert ("is no address" in (sentence or "")) == blamed


GROUP = "upstream backend {\n server application1:8000 weight=3;\n server application2:8000;\n}\n"
SERVER = "server {\n listen 80;\n location / {\n  proxy_pass http://backend;\n }\n}\n"
SHARES = "The shares of 16 requests are others than three to one."


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (GROUP.replace(" server application2:8000;\n", ""), "line 1: application2 is no member of your group backend."),
        (GROUP.replace("2:8000;", "2:8000 backup;"), "line 3: application2 is a backup"),
        (GROUP.replace("2:8000;", "2:8000 down;"), "line 3: application2 is marked as down"),
        (GROUP.replace("2:8000;", "2;"), "line 3: application2 is asked at port 80"),
        (
            GROUP.replace("}", " server application1:8000;\n}"),
            "line 4: application1 stands in the group for the second",
        ),
        (GROUP.replace("3", "4"), "line 1: The weights are 4 to 1"),
        (GROUP.replace(" weight=3", ""), "line 1: Both have the same weight"),
        ("upstream backend {\n random;\n" + GROUP.partition("\n")[2], "line 2: random takes any of them"),
        (GROUP.replace("1:8000 weight=3", "1:8000").replace("2:8000", "2:8000 weight=3"), "line 3: The weight stands"),
    ],
)
def test_other_shares_are_told_the_line_of_the_group(group: str, words: str) -> None:
    known = {"step": "4.3", "check": "three_of_four_go_to_the_first", "cause": "wrong-answer", "message": SHARES}
    sentence = said("4-web-server", sources={"nginx.conf": group + SERVER}, **known)
    assert sentence is not None
    assert f"nginx.conf, {words}" in sentence
    assert said("4-web-server", sources={"nginx.conf": GROUP + SERVER}, **known) is None


@pytest.mark.parametrize(
    ("step", "check", "message", "conf", "words"),
    [
        ("4.2", "each_line_names_who_served", "its line in your log does not say so.",
         "log_format who 'to upstream_addr';\n", "line 1: In your format stands upstream_addr, and without a $"),
        ("4.4", "nginx_sends_the_files", "The type of a file that ends in .css is another one.",
         "events { }\nhttp {\n" + SERVER + "}\n", "line 2: A whole nginx.conf knows no types"),
        ("4.5", "the_api_answers_below_its_path", "GET /api/x is answered by application1",
         GROUP.replace("}", " server api:8000;\n}") + SERVER, "line 4: api stands in the group"),
        ("4.6", "old_leads_to_new", "GET /old?a=b leads to another path.",
         SERVER.replace("proxy_pass http://backend", "return 301 /new$args"), "line 4: $args is the query without"),
        ("4.6", "the_secure_host_leads_to_https", "it leads to another path or query.",
         "return 301 https://$host/$request_uri;\n", "line 1: $request_uri begins with a slash already"),
        ("4.6", "the_secure_host_leads_to_https", "it leads to another path or query.",
         "return 301 https://$host$uri;\n", "line 1: $uri is the path alone"),
        ("4.8", "the_application_knows_the_address", "is told another address.",
         "proxy_set_header Host $host:$server_port;\n", "line 1: $server_port is the port of nginx's own machine"),
        ("4.9", "all_are_dead_and_your_page_says_so", "the visitor sees nginx's bare page and not yours.",
         "error_page 502 504 /error.html;\nlocation = /sorry.html { root /service/errors; }\n",
         "line 1: error_page names /error.html, and no location of yours is for it"),
    ],
)  # fmt: skip
def test_what_nginx_takes_is_told_its_line(step: str, check: str, message: str, conf: str, words: str) -> None:
    known = {"step": step, "check": check, "cause": "wrong-answer", "message": message}
    sentence = said("4-web-server", sources={"nginx.conf": conf}, **known)
    assert sentence is not None
    assert f"nginx.conf, {words}" in sentence


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("from flask import Flask\n\napp = Flask(__name__)\n", "app"),
        ("from app import application as service\n", "service"),
        ("from app import app\n", "app"),
        ("def serve(environ, start_response):\n    return []\n", "serve"),
    ],
)
def test_an_application_of_another_name_is_told_which_one_is_there(source: str, named: str) -> None:
    printed = "Failed to find attribute 'application' in 'wsgi'."
    sentence = said("3-wsgi", step="3.1", cause="exited", printed=printed, sources={"wsgi.py": source})
    assert sentence is not None
    assert f"Yours is called {named}." in sentence
