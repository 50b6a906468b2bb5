"""A learner's file for another web server, moved: every line keeps its number, and nothing else changes."""

import json
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.fronts import caddy, haproxy, httpd
from stackwalk.fronts.names import named, strangers, with_addresses, with_names
from stackwalk.fronts.remarks import complained, doors, silent, unknown

ADDRESSES = {"application:8000": "127.0.0.1:23000", "application1:8000": "127.0.0.1:23001"}
PORTS = {80: 24080}
WORDS = st.sampled_from(
    ["bind", "Listen", ":80", "*:80", "80", "8080", "application1:8000", "application1", "daemon", "user", "\n", "\n  ",
     " ", "#", "chroot", "x.application1:8000", "application1:80001", "<VirtualHost", "*:80>"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


@pytest.mark.parametrize("kind", [haproxy, httpd])
@given(text=TEXTS)
def test_lines_keep_their_numbers_and_moving_twice_changes_nothing_more(kind: object, text: str) -> None:
    move = haproxy.moved if kind is haproxy else httpd.moved
    moved = move(text, ADDRESSES, PORTS)
    assert moved.count("\n") == text.count("\n")
    assert move(moved, ADDRESSES, PORTS) == moved


def test_only_whole_names_are_moved() -> None:
    text = "http://application1:8000 my-application1:8000 application1:80001 application1:9000 application:8000"
    assert with_addresses(text, ADDRESSES) == (
        "http://127.0.0.1:23001 my-application1:8000 application1:80001 application1:9000 127.0.0.1:23000"
    )


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ("    bind :80", "    bind 127.0.0.1:24080"),
        ("    bind *:80 name door", "    bind 127.0.0.1:24080 name door"),
        ("    bind [::]:80", "    bind 127.0.0.1:24080"),
        ("    bind *:80-82", "    bind 127.0.0.1:24080"),
        ("    bind 0.0.0.0:8404", "    bind 127.0.0.1:8404"),
        ("    daemon", "    # daemon"),
        ("    user haproxy", "    # user haproxy"),
        ("    stats socket /run/haproxy/admin.sock", "    # stats socket /run/haproxy/admin.sock"),
        ("    stats enable", "    stats enable"),
        ("    server a application1:8000 check", "    server a 127.0.0.1:23001 check"),
    ],
)
def test_a_line_of_haproxy(line: str, moved: str) -> None:
    assert haproxy.moved(line, ADDRESSES, PORTS) == moved


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ("Listen 80", "Listen 127.0.0.1:24080"),
        ("listen *:80", "listen 127.0.0.1:24080"),
        ("Listen [::]:80", "Listen 127.0.0.1:24080"),
        ("Listen example.com:80 http", "Listen 127.0.0.1:24080 http"),
        ("Listen 127.0.0.1:8081", "Listen 127.0.0.1:8081"),
        ("<VirtualHost *:80>", "<VirtualHost *:24080>"),
        ("User www-data", "# User www-data"),
        ('  ErrorLog "/etc/x"', '  # ErrorLog "/etc/x"'),
        ('CustomLog "/var/log/a b" combined', 'CustomLog "|/bin/cat" combined'),
        ("CustomLog ${APACHE_LOG_DIR}/access.log up env=x", 'CustomLog "|/bin/cat" up env=x'),
        ('BalancerMember "http://application1:8000" loadfactor=3',
         'BalancerMember "http://127.0.0.1:23001" loadfactor=3'),
    ],
)  # fmt: skip
def test_a_line_of_apache(line: str, moved: str) -> None:
    assert httpd.moved(line, ADDRESSES, PORTS) == moved


def test_caddys_document_is_moved_as_a_whole() -> None:
    document = {
        "apps": {
            "tls": {},
            "http": {
                "servers": {
                    "srv0": {
                        "listen": [":80"],
                        "routes": [{"handle": [{"upstreams": [{"dial": "application1:8000"}, {"dial": "else:8000"}]}]}],
                    }
                }
            },
        },
        "storage": {"module": "file_system"},
    }
    text = json.dumps(document)
    assert caddy.document_in('{"level":"info"}\n' + text + "\n") == text
    assert caddy.listens(text) == (":80",)
    moved = json.loads(caddy.moved(text, ADDRESSES, PORTS))
    server = moved["apps"]["http"]["servers"]["srv0"]
    assert server["listen"] == ["127.0.0.1:24080"]
    assert server["automatic_https"] == {"disable": True}
    assert server["routes"][0]["handle"][0]["upstreams"] == [{"dial": "127.0.0.1:23001"}, {"dial": "else:8000"}]
    assert moved["admin"]["disabled"] is True
    assert [*moved["apps"]] == ["http"] and "storage" not in moved


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_what_is_no_document_is_said(text: str) -> None:
    with pytest.raises(ValueError):
        caddy.moved(text, ADDRESSES, PORTS)
    assert caddy.listens(text) == ()


