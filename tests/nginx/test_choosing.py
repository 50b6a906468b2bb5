"""Which server and location is taken: as nginx itself says of each request."""

import http.client
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_nginx import WHICH, the_nginx

from stackwalk.nginx.choosing import choose, normal_path
from stackwalk.nginx.project import project_of
from stackwalk.nginx.served import Served, read_request
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import Guardian, guarding
from stackwalk.stack.nginx.finding import Nginx
from stackwalk.stack.nginx.preparing import prepare
from stackwalk.stack.nginx.reloading import await_ready

PATIENT = 30.0  # seconds: a deadline for what takes milliseconds on a machine with nothing else to do

TEXT = """\
server {
    listen 80;
    server_name first.example;
    location = / { return 204; }
    location /a/ {
        location /a/b/ { return 204; }
        location ~ \\.css$ { return 204; }
        location = /a/exact { return 204; }
        return 204;
    }
    location ^~ /kept/ { return 204; }
    location ~* \\.(CSS|js)$ { return 204; }
    location ~ ^/x { return 204; }
    location /xylophone/ { return 204; }
    location "/with space/" { return 204; }
    location no-slash/ { return 204; }
}
server {
    listen 80 default_server;
    server_name *.example .dotted.test begins.* "~^exp\\d+\\.test$";
    location / { return 204; }
    location /a { return 204; }
}
server {
    listen 80;
    server_name www.a.example *.a.example;
    return 204;
    location / { return 204; }
}
server { listen 80; server_name "" x.begins.test; location /one { return 204; } }
"""
HOSTS = (
    "first.example", "FIRST.example:8080", "other.example", "www.a.example", "b.a.example", "dotted.test",
    "w.dotted.test", "begins.here", "exp12.test", "expx.test", "nobody.test", "x.begins.test", "first.example.",
)  # fmt: skip
PATHS = (
    "/", "/a", "/a/", "/a/b/c", "/a/x.css", "/a/b/x.css", "/a/exact", "/kept/x.css", "/x.JS", "/x1", "/xylophone/1",
    "/xylophone/1.css", "/with%20space/1", "/nothing", "/a/../kept/x.css", "//a//b/", "/%61/b/", "/a/./b/?c=/kept/",
    "/one/two", "/a/b/..",
)  # fmt: skip


@pytest.fixture(scope="module")
def guardian() -> Iterator[Guardian]:
    with guarding() as made:
        yield made


@pytest.fixture(scope="module", params=WHICH)
def nginx(request: pytest.FixtureRequest) -> Nginx:
    return the_nginx(request.param)


def test_it_is_the_one_that_nginx_takes(nginx: Nginx, guardian: Guardian, tmp_path: Path) -> None:
    workspace, port = tmp_path / "stack", free_port()
    workspace.mkdir()
    text = TEXT
    (workspace / "nginx.conf").write_text(text)
    prepared = prepare(nginx, workspace, tmp_path / "run", {}, ports={80: port})
    assert [each for each in prepared.test(guardian) if each.stops] == []
    with guardian.launch(prepared.argv, cwd=prepared.folder, environment=dict(os.environ)) as program:
        assert await_ready(program, prepared, PATIENT) is True
        asked = [(host, path) for host in HOSTS for path in PATHS]
        for host, path in asked:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENT)
            connection.request("GET", path, headers={"Host": host})
            connection.getresponse().read()
            connection.close()
        served: list[Served] = []
        deadline = time.monotonic() + PATIENT
        while len(served) < len(asked) and time.monotonic() < deadline:
            lines = prepared.requests.read_text().splitlines()
            served = [one for line in lines if (one := read_request(line)) is not None]
            program.wait(0.01)
    assert len(served) == len(asked)
    blocks = {block.key: block.line for block in prepared.blocks}
    project, wrong = project_of(text), []
    for (host, path), one in zip(asked, served, strict=True):
        choice = choose(project, host, normal_path(path))
        assert choice is not None
        line = choice.server.statement.line if choice.location is None else choice.location.line
        if line != blocks[one.block]:
            wrong.append((host, path, f"line {line}, and nginx takes {blocks[one.block]}"))
    assert wrong == []


@pytest.mark.parametrize("text", ["server { listen 81; }", "location / { }", "server { location ~ ( { } }", ""])
def test_where_it_cannot_be_told_nothing_is(text: str) -> None:
    assert choose(project_of(text), "localhost", "/") is None
