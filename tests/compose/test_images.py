"""A Dockerfile as its image; what a container finds, and what it runs."""

from dataclasses import replace

import pytest

from stackwalk.compose.building import installed
from stackwalk.compose.command import Gunicorn, gunicorn_of, settings_bind, words_of
from stackwalk.compose.contents import copied, inside, not_ignored, with_mounts
from stackwalk.compose.dockerfile import Image, read_dockerfile
from stackwalk.compose.fault import FileFault
from stackwalk.compose.services import Mount

FILES = ("app/__init__.py", "app/routes.py", "app/static/style.css", "bare.py", "nginx.conf", "wsgi.py", ".env")
PLAIN = """\
FROM python:3.13-slim
WORKDIR /service
RUN pip install flask gunicorn
COPY . .
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi"]
"""


def contents(text: str, files: tuple[str, ...] = FILES) -> dict[str, str]:
    return copied(read_dockerfile(text), files)


def test_a_plain_one() -> None:
    image = read_dockerfile(PLAIN)
    assert (image.base, image.folder, image.runs) == (
        "python:3.13-slim", "/service", ("pip install flask gunicorn",),
    )  # fmt: skip
    assert image.command == ("gunicorn", "--bind", "0.0.0.0:8000", "wsgi")
    assert contents(PLAIN)["/service/app/routes.py"] == "app/routes.py"
    assert contents(PLAIN)["/service/wsgi.py"] == "wsgi.py"


def test_stages_arguments_and_here_documents() -> None:
    image = read_dockerfile(
        "# syntax=docker/dockerfile:1\nARG V=3.12\nFROM python:${V}-slim AS base\nENV HOME_OF=/srv\nFROM base\n"
        "RUN <<EOF\npip install flask\nFROM nowhere\nEOF\nworkdir $HOME_OF\nWORKDIR app\n"
        "cmd gunicorn \\\n  # a comment\n  wsgi\n",
        {"V": "3.14"},
    )
    assert image.base == "python:3.14-slim"
    assert image.folder == "/srv/app"
    assert "pip install flask" in image.runs[0]
    assert image.command == ("/bin/sh", "-c", "gunicorn   wsgi")


def test_the_target_ends_the_build() -> None:
    text = "FROM a AS one\nCMD x\nFROM b AS two\nCMD y\n"
    assert read_dockerfile(text, target="one").base == "a"
    assert read_dockerfile(text).base == "b"
    with pytest.raises(FileFault, match="no stage"):
        read_dockerfile(text, target="three")


@pytest.mark.parametrize(
    ("copy", "found"),
    [
        ("COPY wsgi.py .", {"/s/wsgi.py"}),
        ("COPY wsgi.py bare.py ./", {"/s/wsgi.py", "/s/bare.py"}),
        ("COPY wsgi.py /x/y.py", {"/x/y.py"}),
        ("COPY *.py ./", {"/s/wsgi.py", "/s/bare.py"}),
        ("COPY app app", {"/s/app/__init__.py", "/s/app/routes.py", "/s/app/static/style.css"}),
        ("COPY ./app/ ./app/", {"/s/app/__init__.py", "/s/app/routes.py", "/s/app/static/style.css"}),
        ("COPY app .", {"/s/__init__.py", "/s/routes.py", "/s/static/style.css"}),
        ("COPY app wsgi.py ./", {"/s/__init__.py", "/s/routes.py", "/s/static/style.css", "/s/wsgi.py"}),
        ('COPY ["wsgi.py", "./"]', {"/s/wsgi.py"}),
        ("COPY --chown=1:1 wsgi.py ./", {"/s/wsgi.py"}),
        ("ADD app/static /static/", {"/static/style.css"}),
        ("COPY --from=other /x /y", set()),
    ],
)
def test_copies_end_where_docker_puts_them(copy: str, found: set[str]) -> None:
    assert {*contents(f"FROM a\nWORKDIR /s\n{copy}\n")} == found


def test_a_source_that_is_not_there_ends_the_build() -> None:
    with pytest.raises(FileFault, match="copies requirements") as found:
        contents("FROM a\nCOPY requirements.txt .\n")
    assert found.value.line == 2


def test_what_dockerignore_names_is_not_there() -> None:
    assert not_ignored(FILES, "# no secrets\n.env\napp/static\n") == (
        "app/__init__.py", "app/routes.py", "bare.py", "nginx.conf", "wsgi.py",
    )  # fmt: skip


def test_a_context_that_is_a_folder() -> None:
    assert inside("./app", FILES) == ("__init__.py", "routes.py", "static/style.css")
    assert inside(".", FILES) == FILES


def test_mounts_lie_over_the_image() -> None:
    found = with_mounts(
        {"/s/old.py": "old.py", "/etc/nginx/conf.d/default.conf": "x"},
        (
            Mount("bind", "./", "/s"),
            Mount("bind", "./nginx.conf", "/etc/nginx/conf.d/default.conf"),
            Mount("bind", "/etc", "/machine"),
        ),
        FILES,
    )
    assert "/s/old.py" not in found
    assert found["/s/app/static/style.css"] == "app/static/style.css"
    assert found["/etc/nginx/conf.d/default.conf"] == "nginx.conf"
    assert not any(path.startswith("/machine") for path in found)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("RUN x\n", 1),
        ("FROM a\nRUNN x\n", 2),
        ("FROM a\nCOPY x\n", 2),
        ("FROM a b\n", 1),
        ("FROM a\nRUN <<EOF\nx\n", 2),
        ("FROM a\nENV X\n", 2),
    ],
)
def test_what_docker_refuses_is_said_with_its_line(text: str, line: int | None) -> None:
    with pytest.raises(FileFault) as found:
        read_dockerfile(text)
    assert found.value.line == line