@pytest.mark.parametrize(
    ("kind", "output", "said", "line"),
    [
        ("haproxy", "[NOTICE] (1) : haproxy version\n[ALERT] (1) : config : parsing [h.cfg:6]: unknown keyword 'x'",
         "unknown keyword 'x'", 6),
        ("haproxy", "[ALERT] (1) : config : [h.cfg:15] : 'server b/f' : could not resolve", "'server b/f' : could not "
         "resolve", 15),
        ("caddy", "Error: Caddyfile:2: unrecognized directive: rev_proxy", "unrecognized directive: rev_proxy", 2),
        ("caddy", "Error: adapting config using caddyfile: Caddyfile:1 - Error during parsing: Unexpected EOF",
         "Unexpected EOF", 1),
        ("caddy", "Error: parsing caddyfile tokens for 'x': Caddyfile:9 - Error during parsing: no directive y",
         "no directive y", 9),
        ("httpd", "AH00526: Syntax error on line 2 of /x/.moved/httpd.conf:\nInvalid command 'ProxyPas', perhaps",
         "Invalid command 'ProxyPas', perhaps", 2),
        ("httpd", "httpd.conf:1: <VirtualHost> was not closed.", "<VirtualHost> was not closed.", 1),
        ("httpd", "apache2: Syntax error on line 26 of /x/wrapper.conf: Syntax error on line 3 of /x/httpd.conf: "
         "/x/httpd.conf:3: <Proxy> was not closed.", "<Proxy> was not closed.", 3),
        ("httpd", "apache2: Syntax error on line 26 of /x/wrapper.conf: Syntax error on line 3 of /x/httpd.conf: "
         "Expected </Location> but saw </VirtualHost>", "Expected </Location> but saw </VirtualHost>", 3),
        ("haproxy", "[WARNING] (1) : config : x\n[ALERT]    (1) : [main()] Cannot raise FD limit to 8019",
         "[main()] Cannot raise FD limit to 8019", None),
    ],
)  # fmt: skip
def test_a_complaint_has_its_line(kind: str, output: str, said: str, line: int | None) -> None:
    complain = {"haproxy": haproxy.complaint, "caddy": caddy.complaint, "httpd": httpd.complaint}[kind]
    assert complain(output) == (said, line)


def test_a_limit_of_the_machine_is_no_slip_of_a_word() -> None:
    remark = complained(haproxy, "[ALERT] (1) : [main] Cannot raise FD limit to 8019, limit is 1024.", "global", {}, {})
    assert remark.line is None
    assert "8019, more than this machine gives" in remark.means
    assert remark.try_this == "Take a smaller maxconn, or leave it out."


def test_a_policy_that_caddy_does_not_know_is_told_the_near_one_or_another_way() -> None:
    said = "Error: loading: getting module named 'http.reverse_proxy.selection_policies.{}': module not registered"
    near, newer = (complained(caddy, said.format(one), "", {}, {}) for one in ("roundrobin", "weighted_round_robin"))
    assert near.try_this == "Is round_robin meant?"
    assert "more often than the others" in newer.try_this


@pytest.mark.parametrize(
    ("line", "slips"),
    [
        ('ProxyPass "/" "balancer://app"', 1),
        ("ProxyPass / http://application1:8000", 1),
        ("  ProxyPass /api http://api:8000/", 1),
        ('ProxyPass "/" "balancer://app/" stickysession=x', 0),
        ("ProxyPass /api http://api:8000/api", 0),
        ("ProxyPass http://api:8000/", 0),
        ("# ProxyPass / http://application1:8000", 0),
        ("ProxyPass /static !", 0),
    ],
)
def test_slashes_that_do_not_match_are_seen(line: str, slips: int) -> None:
    assert len(tuple(silent(httpd, line, {}))) == slips


@pytest.mark.parametrize(
    ("kind", "text", "ports", "line"),
    [
        (haproxy, "# bind :8080\n  bind :8080", (8080,), 2),
        (httpd, "ServerName x:8080\nListen 8080", (8080,), 2),
        (caddy, "http://:8080 {", (8080,), 1),
        (caddy, "localhost", (443,), None),
        (haproxy, "frontend x", (), None),
    ],
)
def test_a_door_elsewhere_has_its_line(kind: ModuleType, text: str, ports: tuple[int, ...], line: int | None) -> None:
    (remark,) = doors(kind, text, ports, 80)
    assert remark.line == line
    assert not tuple(doors(kind, text, (*ports, 80), 80))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("backend a\n  balance roundrobin\n\nbackend b\n  server x y:1\n", ["a"]),
        ("backend a\n  # server x y:1\n", ["a"]),
        ("backend a\n  http-request redirect location /\n", []),
        ("# backend a\nfrontend f\n  default_backend a\nlisten l\n", []),
    ],
)
def test_a_backend_without_servers_is_seen(text: str, names: list[str]) -> None:
    assert [name for _, name in haproxy.empty(text)] == names


def test_a_last_line_without_its_end_is_told_plainly() -> None:
    remark = complained(
        haproxy, "[ALERT] (1) : config : parsing [h.cfg:2]: Missing LF on last line, file might have been truncated",
        "global\nbackend a", {}, {},
    )  # fmt: skip
    assert (remark.line, remark.means) == (2, "The last line of the file has no line end.")


