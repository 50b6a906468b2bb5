"""Moving a file: every line keeps its number, only the named words change, and moving twice changes nothing more."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.nginx.moving import rewrite
from stackwalk.nginx.setting import Service, Setting

SETTING = Setting(
    run="/run/lab",
    workspace="/run/lab/workspace",
    services={
        "application": Service(8000, (("127.0.0.1", 23001), ("127.0.0.1", 23002))),
        "api": Service(8000, (("127.0.0.1", 23021),)),
    },
    ports={80: 23480, 443: 23481, 8080: 23482},
    home="/home/me/my stack",
    mounts={"/etc/nginx": "", "/usr/share/nginx/html": "app"},
    copies="/run/lab/copies",
    provided=frozenset({"mime.types"}),
)


def moved(text: str) -> str:
    return rewrite(text, SETTING).text


def server(*lines: str) -> str:
    return "server {\n listen 80;\n" + "\n".join(lines) + "\n}\n"


def line_of(text: str, typed: str) -> str:
    """What became of the one line that was typed within a server."""
    return moved(server(typed)).splitlines()[2]


@pytest.mark.parametrize(
    ("typed", "here"),
    [
        ("listen 80;", "listen 127.0.0.1:23480;"),
        ("listen *:80;", "listen 127.0.0.1:23480;"),
        ("listen 0.0.0.0:80 default_server;", "listen 127.0.0.1:23480 default_server;"),
        ("listen localhost:80;", "listen 127.0.0.1:23480;"),
        ("listen 443 ssl;", "listen 127.0.0.1:23481 ssl;"),
        ("listen '8080' reuseport;", 'listen "127.0.0.1:23482" reuseport;'),
        ("listen [::]:80;", "listen [::1]:23480;"),
        ("listen [::]:80 ipv6only=off;", "listen 127.0.0.1:23480 ;"),
        ("listen 172.18.0.2:80;", "listen 127.0.0.1:23480;"),
        ("listen localhost;", "listen 127.0.0.1:23480;"),
        ("listen unix:/var/run/a.sock;", "listen unix:/run/lab/socket-a.sock;"),
        ("listen 9999;", "listen 9999;"),
        ("listen;", "listen;"),
    ],
)
def test_a_listen_gets_a_port_of_this_machine(typed: str, here: str) -> None:
    assert moved(f"server {{\n{typed}\n}}\n").splitlines()[1] == here


def test_a_server_that_does_not_listen_gets_the_port_it_would_have() -> None:
    assert "listen 127.0.0.1:23480;" in moved("server {\n}\n").splitlines()[0]


def test_the_same_port_on_any_address_and_on_one_is_opened_once() -> None:
    copy = moved("server {\n listen 80;\n listen 127.0.0.1:80;\n}\n").splitlines()
    assert copy[1:3] == [" listen 127.0.0.1:23480;", " "]


@pytest.mark.parametrize(
    ("typed", "here"),
    [
        ("proxy_pass http://api:8000;", "proxy_pass http://sw_api_8000; proxy_redirect http://api:8000/ /;"),
        ("proxy_pass http://api:8000/;", "proxy_pass http://sw_api_8000/; proxy_redirect http://api:8000/ /a/;"),
        ("proxy_pass http://api:8000/v1;", "proxy_pass http://sw_api_8000/v1; proxy_redirect http://api:8000/v1 /a/;"),
        ("proxy_pass HTTP://API:8000;", "proxy_pass HTTP://sw_api_8000; proxy_redirect HTTP://API:8000/ /;"),
        ("proxy_pass http://api;", "proxy_pass http://sw_api_80; proxy_redirect http://api/ /;"),
        ("proxy_pass http://mine;", "proxy_pass http://mine;"),
        ("proxy_pass http://mine:8000/x;", "proxy_pass http://mine:8000/x;"),
        ("fastcgi_pass 192.0.2.7:8000;", "fastcgi_pass sw_192.0.2.7_8000;"),
        ("proxy_pass http://$host;", 'proxy_pass "http://${sw_aim_6a9c9969}";'),
        ("proxy_pass api:8000;", "proxy_pass api:8000;"),
        ("proxy_pass 'http://api:8000';", 'proxy_pass "http://sw_api_8000"; proxy_redirect http://api:8000/ /;'),
        ("fastcgi_pass api:8000;", "fastcgi_pass sw_api_8000;"),
        ("grpc_pass grpc://api:8000;", "grpc_pass grpc://sw_api_8000;"),
        ("proxy_pass http://unix:/run/docker.sock;", "proxy_pass http://unix:/run/lab/refused.sock;"),
        ("root /usr/share/nginx/html;", "root /run/lab/workspace/app;"),
        ("alias /usr/share/nginx/html/static/;", "alias /run/lab/workspace/app/static/;"),
        ("root '/home/me/my stack/static';", 'root "/run/lab/workspace/static";'),
        ("root html;", "root /run/lab/workspace/html;"),
        ("root /etc;", "root /run/lab/refused;"),
        ("root '/home/me/my stack/../secret';", 'root "/run/lab/refused";'),
        ("alias '/home/me/my stack/../secret/$1';", 'alias "/run/lab/refused";'),
        ("alias html/$1/../../../secret;", "alias /run/lab/refused;"),
        ("root $document_root/..;", "root /run/lab/refused;"),
        ("alias html/$arg_name;", "alias /run/lab/refused;"),
        ("try_files /$arg_name $uri /index.html?$args =404;", "try_files /refused $uri /index.html?$args =404;"),
        ("error_page 404 /../x;", "error_page 404 /refused;"),
        ("rewrite ^ /x?$args;", "rewrite ^ /x?$args;"),
        ("alias html/$1;", "alias /run/lab/workspace/html/$1; disable_symlinks on from=/run/lab/workspace;"),
        ("alias /etc/nginx/../passwd;", "alias /run/lab/refused;"),
        ("alias /etc/nginx/../nginx/x/./y/;", "alias /run/lab/workspace/x/y/;"),
        ("include mime.types;", "include /run/lab/image/mime.types;"),
        ("include /etc/nginx/extra/*.conf;", "include /run/lab/copies/extra/*.conf;"),
        ("include /etc/passwd;", "include /run/lab/refused.conf;"),
        ("access_log off;", "access_log /run/lab/requests.jsonl stackwalk;"),
        (
            "access_log /var/log/nginx/a.log up buffer=4k;",
            "access_log /run/lab/logs/a.log up buffer=4k; access_log /run/lab/requests.jsonl stackwalk;",
        ),
        ("error_log stderr info;", "error_log stderr info; error_log /run/lab/error.log notice;"),
        ("proxy_temp_path /tmp/x 1 2;", "proxy_temp_path /run/lab/proxy_temp-x 1 2;"),
        ("return 301 http://$host:$server_port/;", "return 301 http://$host:$sw_server_port/;"),
        ("add_header X ${proxy_host}y;", "add_header X ${sw_proxy_host}y;"),
        ("add_header X $proxy_hosts;", "add_header X $proxy_hosts;"),
        ("disable_symlinks off;", ""),
        ("js_content a.b;", ""),
        ("proxy_set_header X y;", "proxy_set_header X y; proxy_set_header Host $sw_proxy_host;"),
        ("proxy_set_header host y;", "proxy_set_header host y;"),
        ("# root /etc;", "# root /etc;"),
        ("unheard_of /etc;", "unheard_of /etc;"),
    ],
)
def test_a_directive_is_moved_on_its_line(typed: str, here: str) -> None:
    text = f"upstream mine {{ server api:8000; }}\nserver {{\n listen 80;\n location /a/ {{\n{typed}\n }}\n}}\n"
    assert moved(text).splitlines()[4] == here


def test_a_name_of_several_programs_becomes_several_servers_on_its_line() -> None:
    copy = moved("upstream app {\n server application:8000\n  weight=2;\n server api:8000 backup;\n}\n").splitlines()
    assert copy[1:4] == [
        " server 127.0.0.1:23001",
        "  weight=2; server 127.0.0.1:23002 weight=2;",
        " server 127.0.0.1:23021 backup;",
    ]


def test_a_group_has_all_the_addresses_and_the_name_that_was_typed() -> None:
    (group,) = rewrite(server("location / { proxy_pass http://application:8000; }"), SETTING).groups
    assert (group.name, group.typed) == ("sw_application_8000", "application:8000")
    assert group.addresses == SETTING.services["application"].addresses


def test_a_service_of_which_nothing_runs_is_said() -> None:
    setting = SETTING._replace(services={"api": Service(8000, ())})
    (said,) = rewrite(server("location / { proxy_pass http://api:8000; }"), setting).complaints
    assert (said.severity, said.line) == ("note", 3)
    assert "nothing of it runs" in said.means


@pytest.mark.parametrize(
    ("resolver", "value", "url", "value_here", "url_here"),
    [
        ("127.0.0.11", "api", "http://$b:8000", "sw_api_8000", "http://$b"),
        ("127.0.0.11", "http://api:8000", "$b", "http://sw_api_8000", "$b"),
        ("127.0.0.11", "api:8000", "http://${b}/x", "sw_api_8000", "http://${b}/x"),
        ("1.1.1.1", "example.com", "http://$b:8000", "example.com", '"http://${sw_aim_ef441ccf}"'),
        ("1.1.1.1", "api", "http://$c:8000", "api", '"http://${sw_aim_2418cf6a}"'),
        ("", "192.0.2.7", "http://$b:8000", "192.0.2.7", '"http://${sw_aim_ef441ccf}"'),
        ("", "api", "http://$b:8000", "api", "http://$b:8000"),
    ],
)
def test_a_variable_leads_where_a_name_would(
    resolver: str, value: str, url: str, value_here: str, url_here: str
) -> None:
    asked = f"resolver {resolver};" if resolver else ""
    copy = moved(server("location / {", asked, f"set $b {value};", f"proxy_pass {url};", "}"))
    assert copy.splitlines()[4:6] == [f"set $b {value_here};", f"proxy_pass {url_here};"]


def test_words_in_a_map_are_no_directives() -> None:
    text = "map $uri $x {\n root /etc;\n listen 80;\n include mime.types;\n}\n"
    assert moved(text).splitlines()[1:3] == [" root /etc;", " listen 80;"]


def test_a_full_file_is_left_to_the_lab_where_it_speaks_of_the_process() -> None:
    copy = moved("user\n root;\ndaemon on; events { worker_connections 99999; }\nhttp {\n}\n")
    assert copy == ("\n\n events { worker_connections 1024; }\nhttp { include /run/lab/http.conf;\n}\n")


def test_a_block_that_is_left_out_takes_its_lines_with_it_and_leaves_their_ends() -> None:
    assert moved("stream {\n server {\n  listen 1;\n }\n}\nevents {}\n") == "\n\n\n\n\nevents {}\n"


def test_the_headers_of_an_included_file_count() -> None:
    """What the file itself does not say is put where the block is."""
    copy = moved(server("proxy_set_header A b;", "location / { proxy_set_header C d; proxy_pass http://api:8000; }"))
    assert copy.count("proxy_set_header Host $sw_proxy_host;") == 2


DIRECTIVES = [
    "listen 80;", "listen [::]:80 default_server;", "listen 443 ssl;", "listen application:80;", "listen 80-90;",
    "proxy_pass http://application:8000;", "proxy_pass http://api:8000/x/;", "proxy_pass http://localhost:8000;",
    "proxy_pass http://$b:8000;", "proxy_pass $c;", "set $b api;", "resolver 127.0.0.11;", "proxy_pass http://nobody;",
    "proxy_redirect default;", "proxy_redirect off;", "server application:8000 weight=2;", "server api;",
    "root /etc;", "root html/$host;", "alias html/$1;",
    "alias '/usr/share/nginx/html/a b/';", "include mime.types;", "include *.conf;",
    "access_log off;", "access_log /a/b.log x;", "access_log syslog:server=a;", "error_log off;", "error_log /x info;",
    "proxy_set_header A $proxy_host;", 'return 200 "$server_port {;}";', "user root;", "daemon on;", "load_module x;",
    "worker_connections 99999;", "proxy_store on;", "try_files /../x $uri;", "ssl_certificate a.pem;", "js_content a;",
    "disable_symlinks off;", "# a comment }", "server_name a\n b;", "proxy_cache_path /x keys_zone=a:1m;",
]  # fmt: skip
BLOCKS = [
    "server",
    "location /a/",
    "location = /b",
    "http",
    "events",
    "upstream app",
    "map $a $b",
    "if ($a)",
    "stream",
    "types",
]
GAPS = [" ", "\n", "\r\n", "\t", " # why\n", "\n\n"]


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> str:
    """Files as learners might leave them: directives in any block, some of them torn."""
    pieces = []
    for _ in range(draw(st.integers(0, 4))):
        pieces.append(draw(st.sampled_from(GAPS)))
        if depth and draw(st.booleans()):
            pieces += [
                draw(st.sampled_from(BLOCKS)),
                " {",
                draw(texts(depth=depth - 1)),
                draw(st.sampled_from(GAPS)),
                "}",
            ]
        else:
            pieces.append(draw(st.sampled_from(DIRECTIVES)))
            if draw(st.integers(0, 30)) == 0:
                pieces.append(draw(st.sampled_from(["}", "{", "'", '"', "\\", ";", "\ufeff", "\x00", "\udcff"])))
    return "".join([*pieces, draw(st.sampled_from(["", "\n"]))])


@given(texts() | st.text(alphabet="server{} ;\n\"'\\$#.:/0a\x00é", max_size=80))
def test_every_line_keeps_its_number_and_moving_twice_changes_nothing_more(text: str) -> None:
    once = rewrite(text, SETTING)
    assert once.text.count("\n") == text.count("\n")
    twice = rewrite(once.text, SETTING)
    assert twice.text == once.text
    for complaint in once.complaints:
        assert complaint.line is not None
        assert 1 <= complaint.line <= text.count("\n") + 1


# What may stand in the copy and not in the text: the words that were moved, and those that were added.
OURS = ("127.0.0.1:", "[::1]:", "/run/lab", "sw_", "http://")
ADDED = {"set", "listen", "include", "proxy_redirect", "proxy_set_header", "Host", "access_log", "error_log", "notice"}
ADDED |= {"stackwalk", "server", "/", "/a/", "off", "on", "disable_symlinks", "/refused", "1024", "weight=2"}
ADDED |= {"127.0.0.11:5"}


@given(texts())
def test_only_the_named_words_change(text: str) -> None:
    """What is new in a line is a place of this machine, or one of the directives that are added."""
    copy = moved(text)
    known = set(re.split(r"[\s;{}'\"]+", text))
    for typed, here in zip(text.split("\n"), copy.split("\n"), strict=True):
        if typed == here:
            continue
        for word in re.split(r"[\s;{}'\"]+", here):
            plain = word.strip("\"'")
            moved_word = any(mark in word for mark in OURS) or re.fullmatch(r"\d+:\d+(:\d+)?", word)
            assert word in known or plain in known or plain in ADDED or moved_word, (typed, here, word)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_text_stay_as_they_are(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert rewrite(f"# {text}".replace("\n", ""), SETTING).text.encode("utf-8", "surrogateescape") == (
        b"# " + data.replace(b"\n", b"")
    )


def test_a_service_that_a_variable_names_is_one_that_the_file_speaks_to() -> None:
    lines = ("resolver 127.0.0.11;", "set $n api;", "set $p 8000;", "location / { proxy_pass http://$n:$p; }")
    names = dict(rewrite(server(*lines), SETTING).names)
    assert names["127.0.0.1:23021"] == "api:8000" and "127.0.0.1:23001" not in names
