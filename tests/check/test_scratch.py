"""The folder of a run goes whatever a program did to it, and nothing else is touched."""

import stat
from pathlib import Path

from stackwalk.check.scratch import remove


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_what_a_program_locked_is_removed(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    deep = scratch / "workspace" / "app"
    deep.mkdir(parents=True)
    (deep / "file").write_text("")
    for folder in (deep, deep.parent, scratch):
        folder.chmod(0)
    remove(scratch)
    assert not scratch.exists()


def test_the_folder_around_it_keeps_its_rights_though_it_has_gone(tmp_path: Path) -> None:
    """As root that folder may be /tmp itself."""
    tmp_path.chmod(0o755)
    remove(tmp_path / "gone")
    assert mode(tmp_path) == 0o755


def test_what_a_link_leads_to_keeps_its_rights(tmp_path: Path) -> None:
    scratch, outside = tmp_path / "scratch", tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (scratch / "locked").mkdir(parents=True)
    (scratch / "locked" / "link").symlink_to(outside)
    (scratch / "locked").chmod(0o500)
    remove(scratch)
    assert not scratch.exists()
    assert mode(outside) == 0o755
