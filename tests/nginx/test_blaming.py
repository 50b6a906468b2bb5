"""What is said of a request that came to another block than was meant, and of one that came to the right one."""

import pytest

from stackwalk.nginx.blaming import Case, blame
from stackwalk.nginx.choosing import choose, normal_path
from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.moved import Block
from stackwalk.nginx.project import project_of
from stackwalk.nginx.setting import Service, Setting
from stackwalk.nginx.silent import notes

SETTING = Setting(
    run="/run/lab",
    workspace="/run/lab/workspace",
    services={name: Service(8000, ()) for name in ("application", "api")},
    ports={},
    copies="/run/lab/copies",
    mounts={"/service": "", "/etc/nginx": ""},
    folder="/service",
)
APP = "location / {\n  proxy_pass http://application:8000;\n }"


def server(*lines: str, name: str = "") -> str:
    return "server {\n listen 80;\n" + (f" server_name {name};\n" if name else "") + "\n".join(lines) + "\n}\n"


def blamed(
    text: str, target: str, *, asked: bool = False, status: int = 404, host: str = "localhost:8080"
) -> Complaint | None:
    project = project_of(text)
    choice = choose(project, host, normal_path(target))
    assert choice is not None
    at = choice.server if choice.location is None else choice.location.found
    block = Block("0:1", at.source.name, at.statement.line, "", "")
    complaints = notes(project, SETTING)
    return blame(project, SETTING, Case(host, target, status, asked, block), complaints)


SECURE = server(" return 301 https://$host$request_uri;", name="secure.localhost")

# text, target, whether somebody was asked, status; the line, words of what it means, and of what to try
WRONG = {
    "= /": (server("location = / {\n  proxy_pass http://application:8000;\n }"), "/hello/x", False, 404,
        3, "“location = /” is for / alone, so no location is left for /hello/x.", "Take the = away: location / {"),
    "= /static/": (server(APP, "location = /static/ {\n alias /service/app/static/;\n }"), "/static/a.css", True, 404,
        6, "so “location /” (line 3) answers /static/a.css.", "location /static/ {"),
    "no slash before": (server(APP, "location static/ {\n alias /service/app/static/;\n }"), "/static/a.css", True, 404,
        6, "every path begins with a slash", "Write location /static/ {"),
    "a star": (server(APP, "location /api/* {\n proxy_pass http://api:8000;\n }"), "/api/a", True, 404,
        6, "every sign stands for itself", "Write location /api/ {"),
    "another letter": (server(APP, "location /Static/ {\n alias /service/app/static/;\n }"), "/static/a.css", True, 404,
        6, "is for another path than /static/a.css", "Write location /static/ {"),
    "a backslash": (server("location \\ {\n proxy_pass http://application:8000;\n }"), "/", False, 404,
        3, "every path begins with a slash", "Write location / {"),
    "another path only": (server("location /hello/ {\n proxy_pass http://application:8000;\n }"), "/", False, 404,
        1, "has no location for /: there is “location /hello/” (line 3)", "Write location / {"),
    "no location": ("server {\n}\n", "/", False, 404, 1, "it has none at all", "Write location / {"),
    "the wrong server first": (SECURE + server(APP), "/hello", False, 301,
        1, "the first server block of the file answers, though it is the one for secure.localhost.",
        "Move this block below the one of line 6"),
    "return beside a location": (server("return 200 hi;", APP), "/", False, 200,
        3, "stands in the server block itself", "Put it into a location"),
    "return in the location": (server("location / {\n return 200 hi;\n }"), "/x", False, 200,
        4, "“return 200 hi” answers /x", "proxy_pass"),
    "a redirect for all below": (server(APP, "location /old {\n return 301 /new;\n }"), "/older", False, 301,
        6, "is for all paths that begin so, /older as well", "Write location = /old {"),
    "an api for all that begins so": (server(APP, "location /api {\n proxy_pass http://api:8000;\n }"), "/apix", True,
        404, 6, "/apix as well", "Write location /api/ {"),
    "an expression first": (
        server(APP, "location ~ css {\n return 404;\n }", "location /static/ {\n alias /service/app/static/;\n }"),
        "/static/a.css", False, 404, 6, "a location with ~ comes before “location /static/” (line 9)", "^~ /static/"),
    "nothing in it": (server("location / {\n }"), "/", False, 404, 3, "nothing in it says whom to ask", "proxy_pass"),
    "a folder that is another": (server(APP, "location /static/ {\n alias /service/static/;\n }"), "/static/a.css",
        False, 404, 7, "at /service/static/a.css (in your folder: static/a.css)", "your folder is called /service"),
    "a path in proxy_pass": (server("location / {\n proxy_pass http://application:8000/index;\n }"), "/hello", True,
        404, 4, "the path of proxy_pass takes the place of “/”", "Write proxy_pass http://application:8000; to pass"),
    "a path in proxy_pass that ends alike": (
        server("location /api/ {\n proxy_pass http://api:8000/bare/;\n }"), "/api/x", True, 200,
        4, "/api/x is asked for as /bare/x", "Write proxy_pass http://api:8000; to pass"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "target", "asked", "status", "line", "means", "try_this"), WRONG.values(), ids=WRONG)
