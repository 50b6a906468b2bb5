"""A compose file as Compose reads it: short and long forms, variables, anchors; and what it refuses."""

import pytest

from stackwalk.compose.document import read_document
from stackwalk.compose.fault import FileFault
from stackwalk.compose.reading import read_compose
from stackwalk.compose.services import ComposeFile, Mount, Port

SHORT = """\
services:
  nginx:
    image: nginx:${NGINX:-1.30}-alpine
    ports:
      - "8080:80"
    volumes:
      - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [app]
  app:
    build: .
    command: gunicorn --bind 0.0.0.0:8000 'wsgi'
"""
LONG = """\
version: "3.8"
x-app: &app
  build:
    context: ./
    dockerfile: Dockerfile
services:
  nginx:
    image: "nginx:1.30-alpine"
    ports:
      - target: 80
        published: "8080"
    volumes:
      - type: bind
        source: ./nginx.conf
        target: /etc/nginx/conf.d/default.conf
        read_only: true
    depends_on:
      app:
        condition: service_started
  app:
    <<: *app
    command: ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi"]
"""


def read(text: str, **environment: str) -> ComposeFile:
    return read_compose(text, environment)


def fault(text: str, **environment: str) -> FileFault:
    with pytest.raises(FileFault) as found:
        read_compose(text, environment)
    return found.value


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "long"])
def test_both_forms_say_the_same(text: str) -> None:
    nginx, app = read(text).services
    assert nginx.image == "nginx:1.30-alpine"
    assert [(one.published, one.target) for one in nginx.ports] == [("8080", "80")]
    assert [(one.kind, one.source, one.target, one.read_only) for one in nginx.mounts] == [
        ("bind", "./nginx.conf", "/etc/nginx/conf.d/default.conf", True)
    ]
    assert app.build is not None
    assert app.build.context in (".", "./")
    assert app.command == ("gunicorn", "--bind", "0.0.0.0:8000", "wsgi")
    assert nginx.reaches(app)


def test_version_is_taken_with_a_note() -> None:
    assert "ignores it" in read(LONG).notes[0]
    assert read(SHORT).notes == ()


def test_a_variable_has_the_value_of_the_env_file() -> None:
    assert read(SHORT, NGINX="1.31").services[0].image == "nginx:1.31-alpine"
    assert read(SHORT, NGINX="").services[0].image == "nginx:1.30-alpine"


@pytest.mark.parametrize(
    ("typed", "port"),
    [
        ('"8080:80"', Port("80", "8080")),
        ("8080:80", Port("80", "8080")),
        ("22:22", Port("22", "22")),  # no number of base 60
        ("80", Port("80", "")),
        ("127.0.0.1:8080:80/tcp", Port("80", "8080", "127.0.0.1")),
        ("127.0.0.1::80", Port("80", "", "127.0.0.1")),
        ("8000-8002:9000-9002/udp", Port("9000-9002", "8000-8002", protocol="udp")),
    ],
)
def test_ports_in_one_line(typed: str, port: Port) -> None:
    (found,) = read(f"services:\n a:\n  image: b\n  ports:\n  - {typed}\n").services[0].ports
    assert found == Port(port.target, port.published, port.host_ip, port.protocol, 5)


@pytest.mark.parametrize(
    ("typed", "mount"),
    [
        ("./a:/b", Mount("bind", "./a", "/b")),
        ("../a:/b:ro,z", Mount("bind", "../a", "/b", True)),
        ("~/a:/b", Mount("bind", "~/a", "/b")),
        ("/:/host", Mount("bind", "/", "/host")),
        ("/data", Mount("volume", "", "/data")),
        ("kept:/data", Mount("volume", "kept", "/data")),
    ],
)
def test_volumes_in_one_line(typed: str, mount: Mount) -> None:
    (found,) = read(f"volumes: {{kept: }}\nservices:\n a:\n  image: b\n  volumes: ['{typed}']\n").services[0].mounts
    assert (found.kind, found.source, found.target, found.read_only) == (
        mount.kind, mount.source, mount.target, mount.read_only,
    )  # fmt: skip


def test_what_extends_keeps_what_it_does_not_replace() -> None:
    base, more = read(
        "services:\n a:\n  image: x\n  environment: {ONE: 1, TWO: 2}\n  ports: ['1:1']\n"
        " b:\n  extends: {service: a}\n  environment: {TWO: 3}\n  ports: ['2:2']\n"
    ).services
    assert base.environment == {"ONE": "1", "TWO": "2"}
    assert more.environment == {"ONE": "1", "TWO": "3"}
    assert [one.target for one in more.ports] == ["1", "2"]


def test_names_on_a_network() -> None:
    found = read(
        "networks: {back: }\nservices:\n a:\n  image: x\n  container_name: c\n  networks: {back: {aliases: [d]}}\n"
        " b:\n  image: x\n"
    )
    first, second = found.services
    assert {*first.names} == {"a", "c", "d"}
    assert found.named("d") is first
    assert not first.reaches(second)


