"""What a stack consists of, from what a lab declares and what a file names."""

from pathlib import Path

import pytest

from stackwalk.compose.reading import read_compose
from stackwalk.course.program import ProgramSpec
from stackwalk.errors import StackwalkError
from stackwalk.whole.composed import composed
from stackwalk.whole.plan import declare, plan_stack
from stackwalk.whole.reading import read_composed

FRONT = ProgramSpec("nginx", ("nginx",), "nginx.conf", 80, server="nginx", door=8080)


def service(name: str, copies: int = 1) -> ProgramSpec:
    return ProgramSpec(name, ("gunicorn", "wsgi"), "wsgi.py", 8000, answers=True, copies=copies)


def test_what_the_file_names_runs_in_its_order_and_the_front_comes_last() -> None:
    plan = plan_stack(FRONT, [service("application"), service("api"), service("other")], ["api", "application"])

    assert [part.name for part in plan.parts] == ["api", "application", "nginx"]
    assert plan.outermost.name == "nginx"
    assert [(hop.name, hop.title) for hop in plan.hops] == [
        ("nginx", "client – nginx"),
        ("api", "nginx – api"),
        ("application", "nginx – application"),
    ]


def test_copies_are_parts_of_one_name() -> None:
    plan = plan_stack(FRONT, [service("application", 3)], ["application", "application"])

    assert [part.name for part in plan.services] == ["application-1", "application-2", "application-3"]
    assert {part.service for part in plan.services} == {"application"}
    assert plan.copies("application") == plan.services


def test_names_that_nobody_knows_are_for_the_front_to_complain_of() -> None:
    assert plan_stack(FRONT, [service("application")], ["aplication"]).services == ()


def test_without_a_front_the_service_is_the_outermost_program() -> None:
    plan = plan_stack(None, [service("application", 3)])

    assert [part.name for part in plan.parts] == ["application"]
    assert [hop.title for hop in plan.hops] == ["client – application"]


def test_too_many_programs_are_refused_with_their_number() -> None:
    many = [service(f"app{number}", 4) for number in range(3)]
    with pytest.raises(StackwalkError, match="names 12 programs"):
        plan_stack(FRONT, many, [one.name for one in many])


def test_a_part_that_is_not_there_is_told_with_those_that_are() -> None:
    plan = plan_stack(FRONT, [service("application")], ["application"])
    with pytest.raises(StackwalkError) as raised:
        plan.part("app")
    assert "application, nginx" in raised.value.try_this


def test_ports_that_a_compose_file_publishes_are_the_web_servers_alone() -> None:
    text = """services:
  redis: {image: "redis:7", ports: ["6379:6379"]}
  web: {image: "docker.io/library/nginx:1.30-alpine", ports: ["8080:8080", "443", "53:53/udp", "9000-9001:9000-9001"]}
  application: {build: ., command: gunicorn wsgi, ports: ["8000:8000"]}
"""
    added = composed(read_compose(text, {}), lambda build: None)
    assert added.published == (8080, 443)
    declared = declare(FRONT, (), added, compose_first=False)
    assert declared.published == (8080, 443)


def test_nothing_outside_of_the_workspace_is_read(tmp_path: Path) -> None:
    text = "services:\n  extra:\n    build: .\n"
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "Dockerfile").write_text('FROM python\nCMD ["gunicorn", "wsgi"]\n')
    (workspace / "compose.yaml").write_text(text)
    assert read_composed(workspace) != read_composed(tmp_path)
    (tmp_path / "outside.yaml").write_text(text)
    (workspace / "compose.yaml").unlink()
    (workspace / "compose.yaml").symlink_to("../outside.yaml")
    assert read_composed(workspace) == read_composed(tmp_path)
    (workspace / "compose.yaml").unlink()
    (workspace / "compose.yaml").write_text(text)
    (workspace / "Dockerfile").rename(tmp_path / "Dockerfile")
    (workspace / "Dockerfile").symlink_to("../Dockerfile")
    assert read_composed(workspace) == read_composed(tmp_path)