def test_logs_of_caddy_are_printed_and_its_own_chatter_is_not() -> None:
    logs = {"log0": {"writer": {"output": "file", "filename": "/etc/x"}, "include": ["http.log.access.log0"]}}
    moved = json.loads(caddy.moved(json.dumps({"logging": {"logs": logs}}), ADDRESSES, PORTS))["logging"]["logs"]
    assert moved["log0"] == {"writer": {"output": "stderr"}, "include": ["http.log.access.log0"]}
    assert moved["default"]["level"] == "WARN"


def test_of_two_doors_that_come_to_be_one_apache_opens_one() -> None:
    moved = httpd.moved("Listen 80\nListen [::]:80\n", ADDRESSES, PORTS)
    assert moved == "Listen 127.0.0.1:24080\n# Listen [::]:80\n"


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        (":80,:443", (80, 443)),
        (":::80 v4v6", (80,)),
        ("*:80-82", (80,)),
        ("/tmp/x.sock", ()),
        ("ipv4@0.0.0.0:8404", (8404,)),
    ],
)
def test_the_doors_of_haproxy(line: str, ports: tuple[int, ...]) -> None:
    assert haproxy.ports(f"frontend a\n    bind {line}\n") == ports


def test_who_is_spoken_to_is_known_with_its_line() -> None:
    text = "frontend a\n  bind web:80\nbackend b\n  server a application1:8000 # or other:8000\n  server b app:8000\n"
    assert named(text, ADDRESSES) == ("application1:8000",)
    assert strangers(text, ADDRESSES, haproxy.ASKS) == ((5, "app", "8000"),)
    assert with_names("no 127.0.0.1:23001 at 127.0.0.1:24080", ADDRESSES, PORTS) == "no application1:8000 at :80"


REFUSED = [
    "lua-load /outside.lua", "l\\x75a-load x.lua", "'lua-load' x.lua", "lua-prepend-path /x/?.lua", "program evil",
    "bind /tmp/evil.sock", "bind unix@/tmp/evil.sock", "bind abns@evil", "bind :80,/tmp/evil.sock", "bind fd@3",
    "bind :443 ssl crt /etc/ssl/a.pem", "bind :443 ssl crt ../a.pem", "external-check command /bin/sh",
    "option external-check", "filter spoe engine a config b", "errorfile 503 /etc/passwd", "resolvers dns",
    "http-request return status 200 file /etc/passwd",
    "use_backend %[path,map(/etc/hosts)]", "acl a path -f /etc/hosts",
    "server a 192.0.2.7:80", "server a example.com", "server a unix@/run/docker.sock", "server a /run/docker.sock",
    "server a 0.0.0.0:0", "server-template a 3 example.com:80",
    "dispatch 192.0.2.7:80", "option transparent", "peers p",
    'errorfile 503 "$HOME/x"',
]  # fmt: skip
LEFT_OUT = ["stats socket /run/haproxy/admin.sock mode 660", "log /dev/log local0", "log 192.0.2.7 local0", "daemon",
    "ca-base /etc/ssl/certs", "errorfile 400 /etc/haproxy/errors/400.http", "'user' root"]  # fmt: skip
TAKEN = ["bind :80", "bind *:80 name door", "bind [::]:80 v4v6", "bind ipv4@:80", "log stdout format raw local0",
    "log global", "option httplog", "stats enable", "stats uri /haproxy", "acl s path_beg /static/ -m beg",
    "server a application1:8000 weight 3 check", "errorfile 503 errors/503.http", "monitor-uri /health",
    "http-request return status 200 content-type text/plain file page.txt", "server a localhost:8000",
    "http-request redirect location /new if { path /old }", "default_backend file", "use_backend b if { path -f list }",
]  # fmt: skip


@pytest.mark.parametrize("line", REFUSED)
def test_what_leads_out_of_the_lab_is_refused_and_said(line: str) -> None:
    assert haproxy.moved(f"  {line}", ADDRESSES, PORTS).startswith("  # ")
    (said,) = unknown(haproxy, f"defaults\n  {line}\n", ADDRESSES)
    assert said.line == 2


@pytest.mark.parametrize("line", LEFT_OUT)
def test_what_everybodys_file_has_is_left_out_in_silence(line: str) -> None:
    assert haproxy.moved(f"  {line}", ADDRESSES, PORTS) == f"  # {line}"
    assert list(unknown(haproxy, f"  {line}", ADDRESSES)) == []


@pytest.mark.parametrize("line", TAKEN)
def test_what_serves_is_taken(line: str) -> None:
    assert not haproxy.moved(f"  {line}", ADDRESSES, PORTS).startswith("  # ")
    assert list(unknown(haproxy, f"  {line}", ADDRESSES)) == []


def test_a_section_goes_as_a_whole() -> None:
    text = "program a\n  command /bin/sh\nbackend b\n  server a application1:8000\n"
    moved = haproxy.moved(text, ADDRESSES, PORTS).splitlines()
    assert moved == ["# program a", "  # command /bin/sh", "backend b", "  server a 127.0.0.1:23001"]
