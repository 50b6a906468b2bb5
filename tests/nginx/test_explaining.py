"""Messages that no file brings about by itself, and those of a nginx that runs."""

import pytest

from stackwalk.nginx.explaining import explain
from stackwalk.nginx.project import project_of
from stackwalk.nginx.setting import Setting

SETTING = Setting(run="/run/lab", workspace="/run/lab/workspace", services={}, ports={}, copies="/run/lab/copies")
NAMES = (
    ("127.0.0.1:23001", "application:8000"),
    ("/run/lab/workspace/", ""),
    ("sw_application_8000", "application:8000"),
)
TEXT = "server {\n listen 80;\n}\n"
ABOUT = '2026/11/28 21:00:00 [{}] 12#12: *3 {}, client: 127.0.0.1, server: , request: "GET / HTTP/1.1"'


def explained(text: str) -> list[tuple[str, str, str]]:
    return [(each.severity, each.said, each.means) for each in explain(text, project_of(TEXT), NAMES, SETTING)]


@pytest.mark.parametrize(
    ("level", "message", "words"),
    [
        (
            "error",
            'connect() failed (111: Connection refused) while connecting to upstream, upstream: "http://127.0.0.1:23001/"',
            "Nobody listens at http://application:8000/",
        ),
        (
            "error",
            "upstream timed out (110: Operation timed out) while reading response header from upstream, "
            'upstream: "http://127.0.0.1:23001/"',
            "took longer than nginx waits (reading response header from upstream): 504",
        ),
        (
            "error",
            'no live upstreams while connecting to upstream, upstream: "http://sw_application_8000/"',
            "All servers of this upstream failed",
        ),
        (
            "error",
            "upstream prematurely closed connection while reading response header from upstream",
            "closed the connection before it had answered",
        ),
        ("error", "client intended to send too large body: 20000 bytes", "413"),
        ("error", "no resolver defined to resolve application", "looks “application” up at each request"),
        (
            "error",
            'open() "/run/lab/workspace/static/style.css" failed (2: No such file or directory)',
            "There is no static/style.css",
        ),
        (
            "error",
            'open() "/run/lab/workspace/static/style.css" failed (13: Permission denied)',
            "may not read static/style.css",
        ),
        ("error", 'directory index of "/run/lab/workspace/html/" is forbidden', "does not list folders"),
        (
            "crit",
            "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking",
            "speaks TLS to a program that does not",
        ),
        ("alert", "256 worker_connections are not enough", "asks itself without end"),
    ],
)
def test_what_goes_wrong_with_a_request_is_a_warning_in_the_learners_names(
    level: str, message: str, words: str
) -> None:
    ((severity, said, means),) = explained(ABOUT.format(level, message))
    assert severity == "warning"
    assert words in means
    assert "23001" not in said + means and "/run/lab" not in said + means


def test_news_is_left_out() -> None:
    text = (
        "2026/11/28 21:00:00 [notice] 12#12: signal process started\nnginx: configuration file x test failed\n\x1b[2J"
    )
    assert explained(text) == []


def test_a_message_is_said_once_however_often_it_comes() -> None:
    line = "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address in use)\n"
    (only,) = explained(line * 5 + "nginx: [emerg] still could not bind()\n")
    assert only[2] == "nginx can't listen on 0.0.0.0:80: Address in use."


def test_many_messages_are_no_more_than_a_screen() -> None:
    assert len(explained("".join(f"nginx: [warn] number {number}\n" for number in range(10_000)))) == 50


def test_a_message_about_what_surrounds_the_file_does_not_blame_the_learner() -> None:
    ((severity, _, means),) = explained('nginx: [emerg] unknown directive "map" in /run/lab/http.conf:3')
    assert severity == "error"
    assert "what this lab puts around the file" in means


def test_a_message_that_nobody_knows_is_passed_on() -> None:
    (only,) = explained("nginx: [emerg] the moon is in the way in /run/lab/copies/nginx.conf:2")
    assert only == ("error", "[emerg] the moon is in the way in nginx.conf:2", "nginx does not take this.")


def test_a_port_of_ours_is_no_part_of_a_longer_number() -> None:
    ((_, said, _),) = explained("nginx: [warn] 127.0.0.1:230012 and 127.0.0.1:23001")
    assert said == "[warn] 127.0.0.1:230012 and application:8000"


def test_a_long_message_is_cut() -> None:
    ((_, said, _),) = explained(f"nginx: [emerg] {'x' * 100_000}")
    assert len(said) < 500


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            'unknown directive "sub_filter" in /run/lab/copies/nginx.conf:2',
            "was built without “sub_filter”, which the official",
        ),
        ('unknown directive "stub_status" in /run/lab/copies/nginx.conf:2', "was built without “stub_status”"),
        ('the "quic" parameter requires ngx_http_v3_module in /run/lab/copies/nginx.conf:2', "built without HTTP/3"),
    ],
)
def test_what_this_nginx_was_built_without_is_said(message: str, words: str) -> None:
    ((severity, _, means),) = explained(f"nginx: [emerg] {message}")
    assert severity == "error"
    assert words in means
