"""Every configuration of tests/programs/nginx gets what its first lines say, from every nginx of this machine."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus import NAMES, Finding, read_configuration
from real_nginx import WHICH, the_nginx

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.setting import Service
from stackwalk.stack.launch import Guardian, guarding
from stackwalk.stack.nginx.finding import Nginx
from stackwalk.stack.nginx.preparing import prepare

SERVICES = {
    "application": Service(8000, (("127.0.0.1", 23001), ("127.0.0.1", 23002), ("127.0.0.1", 23003))),
    "application1": Service(8000, (("127.0.0.1", 23011),)),
    "application2": Service(8000, (("127.0.0.1", 23012),)),
    "api": Service(8000, (("127.0.0.1", 23021),)),
}
LONGEST = 420  # characters of what is said: one or two sentences each


@pytest.fixture(scope="module")
def guardian() -> Iterator[Guardian]:
    with guarding() as made:
        yield made


@pytest.fixture(scope="module", params=WHICH)
def nginx(request: pytest.FixtureRequest) -> Nginx:
    return the_nginx(request.param)


@pytest.fixture
def run() -> Iterator[Path]:
    """A folder for one run: a short path, for that of a Unix socket has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="sw-") as folder:
        yield Path(os.path.realpath(folder)) / "run"


def test_there_are_many_configurations() -> None:
    assert len(NAMES) >= 100


def brief(complaint: Complaint) -> tuple[str, int | None, str | None]:
    return (complaint.severity, complaint.line, complaint.file)


def in_the_order_of_reading(finds: list[Finding]) -> list[tuple[str, int | None, str | None]]:
    return [(each.severity, each.line, each.file) for each in finds]


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_gets_what_is_to_be_said(
    name: str, nginx: Nginx, guardian: Guardian, tmp_path: Path, run: Path
) -> None:
    configuration = read_configuration(name)
    if nginx.version < configuration.needs:
        pytest.skip(f"nginx {nginx.shown} does not know what is in it")
    workspace = tmp_path / "my stack"
    configuration.lay_out(workspace)
    prepared = prepare(nginx, workspace, run, SERVICES, ports={80: 23480})
    found = prepared.test(guardian)
    shown = "\n".join(f"{brief(each)} {each.said}\n    {each.means} {each.try_this}" for each in found)
    assert [brief(each) for each in found] == in_the_order_of_reading(configuration.finds), shown
    for complaint, finding in zip(found, configuration.finds, strict=True):
        for words in finding.said:
            assert words in complaint.said, shown
        for words in finding.says:
            assert words in f"{complaint.means} {complaint.try_this}", shown
        everything = complaint.said + complaint.means + complaint.try_this
        assert str(tmp_path) not in everything and str(run) not in everything, "our paths are nobody's business"
        assert not re.search(r"\b23\d{3}\b|sw_(?!application_8000)", everything), "nor are our ports and names"
        assert len(complaint.means) <= LONGEST and complaint.means.endswith("."), shown
        assert complaint.try_this.endswith((".", ";", "?", "{", "…")) or "1m" in complaint.try_this, shown
    assert any(each.stops for each in found) == (configuration.facts["outcome"] == "refused")


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_copy_is_where_it_was(name: str, tmp_path: Path, nginx: Nginx) -> None:
    configuration = read_configuration(name)
    workspace, run = tmp_path / "my stack", tmp_path / "run"
    configuration.lay_out(workspace)
    prepared = prepare(nginx, workspace, run, SERVICES, ports={80: 23480})
    for source in prepared.project.sources:
        copy = (run / "copies" / source.name).read_bytes()
        assert copy.count(b"\n") == source.conf.text.count("\n")
