"""What concerns the file as a whole, so that nginx names no line."""

import re

from stackwalk.nginx.explaining.said import Said, first_use
from stackwalk.nginx.explaining.table import Answer, row


@row(r'^no "events" section in configuration')
def _no_events(said: Said, _: re.Match[str]) -> Answer:
    return Answer(
        "A full nginx.conf, one with “http”, needs an “events” block too.",
        "Write events {} above http, or leave http out: server and upstream blocks alone are enough here.",
        at=(said.project.main.name, 1),
    )


@row(r'^conflicting server name "(?P<name>.*)" on (?P<listen>\S+), ignored')
def _conflict(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    servers = [each for each in said.project.named("server") if each.path[-1:] == ("http",)]
    lines = []
    for each in servers:
        names = [
            (each.source.name, inner.line)
            for inner in said.project.inside(each.source, each.statement.block or ())
            if inner.name == "server_name" and name in inner.values()
        ]
        if names or not name:
            lines.append(names[0] if names else (each.source.name, each.statement.line))
    at = lines[1] if len(lines) > 1 else None
    shown = f"the name “{name}”" if name else "no name"
    return Answer(
        f"Two servers have {shown} on the same port, and nginx never uses the second.",
        "Give each its own server_name or port, or put the two together.",
        at=at,
    )


@row(r'^zero size shared memory zone "(?P<name>.*)"')
def _zone(said: Said, found: re.Match[str]) -> Answer:
    at = first_use(said.project, re.compile(rf"\b{re.escape(found['name'])}\b"))
    return Answer(
        f"The zone “{found['name']}” is used and nowhere made.",
        "Make it in http: limit_req_zone … zone=name:1m rate=…;",
        at=at,
    )


@row(r'^"(?P<name>[^"]+)" must be less than|^"keepalive" ')
def _order(said: Said, _: re.Match[str]) -> Answer:
    return Answer("Two values of this file don't go together.", "Read nginx's sentence: it names both.")