@pytest.mark.parametrize(
    "text", ["FROM a\n" * 60_000, "\x00\x1b[2J", "FROM " + "$" * 9000, "FROM a\nCMD [" + "[" * 9000]
)
def test_a_hostile_one_ends_in_values_or_a_fault(text: str) -> None:
    try:
        found = read_dockerfile(text)
    except FileFault as fault:
        assert fault.what
    else:
        assert isinstance(found, Image)


@pytest.mark.parametrize(
    ("line", "application", "binds"),
    [
        ("gunicorn --bind 0.0.0.0:8000 wsgi", "wsgi", ("0.0.0.0:8000",)),
        ("gunicorn --bind=:8000 --workers=3 wsgi:application", "wsgi:application", ("0.0.0.0:8000",)),
        ("gunicorn wsgi -b 0.0.0.0:8000 -w 3", "wsgi", ("0.0.0.0:8000",)),
        ("gunicorn -b0.0.0.0 wsgi", "wsgi", ("0.0.0.0:8000",)),
        ("python -m gunicorn -b [::]:8000 bare", "bare", ("[::]:8000",)),
        ("/usr/local/bin/gunicorn --access-logfile - --preload bare", "bare", ()),
        ("exec gunicorn wsgi", "wsgi", ()),
    ],
)
def test_a_call_of_gunicorn(line: str, application: str, binds: tuple[str, ...]) -> None:
    found = gunicorn_of(tuple(line.split()), {})
    assert found is not None
    assert (found.application, found.binds) == (application, binds)


def test_what_else_says_where_it_listens() -> None:
    assert gunicorn_of(("gunicorn", "wsgi"), {"PORT": "8000"}) == Gunicorn("wsgi", ("0.0.0.0:8000",))
    assert gunicorn_of(("gunicorn", "wsgi"), {"GUNICORN_CMD_ARGS": "-b :8000"}) == Gunicorn("wsgi", ("0.0.0.0:8000",))
    assert gunicorn_of(("flask", "run"), {}) is None
    assert settings_bind('bind = "127.0.0.1:8000"\nworkers = 3\n') == ("127.0.0.1:8000",)
    assert settings_bind("workers = 3\n") == ()
    assert settings_bind('import os\nbind = os.environ["BIND"]\n') is None
    assert settings_bind("bind = = 3") is None


def test_a_shell_around_a_command_is_opened() -> None:
    command = ("sh", "-c", "cd /s && exec gunicorn -b 0.0.0.0:${PORT:-8000} wsgi")
    assert words_of(None, command, {}) == ("exec", "gunicorn", "-b", "0.0.0.0:8000", "wsgi")
    assert words_of(("gunicorn",), ("wsgi",), {}) == ("gunicorn", "wsgi")


def put_in(lines: str, base: str = "python:3.13-slim") -> str:
    image = read_dockerfile(f"FROM {base}\nWORKDIR /service\n{lines}\n")
    files = ("requirements.txt", "lists/more.txt", "wsgi.py")
    texts = {"requirements.txt": "flask==3.1", "lists/more.txt": "gunicorn"}
    return installed(
        image, lambda copies: copied(replace(image, copies=image.copies[:copies]), files), texts.__getitem__
    )


@pytest.mark.parametrize(
    "lines",
    [
        "RUN pip install flask gunicorn",
        'RUN ["pip", "install", "flask", "gunicorn"]',
        "RUN python -m pip install --no-cache-dir 'flask>=3' gunicorn[gevent]",
        "COPY . .\nRUN pip install -r requirements.txt && pip install -rlists/more.txt",
        "COPY requirements.txt /tmp/\nRUN cd /tmp && pip install -r requirements.txt gunicorn",
        "RUN echo flask gunicorn > list.txt && pip install -r list.txt",
        "RUN apt-get update && apt-get install -y python3-flask gunicorn",
        "RUN uv pip install --system flask gunicorn",
    ],
)
def test_what_a_build_puts_into_an_image(lines: str) -> None:
    found = put_in(lines)
    assert "flask" in found and "gunicorn" in found


@pytest.mark.parametrize(
    ("lines", "base", "says"),
    [
        ("RUN pip install -r requirements.txt\nCOPY . .", "python:3.13", "no COPY above has brought it"),
        ("COPY . app/\nRUN pip install -r requirements.txt", "python:3.13", "no COPY above has brought it"),
        ("RUN pip install flask, gunicorn", "python:3.13", "has a comma"),
        ("RUN apt-get install flask gunicorn", "python:3.13", "which pip installs"),
        ("RUN pip install flask gunicorn", "node:22", "has no pip"),
        ("RUN pip install flask gunicorn", "debian:12-slim", "has no pip"),
        ("RUN pip install flask gunicorn", "nginx:1.30", "has no pip"),
    ],
)
def test_what_a_build_stumbles_over(lines: str, base: str, says: str) -> None:
    with pytest.raises(FileFault, match=says) as caught:
        put_in(lines, base)
    assert caught.value.line in (3, 4)


def test_a_system_that_gets_pip_first_has_it() -> None:
    lines = "RUN apt-get update && apt-get install -y python3-pip\nRUN pip install flask gunicorn"
    assert "flask" in put_in(lines, "debian:12-slim")
