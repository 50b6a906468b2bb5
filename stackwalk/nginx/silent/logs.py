"""Formats that no log uses."""

from collections.abc import Iterator

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent.note import Look, note


def formats(project: Project, _: Setting) -> Iterator[Complaint]:
    used = {value for found in project.named("access_log") for value in found.statement.values()[1:2]}
    for found in project.named("log_format"):
        name = next(iter(found.statement.values()), None)
        if name is not None and name not in used and (name != "main" or not project.whole):
            yield note(
                found.source,
                found.statement.line,
                f"No access_log uses the log_format “{name}”, so nothing is written in it.",
                f"Write access_log /var/log/nginx/access.log {name};",
            )


LOOKS: tuple[Look, ...] = (formats,)
