"""Our own access log: which block and which program answered each request."""

import json
from typing import NamedTuple

LOG_FORMAT = "stackwalk"
FIELDS = {
    "at": "$msec",
    "worker": "$pid",
    "connection": "$connection",
    "nth": "$connection_requests",
    "client": "$remote_addr",
    "port": "$remote_port",
    "id": "$request_id",
    "line": "$request",
    "host": "$http_host",
    "status": "$status",
    "seconds": "$request_time",
    "block": "$sw_at",
    "uri": "$uri",
    "addresses": "$upstream_addr",
    "statuses": "$upstream_status",
    "connect": "$upstream_connect_time",
    "header": "$upstream_header_time",
    "response": "$upstream_response_time",
}


class Try(NamedTuple):
    """One program that nginx asked. Seconds are None where it did not come so far."""

    address: str  # "127.0.0.1:23001", or a group's name where all of it were given up
    status: int | None
    connect: float | None
    header: float | None
    response: float | None


class Served(NamedTuple):
    """One request as nginx tells of it, once it is over."""

    at: float  # seconds since 1970
    worker: int
    connection: int
    nth: int  # of its connection, from 1
    client: tuple[str, int]  # who asked nginx: the tap before it
    id: str
    line: str
    host: str
    status: int
    seconds: float
    block: str  # the key of a Block; "" where no server block came to it
    uri: str
    tries: tuple[Try, ...]  # in order; none: nginx answered by itself


def format_line() -> str:
    """The log_format of it."""
    pairs = ",".join(f'"{name}":"{variable}"' for name, variable in FIELDS.items())
    return f"log_format {LOG_FORMAT} escape=json '{{{pairs}}}';"


def read_request(line: str) -> Served | None:
    """A line of it; None for what is none, as a line that is not yet written to its end."""
    try:
        said = json.loads(line)
        if not isinstance(said, dict) or set(said) != set(FIELDS):
            return None
        text = {name: str(value) for name, value in said.items()}
        return Served(
            float(text["at"]),
            int(text["worker"]),
            int(text["connection"]),
            int(text["nth"]),
            (text["client"], int(text["port"] or 0)),
            text["id"],
            text["line"],
            text["host"],
            int(text["status"]),
            float(text["seconds"]),
            text["block"],
            text["uri"],
            _tries(text),
        )
    except (ValueError, RecursionError):
        return None


def _tries(text: dict[str, str]) -> tuple[Try, ...]:
    addresses, statuses, connects, headers, responses = (
        _parts(text[name]) for name in ("addresses", "statuses", "connect", "header", "response")
    )
    return tuple(
        Try(
            address,
            _whole(statuses[number : number + 1]),
            _seconds(connects[number : number + 1]),
            _seconds(headers[number : number + 1]),
            _seconds(responses[number : number + 1]),
        )
        for number, address in enumerate(addresses)
    )


def _parts(value: str) -> list[str]:
    # ", " stands between tries, " : " between those before and after an internal redirect.
    return value.replace(" : ", ", ").split(", ") if value else []


def _whole(value: list[str]) -> int | None:
    return int(value[0]) if value and value[0].isascii() and value[0].isdigit() else None


def _seconds(value: list[str]) -> float | None:
    return float(value[0]) if value and value[0] not in ("-", "") else None
