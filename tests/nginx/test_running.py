"""The real nginx with a moved file: what clients and programs get is what they would get in Compose."""

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from real_nginx import WHICH, the_nginx

from stackwalk.errors import StackwalkError
from stackwalk.nginx.served import Served, read_request
from stackwalk.nginx.setting import Service
from stackwalk.stack import kin
from stackwalk.stack.environment import free_port
from stackwalk.stack.launch import Guardian, Program, guarding
from stackwalk.stack.limits import Ending
from stackwalk.stack.nginx.finding import Nginx
from stackwalk.stack.nginx.preparing import Prepared, prepare
from stackwalk.stack.nginx.reloading import await_ready, reload

PATIENT = 30.0  # seconds: a deadline for what takes milliseconds on a machine with nothing else to do

# Tells each request as it came, and who it is.
PROGRAM = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Tells(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = json.dumps({"path": self.path, "headers": dict(self.headers), "who": sys.argv[2]}).encode()
        self.send_response(302 if "redirect" in self.path else 200)
        if "redirect" in self.path:
            self.send_header("Location", "http://" + self.headers["Host"] + "/v1/there/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
    def log_message(self, *_): pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Tells).serve_forever()
"""


def until(fact: Callable[[], list[Served]], count: int = 1) -> list[Served]:
    """Wait for so many lines of the log."""
    deadline = time.monotonic() + PATIENT
    while len(found := fact()) < count and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


@pytest.fixture(scope="module", params=WHICH)
def nginx(request: pytest.FixtureRequest) -> Nginx:
    return the_nginx(request.param)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, object]:
        told = json.loads(self.body)
        assert isinstance(told, dict)
        return told

    @property
    def got(self) -> dict[str, str]:
        """The headers that the program got."""
        headers = self.told["headers"]
        assert isinstance(headers, dict)
        return headers


@dataclass
class Stage:
    """A workspace, the programs of its services, and nginx before them."""

    nginx: Nginx
    folder: Path
    guardian: Guardian
    services: dict[str, Service] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=lambda: {80: free_port()})
    prepared: Prepared | None = None
    program: Program | None = None

    @property
    def workspace(self) -> Path:
        return self.folder / "my stack"

    def serve(self, name: str, copies: int = 1) -> None:
        ports = [free_port() for _ in range(copies)]
        for nth, port in enumerate(ports):
            program = self.guardian.launch(
                [sys.executable, "-c", PROGRAM, str(port), f"{name}{nth}"],
                cwd=self.folder,
                environment=dict(os.environ),
            )
            assert program.await_listening(port, PATIENT) is not None
        self.services[name] = Service(8000, tuple(("127.0.0.1", port) for port in ports))

    def prepare(self, text: str) -> Prepared:
        self.workspace.mkdir(exist_ok=True)
        (self.workspace / "nginx.conf").write_text(text)
        self.prepared = prepare(self.nginx, self.workspace, self.folder / "run", self.services, ports=self.ports)
        return self.prepared

    def start(self, text: str) -> Program:
        prepared = self.prepare(text)
        assert [each for each in prepared.test(self.guardian) if each.stops] == []
        self.program = self.guardian.launch(prepared.argv, cwd=prepared.folder, environment=prepared.environment)
        assert await_ready(self.program, prepared, PATIENT) is True, self.program.output.text()
        return self.program

    def ask(self, path: str, headers: dict[str, str] | None = None, port: int = 80, method: str = "GET") -> Answer:
        assert self.prepared is not None
        connection = http.client.HTTPConnection("127.0.0.1", self.prepared.ports[port], timeout=PATIENT)
        try:
            connection.request(
                method, path, headers={"Host": "localhost:8080", "Connection": "close"} | (headers or {})
            )
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def requests(self) -> list[Served]:
        assert self.prepared is not None
        lines = self.prepared.requests.read_text().splitlines()
        return [served for line in lines if (served := read_request(line)) is not None]


@contextmanager
def staging(nginx: Nginx, folder: Path) -> Iterator[Stage]:
    with guarding() as guardian:
        yield Stage(nginx, folder, guardian)


@pytest.fixture
def stage(nginx: Nginx, tmp_path: Path) -> Iterator[Stage]:
    with staging(nginx, tmp_path) as made:
        yield made


PASSED = "proxy_pass http://application:8000;"


def server(*lines: str) -> str:
    return "server {\n listen 80;\n" + "\n".join(lines) + "\n}\n"


def test_a_program_sees_the_name_that_was_typed_and_none_of_our_ports(stage: Stage) -> None:
    stage.serve("application")
    stage.start(server("location / { proxy_pass http://application:8000; }"))
    answer = stage.ask("/hello?a=b")
    assert answer.status == 200
    assert answer.told["path"] == "/hello?a=b"
    assert answer.got["Host"] == "application:8000"


@pytest.mark.parametrize(
    ("lines", "host"),
    [
        (["proxy_set_header Host $http_host;", "location / { proxy_pass http://application:8000; }"], "localhost:8080"),
        (["proxy_set_header X-A b;", "location / { proxy_pass http://application:8000; }"], "application:8000"),
        (["proxy_set_header Host x;", f"location / {{ proxy_set_header A b; {PASSED} }}"], "application:8000"),
        (["location / { proxy_set_header Host $proxy_host; proxy_pass http://application:8000; }"], "application:8000"),
        (["location / { proxy_set_header Host a:$proxy_port; proxy_pass http://application:8000; }"], "a:8000"),
        (["location / { proxy_set_header Host a:$server_port; proxy_pass http://application:8000; }"], "a:80"),
        (["resolver 127.0.0.11; set $b application;", "location / { proxy_pass http://$b:8000; }"], "application:8000"),
        (["location / { proxy_pass http://Application:8000; }"], "Application:8000"),
    ],
)  # fmt: skip
def test_the_host_header_is_the_one_of_compose(stage: Stage, lines: list[str], host: str) -> None:
    stage.serve("application")
    stage.start(server(*lines))
    assert stage.ask("/").got["Host"] == host


def test_an_upstream_keeps_its_name(stage: Stage) -> None:
    stage.serve("application1")
    stage.start("upstream app { server application1:8000; }\n" + server("location / { proxy_pass http://app; }"))
    assert stage.ask("/").got["Host"] == "app"


def test_weights_take_turns_as_the_lesson_says(stage: Stage) -> None:
    stage.serve("application1")
    stage.serve("application2")
    stage.start(
        "upstream app {\n server application1:8000 weight=3;\n server application2:8000;\n}\n"
        + server("location / { proxy_pass http://app; }")
    )
    assert [str(stage.ask("/").told["who"])[11] for _ in range(16)] == list("1121" * 4)


@pytest.mark.parametrize(
    "passing",
    ["location / { proxy_pass http://application:8000; }", "location / { proxy_pass http://app; }"],
)
def test_a_name_with_three_programs_reaches_them_in_turn(stage: Stage, passing: str) -> None:
    stage.serve("application", copies=3)
    stage.start("upstream app { server application:8000; }\n" + server(passing))
    who = [stage.ask("/").told["who"] for _ in range(6)]
    assert who == ["application0", "application1", "application2"] * 2


def test_our_log_says_where_each_request_was_served(stage: Stage) -> None:
    stage.serve("application")
    stage.serve("api")
    stage.start(
        server(
            "access_log off;",
            "location / { proxy_pass http://application:8000; }",
            "location /api/ { access_log /var/log/nginx/api.log; proxy_pass http://api:8000/; }",
            "location = /plain { return 204; }",
        )
    )
    for path in ("/a", "/api/b", "/plain"):
        stage.ask(path)
    served = until(stage.requests, 3)
    assert stage.prepared is not None
    titles = {block.key: block.title for block in stage.prepared.blocks}
    assert [titles[each.block] for each in served] == ["location /", "location /api/", "location = /plain"]
    assert [len(each.tries) for each in served] == [1, 1, 0]
    assert served[0].tries[0].address == f"127.0.0.1:{stage.services['application'].addresses[0][1]}"
    assert served[0].tries[0].status == 200
    assert [each.status for each in served] == [200, 200, 204]
    assert [each.line for each in served] == ["GET /a HTTP/1.1", "GET /api/b HTTP/1.1", "GET /plain HTTP/1.1"]
    (log,) = stage.prepared.logs
    assert log.typed == "/var/log/nginx/api.log"
    assert "GET /api/b" in Path(log.path).read_text()


def test_a_server_that_is_down_is_seen_in_the_tries_and_explained(stage: Stage) -> None:
    stage.serve("application1")
    stage.services["application2"] = Service(8000, (("127.0.0.1", free_port()),))
    stage.start(
        "upstream app { server application2:8000; server application1:8000; }\n"
        + server("location / { proxy_pass http://app; }")
    )
    assert stage.ask("/").status == 200
    (served,) = until(stage.requests)
    assert [each.status for each in served.tries] == [502, 200]
    assert stage.prepared is not None
    said = stage.prepared.explain(stage.prepared.errors.read_text())
    refused = next(each for each in said if "111" in each.said or "61" in each.said)
    assert refused.severity == "warning"
    assert "application2:8000" in refused.means


def test_redirects_lead_nobody_to_our_ports(stage: Stage) -> None:
    stage.serve("application")
    (stage.folder / "my stack" / "files" / "sub").mkdir(parents=True)
    stage.start(
        server(
            "location = /old { return 301 /new; }",
            "location /files/ { alias files/; }",
            "location /a/ { proxy_pass http://application:8000/v1/; }",
            "location /b/ { proxy_pass http://application:8000/v1/; proxy_redirect default; }",
            "location /c/ { proxy_pass http://application:8000/v1/; proxy_redirect off; }",
            "location = /https { return 301 https://$host$request_uri; }",
        )
    )
    places = {
        path: stage.ask(path).headers["Location"]
        for path in ("/old", "/files/sub", "/a/redirect", "/b/redirect", "/c/redirect", "/https")
    }
    assert places == {
        "/old": "/new",
        "/files/sub": "/files/sub/",
        "/a/redirect": "/a/there/",
        "/b/redirect": "/b/there/",
        "/c/redirect": "http://application:8000/v1/there/",
        "/https": "https://localhost/https",
    }


def test_files_have_their_types_and_validators_and_links_lead_nowhere(stage: Stage) -> None:
    static = stage.workspace / "app" / "static"
    static.mkdir(parents=True)
    (static / "style.css").write_text("a { color: red }")
    (static / "out").symlink_to("/etc/hostname")
    stage.start(
        server(
            "location /static/ { alias /etc/nginx/app/static/; }",
            "location ~ ^/by-name/(.*)$ { alias /etc/nginx/app/static/$1; }",
        )
    )
    assert stage.ask("/by-name/style.css").status == 200
    answer = stage.ask("/static/style.css")
    assert answer.headers["Content-Type"] == "text/css"
    assert stage.ask("/static/style.css", {"If-None-Match": answer.headers["ETag"]}).status == 304
    assert stage.ask("/static/style.css", {"Range": "bytes=0-0"}).body == b"a"
    if sys.platform == "linux":
        assert stage.ask("/static/out").status == 403
        assert stage.ask("/by-name/out").status == 403


def test_folders_may_have_any_name(nginx: Nginx, tmp_path: Path) -> None:
    folder = tmp_path / "it's “my” {lab}; #1 é"
    folder.mkdir()
    with staging(nginx, folder) as stage:
        stage.workspace.mkdir()
        (stage.workspace / "a.html").write_text("hello")
        stage.start(server("root /etc/nginx;", "access_log /var/log/nginx/a.log;", "error_log /var/log/nginx/b.log;"))
        assert stage.ask("/a.html").body == b"hello"
        assert stage.prepared is not None
        until(stage.requests)
        assert "GET /a.html" in Path(stage.prepared.logs[0].path).read_text()
        stage.prepare(server("retrun 200;"))
        (said,) = stage.prepared.test(stage.guardian)
        assert said.said == '[emerg] unknown directive "retrun" in nginx.conf:3'


@pytest.mark.parametrize("file", ["../nginx.conf", "/etc/hostname", "a/../../nginx.conf"])
def test_a_file_outside_of_the_workspace_is_none(nginx: Nginx, tmp_path: Path, file: str) -> None:
    (tmp_path / "nginx.conf").write_text("")
    (tmp_path / "workspace").mkdir()
    with pytest.raises(StackwalkError, match="not in the workspace"):
        prepare(nginx, tmp_path / "workspace", tmp_path / "run", {}, file=file)


def test_a_run_folder_that_nginx_can_not_name_is_said(nginx: Nginx, tmp_path: Path) -> None:
    with pytest.raises(StackwalkError, match="can't have in a path"):
        prepare(nginx, tmp_path, tmp_path / "a$b", {})


def test_a_full_file_works_as_well(stage: Stage) -> None:
    stage.serve("application")
    (stage.folder / "my stack" / "conf.d").mkdir(parents=True)
    (stage.folder / "my stack" / "conf.d" / "site.conf").write_text(
        server("location / { include proxy_params; proxy_pass http://application:8000; }")
    )
    program = stage.start(
        "user nginx;\nworker_processes 8;\nevents {}\nhttp {\n include mime.types;\n"
        " access_log /var/log/nginx/access.log;\n include /etc/nginx/conf.d/*.conf;\n}\n"
    )
    assert stage.ask("/x").got["Host"] == "localhost:8080"
    assert len(program.processes()) == 2, "a master and one worker, whatever the file says"
    (served,) = until(stage.requests)
    assert stage.prepared is not None
    block = next(block for block in stage.prepared.blocks if block.key == served.block)
    assert (block.file, block.line, block.title) == ("conf.d/site.conf", 3, "location /")


def test_a_wrong_port_is_a_502_as_in_compose(stage: Stage) -> None:
    stage.serve("application")
    stage.start(
        server(
            "location / { proxy_pass http://application:5000; }", "location /l { proxy_pass http://localhost:8000; }"
        )
    )
    assert (stage.ask("/").status, stage.ask("/l").status) == (502, 502)


def test_nginx_is_gone_with_its_guardian(nginx: Nginx, tmp_path: Path) -> None:
    with staging(nginx, tmp_path) as stage:
        program = stage.start(server("return 204;"))
        stage.ask("/")
        processes = program.processes()
        assert len(processes) == 2
    assert not any(kin.look(pid) for pid in processes)


class TestReload:
    def again(self, stage: Stage, text: str) -> tuple[bool, str]:
        again = stage.prepare(text)
        assert stage.program is not None
        reloaded = reload(stage.program, again, stage.guardian)
        return reloaded.took, " ".join(f"{each.said} {each.means}" for each in reloaded.complaints)

    def test_a_new_file_is_in_force_when_it_is_said_to_be(self, stage: Stage) -> None:
        stage.start(server("return 200 one;"))
        for word in ("two", "three", "four"):
            assert self.again(stage, server(f"return 200 {word};")) == (True, "")
            assert [stage.ask("/").body for _ in range(20)] == [word.encode()] * 20

    def test_the_end_of_a_worker_of_an_earlier_reload_says_nothing_of_this_one(self, stage: Stage) -> None:
        stage.serve("application")
        passed_on = "location / { proxy_pass http://application:8000; }"
        first = self.worker(stage.start(server(passed_on)), but=())
        assert stage.prepared is not None
        connection = http.client.HTTPConnection("127.0.0.1", stage.prepared.ports[80], timeout=PATIENT)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"a")  # keeps the first worker
        assert self.again(stage, server(passed_on, "# two"))[0]
        assert stage.program is not None
        second = self.worker(stage.program, but=(first,))
        os.kill(second, signal.SIGSTOP)  # it can't be told to go
        with ThreadPoolExecutor(1) as beside:
            reloading = beside.submit(self.again, stage, server(passed_on, "# three"))
            try:
                self.worker(stage.program, but=(first, second))
                connection.send(b"b")
                assert connection.getresponse().status == 200
                connection.close()
                while kin.look(first) is not None:
                    assert not reloading.done()
                    stage.program.wait(0.002)
                assert not wait([reloading], 0.05).done
            finally:
                os.kill(second, signal.SIGCONT)
            assert reloading.result(PATIENT) == (True, "")

    def worker(self, master: Program, but: tuple[int, ...]) -> int:
        """The process of a worker, when there is one that is none of these."""
        deadline = time.monotonic() + PATIENT
        while not (found := set(kin.children(master.pid)) - set(but)):
            assert time.monotonic() < deadline
            master.wait(0.002)
        return found.pop()

    def test_a_file_with_a_mistake_leaves_the_one_before_in_force(self, stage: Stage) -> None:
        stage.start(server("return 200 one;"))
        took, said = self.again(stage, server("retrun 200 two;"))
        assert not took
        assert 'unknown directive "retrun" in nginx.conf:3' in said
        assert stage.ask("/").body == b"one"

    def test_a_port_can_come_and_go(self, stage: Stage) -> None:
        stage.start(server("return 200 one;"))
        assert self.again(stage, server("listen 8081;", "return 200 two;"))[0]
        assert stage.prepared is not None
        assert (stage.ask("/").body, stage.ask("/", port=8081).body) == (b"two", b"two")
        assert self.again(stage, server("return 200 three;"))[0]
        assert stage.ask("/").body == b"three"

    def test_a_service_that_got_more_programs_is_asked_in_all(self, stage: Stage) -> None:
        stage.serve("application")
        text = server("location / { proxy_pass http://application:8000; }")
        stage.start(text)
        stage.serve("application", copies=4)
        assert self.again(stage, text)[0]
        assert len({str(stage.ask("/").told["who"]) for _ in range(8)}) == 4

    def test_a_request_that_runs_is_answered(self, stage: Stage) -> None:
        stage.serve("application")
        stage.start(server("location / { proxy_pass http://application:8000; }"))
        assert stage.prepared is not None
        connection = http.client.HTTPConnection("127.0.0.1", stage.prepared.ports[80], timeout=PATIENT)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"a")
        assert self.again(stage, server("return 204;"))[0]
        connection.send(b"b")
        assert connection.getresponse().status == 200
        connection.close()

    def test_one_that_has_ended_takes_nothing(self, stage: Stage) -> None:
        program = stage.start(server("return 200 one;"))
        program.end()
        assert not self.again(stage, server("return 200 two;"))[0]


def test_a_port_that_is_taken_is_said(stage: Stage) -> None:
    stage.serve("application")
    taken = stage.services["application"].addresses[0][1]
    stage.ports = {80: taken}
    prepared = stage.prepare(server("return 204;"))
    program = stage.guardian.launch(prepared.argv, cwd=prepared.folder, environment=prepared.environment)
    ending = await_ready(program, prepared, PATIENT)
    assert ending is not True and ending is not False
    said = prepared.explain(program.output.text())
    assert any("0.0.0.0:80 failed (98: Address" in each.said or "48: Address" in each.said for each in said), said


def test_a_test_that_hangs_comes_to_an_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe in the place of a key: nginx waits for somebody who writes to it."""
    monkeypatch.setattr("stackwalk.stack.nginx.preparing.TEST_PATIENCE", 0.3)
    stage.workspace.mkdir()
    os.mkfifo(stage.workspace / "key.pem")
    prepared = stage.prepare(
        "server {\n listen 443 ssl;\n ssl_certificate key.pem;\n ssl_certificate_key key.pem;\n}\n"
    )
    began = time.monotonic()
    said = prepared.test(stage.guardian)
    assert time.monotonic() - began < PATIENT
    assert any("did not come to an end" in each.means for each in said), said


def test_a_directive_of_ours_that_nginx_refuses_is_our_slip(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text("server {\n listen 80;\n}\n")
    prepared = prepare(the_nginx("ours"), tmp_path, tmp_path / "run", {}, ports={80: 23480})
    printed = f'nginx: [emerg] "proxy_redirect" directive is not allowed here in {prepared.setting.copies}/nginx.conf:2'
    with pytest.raises(RuntimeError, match="proxy_redirect"):
        prepared.judged(printed, Ending(1, None))


CLIMBING = """
server {
    listen 80;
    location /s { alias /srv/; }
    location ~ ^/t(.*)$ { alias /srv/$1; }
    location ~ ^/u(.*)$ { root /srv; try_files /$1 =404; }
    location /v { root /srv; rewrite ^/v(.*)$ /$1 break; }
    location /w { alias /srv/app/; }
}
"""


@pytest.mark.parametrize("target", ["/s../outside.txt", "/t../outside.txt", "/u../outside.txt", "/v../outside.txt"])
def test_no_request_climbs_out_of_the_workspace(stage: Stage, target: str) -> None:
    stage.workspace.mkdir()
    (stage.workspace.parent / "outside.txt").write_text("outside")
    (stage.workspace / "inside.txt").write_text("inside")
    stage.start(CLIMBING)
    assert stage.ask(target).status == 404
    assert stage.ask(target.replace("..", "").replace("outside", "inside")).body == b"inside"


def test_a_request_may_climb_to_another_folder_of_the_workspace(stage: Stage) -> None:
    (stage.workspace / "app").mkdir(parents=True)
    (stage.workspace / "inside.txt").write_text("inside")
    stage.start(CLIMBING)
    assert stage.ask("/w../inside.txt").body == b"inside"


CHOSEN = """
server {
    listen 80;
    %s
    set $to $http_x_to;
    set $name application;
    set $port 8000;
    location /a/ { proxy_pass http://$arg_to; }
    location /b/ { proxy_pass http://$to/there; }
    location /c/ { proxy_pass http://$arg_host:8000$request_uri; }
    location /d/ { proxy_pass $scheme://$arg_to; }
    location /e/ { proxy_pass http://$name:$port; }
    location /f/ { proxy_pass http://127.0.0.1:%d$request_uri; }
}
"""


def test_a_request_may_choose_a_service_and_nobody_else(stage: Stage) -> None:
    stage.serve("application")
    stage.serve("other")
    other = stage.services.pop("other").addresses[0][1]
    stage.start(CHOSEN % ("resolver 1.1.1.1 valid=5s;", other))
    assert stage.ask("/a/?to=application:8000").told["path"] == "/a/?to=application:8000"
    assert stage.ask("/b/", {"X-To": "application:8000"}).told["path"] == "/there"
    assert stage.ask("/c/?host=application").status == 200
    assert stage.ask("/d/?to=application:8000").status == 200
    assert stage.ask("/e/x").told["path"] == "/e/x"
    assert stage.ask("/e/x").got["Host"] == "application:8000"
    for to in (f"127.0.0.1:{other}", f"localhost:{other}", f"[::1]:{other}", "unix:/run/docker.sock:", "example.org"):
        assert stage.ask(f"/a/?to={to}").status == 502
        assert stage.ask("/b/", {"X-To": to}).status == 502
        assert stage.ask(f"/d/?to={to}").status == 502
    assert stage.ask("/f/").status == 502


def test_without_a_resolver_nginx_says_that_it_has_none(stage: Stage) -> None:
    stage.serve("application")
    stage.start(CHOSEN % ("", 9))
    assert stage.ask("/a/?to=application:8000").status == 502
    assert stage.ask("/a/?to=").status == 500
    assert stage.prepared is not None
    said = stage.prepared.explain(stage.prepared.errors.read_text())
    assert "no resolver defined to resolve application" in said[0].said


def test_an_address_leads_nowhere(stage: Stage) -> None:
    stage.serve("other")
    address = stage.services.pop("other").addresses[0]
    group = f"upstream a {{ server 127.0.0.1:{address[1]}; }}\n"
    stage.start(group + server("location / { proxy_pass http://a; }"))
    assert stage.ask("/").status == 502
