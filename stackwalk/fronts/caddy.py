"""Caddy: a learner's Caddyfile, which Caddy itself turns into JSON; that is what is moved. Pure.

So its complaints are about the learner's own lines. Source: https://caddyserver.com/docs/json/
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from stackwalk.fronts.names import Addresses

NAME = "Caddy"
FILE = "Caddyfile"
PROGRAMS = ("caddy",)
PACKAGE = "caddy"
LISTENS = ":"  # what stands before the number of a door
ASKS = re.compile(r"^\s*(?:\w+\s+)*?(?:reverse_proxy|to)\s")  # a line that names a service


def adapt(program: str, file: str) -> tuple[str, ...]:
    """Have it read the file and print it as JSON."""
    return (program, "adapt", "--adapter", "caddyfile", "--config", file)


def document_in(output: str) -> str:
    """The document among what `adapt` printed; lines of its log are JSON as well. "" where there is none."""
    lines = [line for line in output.splitlines() if line.startswith("{") and not line.startswith('{"level"')]
    return lines[-1] if lines else ""


def ports(document: str) -> tuple[int, ...]:
    """The ports at which it would listen, each once."""
    found = (re.search(r"(?:^|:)(\d{1,5})(?:-\d+)?$", one) for one in listens(document))
    return tuple(dict.fromkeys(int(port[1]) for port in found if port is not None))


def moved(document: str, addresses: Addresses, ports: Mapping[int, int]) -> str:
    """What `adapt` printed, with services and doors moved, and without Caddy's own door and certificates.

    ports: typed -> real. Raises ValueError where it is no such document.
    """
    config = json.loads(document)
    if not isinstance(config, dict):
        raise ValueError("no configuration of Caddy")
    servers = config.get("apps", {}).get("http", {}).get("servers", {})
    for server in servers.values():
        server["listen"] = [_listen(one, ports) for one in server.get("listen", [])]
        server["automatic_https"] = {"disable": True}
        server.pop("tls_connection_policies", None)
        _move_dials(server, addresses)
    config["admin"] = {"disabled": True, "config": {"persist": False}}
    config["apps"] = {name: app for name, app in config.get("apps", {}).items() if name == "http"}
    config.pop("storage", None)
    # What it would say of each start is left out; a log that the file asks for is one of its own.
    logs = config.setdefault("logging", {}).setdefault("logs", {})
    logs.setdefault("default", {}).setdefault("level", "WARN")
    for log in logs.values():
        log["writer"] = {"output": "stderr"}  # a file might be anywhere
    return json.dumps(config, indent=1)


def listens(document: str) -> tuple[str, ...]:
    """The addresses at which it would listen, as `adapt` printed them."""
    try:
        servers = json.loads(document)["apps"]["http"]["servers"].values()
        return tuple(str(one) for server in servers for one in server.get("listen", []))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def run(program: str, file: str) -> tuple[str, ...]:
    """Have it serve, in the foreground."""
    return (program, "run", "--config", file)


def complaint(output: str) -> tuple[str, int | None]:
    """The first thing that it says against the file, and on which line."""
    found = re.search(r"Error: (?:adapting config using caddyfile: )?(.*)", output)
    said = found[1] if found is not None else output.strip().rpartition("\n")[2]
    place = re.search(r"(?:^|\s)\S*?:(\d+)(?: - Error during parsing)?(?: - |: )(.*)$", said)
    if place is not None:
        return place[2], int(place[1])
    later = re.search(r"(?:at|,) \S*?:(\d+)\b", said)
    return said, None if later is None else int(later[1])


def _listen(address: str, ports: Mapping[int, int]) -> str:
    found = re.search(r"(?:^|:)(\d{1,5})(?:-\d+)?$", address)
    return address if found is None else f"127.0.0.1:{ports.get(int(found[1]), int(found[1]))}"


def _move_dials(value: Any, addresses: Addresses) -> None:
    """Every `dial` in a document, however deep."""
    if isinstance(value, dict):
        if isinstance(dial := value.get("dial"), str):
            value["dial"] = addresses.get(dial.lower(), dial)
        for one in value.values():
            _move_dials(one, addresses)
    elif isinstance(value, list):
        for one in value:
            _move_dials(one, addresses)
