"""Formats that no log uses, and logs in folders that nginx's container does not have."""

from collections.abc import Iterator

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.image import FOLDERS, missing_folder
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


def folders(project: Project, setting: Setting) -> Iterator[Complaint]:
    """nginx makes a log where it is missing, and no folder. Here its logs lie in a folder of the lab's own."""
    # What a lab mounts at a folder of the image only stands in for what compose.yaml may say later.
    mounted = [each for each in setting.mounts if each not in FOLDERS]
    for found in project.named("access_log", "error_log"):
        for word in found.statement.arguments[:1]:
            folder = missing_folder(word.text, mounted)
            if folder is None:
                continue
            name = word.text.rstrip("/").rpartition("/")[2] or "access.log"
            rest = "".join(f" {value}" for value in found.statement.values()[1:])
            yield note(
                found.source,
                word.line,
                f"nginx writes to {word.text}, and in its container there is no folder {folder}: it would not start.",
                f"Write {found.statement.name} /var/log/nginx/{name}{rest};",
            )


LOOKS: tuple[Look, ...] = (formats, folders)