def test_the_line_is_named_with_its_cause(
    text: str, target: str, asked: bool, status: int, line: int, means: str, try_this: str
) -> None:
    found = blamed(text, target, asked=asked, status=status)
    assert found is not None
    assert (found.line, found.file) == (line, "nginx.conf"), found
    assert means in found.means and try_this in found.try_this, found
    assert found.means.endswith(".") and len(found.means) < 300


def test_a_name_that_is_misspelt() -> None:
    text = server(APP) + server(" return 301 https://$host$request_uri;", name="secure.localhos")
    found = blamed(text, "/x", asked=True, host="secure.localhost")
    assert found is not None and found.line == 9
    assert "“server_name secure.localhos” does not fit secure.localhost" in found.means
    assert found.try_this == "Write server_name secure.localhost;"


WHOLE = (
    "upstream backend {\n server application:8000 weight=3;\n}\n"
    + server(
        "location / {\n proxy_pass http://backend;\n }",
        "location /static/ {\n alias /service/app/static/;\n }",
        "location /api/ {\n proxy_pass http://api:8000/;\n }",
        "location = /old {\n return 301 /new$is_args$args;\n }",
        "location = /only {\n proxy_pass http://api:8000;\n }",
        "location ~ \\.php$ {\n return 404;\n }",
    )
    + SECURE
)
RIGHT = [
    ("/", True, 200, "localhost:8080"), ("/hello/x", True, 500, "localhost:8080"), ("/api/x", True, 404, "localhost"),
    ("/old", False, 301, "localhost"), ("/old/x", True, 404, "localhost"), ("/oldest", True, 404, "localhost"),
    ("/only/x", True, 404, "localhost"), ("/static/a.css", False, 200, "localhost"),
    ("/x", False, 301, "secure.localhost"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "asked", "status", "host"), RIGHT)
def test_nothing_is_blamed_in_a_right_file(target: str, asked: bool, status: int, host: str) -> None:
    assert blamed(WHOLE, target, asked=asked, status=status, host=host) is None


def test_nothing_is_said_where_nginx_says_that_it_was_another_block() -> None:
    project = project_of(server("location = / {\n return 204;\n }"))
    other = Block("0:9", "nginx.conf", 9, "", "")
    for block in (None, other):
        assert blame(project, SETTING, Case("localhost", "/x", 404, False, block)) is None


def test_an_error_page_that_is_not_where_its_location_looks() -> None:
    text = server(
        "error_page 502 /sorry.html;",
        "location / {\n proxy_pass http://application:8000;\n }",
        "location = /sorry.html {\n root /service;\n }",
    )
    block = Block("0:7", "nginx.conf", 7, "", "")
    case = Case("localhost", "/hello", 404, True, block, "/sorry.html")  # the dead ones were asked before
    found = blame(project_of(text), SETTING, case)
    assert found is not None and found.line == 8
    assert "looks for /sorry.html at /service/sorry.html" in found.means


@pytest.mark.parametrize(
    ("line", "status", "means"),
    [
        ("limit_req zone=one burst=2;", 503, "refuses visitors that come too fast"),
        ("limit_conn one 1;", 503, "refuses visitors that come too fast"),
        ("auth_basic closed;", 401, "asks visitors for a name and a password"),
        ("deny all;", 403, "sends visitors away"),
        ("client_max_body_size 1;", 413, "allows no request that is larger"),
    ],
)
def test_what_sends_visitors_away_is_named(line: str, status: int, means: str) -> None:
    project = project_of(server(line, APP))
    found = blame(project, SETTING, Case("localhost", "/", status, False, None))
    assert found is not None and found.line == 3
    assert means in found.means
    assert blame(project, SETTING, Case("localhost", "/", status, True, None)) is None


def test_an_error_page_that_is_no_address_of_this_server() -> None:
    found = blamed(server("error_page 502 sorry.html;", APP), "/", asked=True, status=302)
    assert found is not None and found.line == 3
    assert "does not begin with a slash" in found.means


def test_a_header_of_the_server_that_is_misspelt_is_blamed_where_somebody_was_asked() -> None:
    text = server("proxy_set_header Host: $http_host;", APP)
    found = blamed(text, "/", asked=True, status=400)
    assert found is not None and found.line == 3
    assert "The colon of “Host:”" in found.means
