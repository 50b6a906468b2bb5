"""Servers that no request comes to."""

import re
from collections.abc import Iterator

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.listening import read_listen
from stackwalk.nginx.moving import ports_of
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent.note import Look, note


def names(project: Project, _: Setting) -> Iterator[Complaint]:
    """A server_name is compared with the host alone: without scheme, port and path."""
    for found in project.named("server_name"):
        for word in found.statement.arguments:
            name = re.sub(r"^https?://", "", word.text, flags=re.IGNORECASE).partition("/")[0]
            name = re.sub(r":\d+$", "", name)
            if name == word.text or not name or word.text.startswith("~") or "$" in word.text:
                continue
            yield note(
                found.source,
                word.line,
                f"The server_name “{word.text}” never matches: it is compared with the host alone, "
                "without scheme, port and path.",
                f"Write server_name {name};",
            )


def ports(project: Project, setting: Setting) -> Iterator[Complaint]:
    """The door of the lab leads to one port, as Compose's `ports: 8080:80` does."""
    listened = ports_of(project)
    if not setting.published or not listened or set(setting.published) & set(listened):
        return
    published = setting.published[0]
    first = next(project.named("listen"), None)
    if first is not None:
        yield note(
            first.source,
            first.statement.line,
            f"No server listens on port {published}, where this lab (and 8080:{published} in Compose) leads: "
            f"only on {', '.join(map(str, listened))}.",
            f"Write listen {published};",
        )


def addresses(project: Project, _: Setting) -> Iterator[Complaint]:
    """A server that listens on the loopback address of its container, or for TLS without it."""
    for found in project.named("listen"):
        if not found.statement.arguments:
            continue
        at = read_listen(found.statement.arguments[0].text)
        if at.kind in ("loopback", "loopback6"):
            yield note(
                found.source,
                found.statement.line,
                f"“listen {at.typed}” hears nginx's own machine only: in a container, nobody from outside comes to it.",
                f"Write listen {at.port};",
            )
        elif at.port == 443 and not {"ssl", "quic"} & set(found.statement.values()):
            yield note(
                found.source,
                found.statement.line,
                "Port 443 is for HTTPS, and this line does not say ssl: a browser that comes to it gets an error.",
                "Write listen 443 ssl; and name the certificate.",
            )


LOOKS: tuple[Look, ...] = (names, ports, addresses)
