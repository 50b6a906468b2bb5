"""The files of a workspace that one nginx.conf takes in."""

import os
from pathlib import Path

import pytest
from real_nginx import the_nginx

from stackwalk.nginx.setting import Setting
from stackwalk.stack.nginx.gathering import Gathered, gather
from stackwalk.stack.nginx.preparing import prepare


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    (made / "conf.d").mkdir(parents=True)
    return made


def gathered(workspace: Path, text: str, **files: str) -> Gathered:
    (workspace / "nginx.conf").write_text(text)
    for name, content in files.items():
        (workspace / "conf.d" / f"{name}.conf").write_text(content)
    setting = Setting(
        run="/run/lab", workspace="/run/lab/workspace", services={}, ports={}, home=str(workspace),
        mounts={"/etc/nginx": ""}, copies="/run/lab/copies", provided=frozenset({"mime.types"}),
    )  # fmt: skip
    return gather(workspace, "nginx.conf", setting)


def names(found: Gathered) -> list[str]:
    return [source.name for source in found.project.sources]


@pytest.mark.parametrize("typed", ["conf.d/*.conf", "/etc/nginx/conf.d/?.conf", "./conf.d/[ab].conf"])
def test_a_pattern_takes_in_what_fits_in_its_order(workspace: Path, typed: str) -> None:
    found = gathered(workspace, f"server {{\n include {typed};\n}}\n", b="return 200;", a="listen 80;")
    assert names(found) == ["nginx.conf", "conf.d/a.conf", "conf.d/b.conf"]
    assert [source.within for source in found.project.sources] == [("http",), ("http", "server"), ("http", "server")]
    (server,) = found.project.named("server")
    inside = found.project.inside(server.source, server.statement.block or ())
    assert [each.name for each in inside] == ["listen", "return"]
    assert [file.name for file in found.files] == ["nginx.conf", "a.conf", "b.conf"]


def test_a_pattern_that_fits_nothing_is_no_mistake(workspace: Path) -> None:
    found = gathered(workspace, "include conf.d/*.conf;\n")
    assert (names(found), found.complaints, found.runnable) == (["nginx.conf"], (), True)


def test_what_the_image_has_is_not_looked_for(workspace: Path) -> None:
    found = gathered(workspace, "include mime.types;\ninclude /etc/nginx/mime.types;\n")
    assert (names(found), found.complaints) == (["nginx.conf"], ())


def test_a_file_of_the_same_name_as_one_of_the_image_comes_first(workspace: Path) -> None:
    (workspace / "mime.types").write_text("types { text/x-mine mine; }\n")
    assert names(gathered(workspace, "include mime.types;\n")) == ["nginx.conf", "mime.types"]


def test_a_file_that_is_included_twice_is_read_once(workspace: Path) -> None:
    found = gathered(workspace, "include conf.d/a.conf; server { include conf.d/a.conf; }\n", a="# nothing\n")
    assert names(found) == ["nginx.conf", "conf.d/a.conf"]
    assert found.runnable


def test_a_link_within_the_workspace_is_followed(workspace: Path) -> None:
    (workspace / "linked.conf").symlink_to("conf.d/a.conf")
    found = gathered(workspace, "include linked.conf;\n", a="# nothing\n")
    assert (names(found), found.complaints) == (["nginx.conf", "linked.conf"], ())


def test_a_link_to_itself_is_a_circle_as_well(workspace: Path) -> None:
    (workspace / "linked.conf").symlink_to("nginx.conf")
    found = gathered(workspace, "\ninclude linked.conf;\n")
    assert not found.runnable
    assert [(each.line, "includes itself" in each.means) for each in found.complaints] == [(2, True)]


def test_a_link_that_leads_to_itself_is_said(workspace: Path) -> None:
    (workspace / "linked.conf").symlink_to("linked.conf")
    found = gathered(workspace, "include linked.conf;\n")
    assert found.project.sources[0].name == "nginx.conf"


@pytest.mark.parametrize("size", [128 * 1024, 128 * 1024 + 1])
def test_a_large_file_has_a_bound(workspace: Path, size: int) -> None:
    found = gathered(workspace, "include conf.d/a.conf;\n", a="#" * size)
    assert found.runnable == (size == 128 * 1024)
    assert all((each.file, each.line) == ("nginx.conf", 1) for each in found.complaints)


def test_a_pipe_is_not_waited_for(workspace: Path) -> None:
    os.mkfifo(workspace / "conf.d" / "a.conf")
    found = gathered(workspace, "include conf.d/a.conf;\n")
    assert [each.means for each in found.complaints] == ["conf.d/a.conf is no ordinary file."]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_said(workspace: Path) -> None:
    (workspace / "secret.conf").write_text("")
    (workspace / "secret.conf").chmod(0)
    found = gathered(workspace, "include secret.conf;\n")
    (said,) = found.complaints
    assert (said.file, said.line) == ("nginx.conf", 1)
    assert "chmod u+r secret.conf" in said.try_this


@pytest.mark.parametrize("kind", ["a folder", "no ordinary file", "leads out"])
def test_what_a_pattern_takes_in_is_a_file_of_the_workspace(workspace: Path, kind: str) -> None:
    if kind == "a folder":
        (workspace / "conf.d" / "z.conf").mkdir()
    elif kind == "no ordinary file":
        os.mkfifo(workspace / "conf.d" / "z.conf")
    else:
        (workspace / "conf.d" / "z.conf").symlink_to("/dev/zero")
    found = gathered(workspace, "\ninclude conf.d/*.conf;\n")
    assert [(each.line, kind in each.means) for each in found.complaints] == [(2, True)]
    assert not found.runnable


def test_the_file_itself_may_be_no_link_that_leads_out(workspace: Path) -> None:
    (workspace.parent / "outside.conf").write_text("secret;\n")
    (workspace / "nginx.conf").symlink_to("../outside.conf")
    found = prepare(the_nginx("ours"), workspace, workspace.parent / "run", {})
    assert [each.means for each in found.complaints] == ["nginx.conf is a link that leads out of your folder."]
    assert not found.runnable and "secret" not in "".join(source.conf.text for source in found.project.sources)