@pytest.mark.parametrize(
    ("key", "risky"),
    [
        ("privileged: true", True),
        ("privileged: false", False),
        ("cap_add: [SYS_ADMIN]", True),
        ("network_mode: host", True),
        ("pid: host", True),
        ("ipc: shareable", False),
    ],
)
def test_what_opens_the_machine(key: str, risky: bool) -> None:
    assert bool(read(f"services:\n a:\n  image: x\n  {key}\n").services[0].risks) is risky


REFUSED = [
    ("no services", "x-a: 1\n", 1, "services: is missing"),
    ("a list", "- a\n", 1, "a list of keys"),
    ("a text", "nginx\n", 1, "a list of keys"),
    ("nothing", "", None, "nothing in it"),
    ("a misspelt key", "services:\n a:\n  image: b\n  port:\n  - 1:1\n", 4, "no key port"),
    ("a misspelt key at the top", "servces:\n a:\n  image: b\n", 1, "no key servces"),
    ("nothing to run", "services:\n a:\n  command: b\n", 2, "neither an image: nor a build:"),
    ("not indented", "services:\n a:\n image: b\n", 2, "is what belongs to it indented"),
    ("a tab", "services:\n\ta:\n\t\timage: b\n", 2, "a tab"),
    ("twice", "services:\n a:\n  image: b\n a:\n  image: c\n", 4, "a second time"),
    ("ports without hyphen", "services:\n a:\n  image: b\n  ports: 8080:80\n", 4, "begins with a hyphen"),
    ("no port", "services:\n a:\n  image: b\n  ports: ['web:80']\n", 4, "is no port"),
    ("a port too high", "services:\n a:\n  image: b\n  ports: ['80800:80']\n", 4, "end at 65535"),
    ("no ./", "services:\n a:\n  image: b\n  volumes: ['nginx.conf:/c']\n", 4, "begins with ./"),
    ("a relative target", "services:\n a:\n  image: b\n  volumes: ['./c:d']\n", 4, "begins with a slash"),
    ("an unknown network", "services:\n a:\n  image: b\n  networks: [c]\n", 4, "declared nowhere"),
    ("depends on nobody", "services:\n a:\n  image: b\n  depends_on: [c]\n", 4, "no service is called that"),
    ("an open quote", "services:\n a:\n  image: 'b\n", 4, "never closed"),
    ("a quote in a command", "services:\n a:\n  image: b\n  command: x 'y\n", 4, "never closed"),
    ("a colon too many", "services:\n a:\n  image: b\n   ports:\n", 4, "a colon that can't be meant"),
    ("no anchor", "services:\n a: *b\n", 2, "an alias"),
    ("an unset variable", "services:\n a:\n  image: ${B:?say which}\n", 3, "nobody sets it. say which"),
    ("an empty image", "services:\n a:\n  image: $B\n", 3, "is empty"),
    ("an open brace", "services:\n a:\n  image: x${B\n", 3, "} is missing"),
    ("a lone dollar", "services:\n a:\n  image: x$\n", 3, "written $$"),
    ("two documents", "services:\n a:\n  image: b\n---\nx: 1\n", 4, "second document"),
    ("extends itself", "services:\n a:\n  extends: a\n", 3, "extends"),
    ("a control character", "services:\n a:\n  image: \x1b[2J\n", 3, "no text file holds"),
    ("a key that is a list", "? [a]\n: b\n", 1, "a key is a word"),
]


@pytest.mark.parametrize(("text", "line", "said"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_compose_refuses_is_said_with_its_line(text: str, line: int | None, said: str) -> None:
    found = fault(text)
    assert said in found.what
    assert found.line == line


def test_a_slip_of_the_pen_is_told_what_is_near() -> None:
    assert fault("services:\n a:\n  image: b\n  volume: []\n").try_this == "Is volumes meant?"


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "multiply"),
        ("a: &a [*a]\n", "stands in itself"),
        ("[" * 5_000, "nested"),
        ("a: " * 5_000, "a colon"),
        ("x: 1\n" * 1_000_000, "larger than 256 KB"),
        ("[" + "1," * 50_000 + "]", "nested or listed"),
        ("a: !!python/object/apply:os.system [ls]\n", ""),
        ("\x00" * 100, "no text file"),
        ("\udcff: a\n", "no text file"),
        ("%YAML 9.9\n---\na: b\n", "YAML"),
        ("<<: 3\n", "none"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_a_hostile_file_is_refused_before_it_is_built(text: str, said: str) -> None:
    try:
        read_document(text)
    except FileFault as found:
        assert said in found.what
    else:
        assert said == ""  # a tag is nothing but a word to us


def test_a_byte_order_mark_and_crlf_are_nothing() -> None:
    assert read("\ufeff" + SHORT.replace("\n", "\r\n")) == read(SHORT)
