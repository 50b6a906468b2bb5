"""What was asked of a trace, and what is wrong with it before anything starts."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from stackwalk.errors import StackwalkError
from stackwalk.screen.safe import safe
from stackwalk.tap.tapping import addresses_of
from stackwalk.trace.saving import raise_unless_saved
from stackwalk.wire.address import read_address, write_address
from stackwalk.wire.filter import Filter, FilterError, read_filter
from stackwalk.wire.reader import BODY_LIMIT

EVERYTHING = 1 << 62  # bytes of a body: more than can pass
LONGEST_LIMIT = 15  # digits
LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::")
SAVED = (".jsonl", ".har")
SHOWN_BEFORE, SHOWN_BEHIND = 20, 15  # characters of a filter, around the place of its error: a line of 40 columns
EXAMPLE = "Type for example: stackwalk trace localhost:8080"


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line of a trace. `body_limit`: a number or `none`."""

    target: str | None
    port: int | None = None
    host: str | None = None
    allow_remote: bool = False
    verbose: int = 0
    as_json: bool = False
    filter: str | None = None
    save: str | None = None
    open: str | None = None
    body_limit: str | None = None
    hop: str | None = None  # of a stack that is up: this hop alone


@dataclass(frozen=True, slots=True)
class Wanted:
    """The same, understood."""

    target: tuple[str, int] | None  # None: what was saved is shown
    saved: Path | None
    port: int | None
    host: str | None  # to listen on; None: loopback
    is_remote: bool  # others than this machine can come to `host`
    verbose: int
    as_json: bool
    chosen: Filter | None
    save: Path | None
    body_limit: int
    has_own_tap: bool  # even where an open lab publishes what passes
    hop: str | None = None


def understand(asked: Asked) -> Wanted:
    """Read what was asked. StackwalkError where it can't be done; nothing has been started or written then."""
    _check_combination(asked)
    chosen = None if asked.filter is None else _filter(asked.filter)
    target = None if asked.target is None else read_address(asked.target)
    host, is_remote = _host(asked.host, asked.allow_remote)
    if target is not None and asked.port == target[1] and _is_itself(target, host):
        raise StackwalkError(
            f"{write_address(*target)} would be both the target and the port that the trace listens on.",
            "Choose another with --port.",
        )
    return Wanted(
        target,
        None if asked.open is None else Path(asked.open),
        asked.port,
        host,
        is_remote,
        asked.verbose,
        asked.as_json,
        chosen,
        None if asked.save is None else _save(asked.save, asked.open),
        BODY_LIMIT if asked.body_limit is None else _body_limit(asked.body_limit),
        asked.port is not None or asked.host is not None or asked.body_limit is not None,
        asked.hop,
    )


def is_local(target: tuple[str, int]) -> bool:
    """Whether an open lab could be there."""
    return target[0] in LOCAL


def _check_combination(asked: Asked) -> None:
    if asked.target is None and asked.open is None:
        raise StackwalkError("There is nothing to trace: an address is missing.", EXAMPLE)
    if asked.open is not None:
        live = {
            "an address": asked.target,
            "--port": asked.port,
            "--host": asked.host,
            "--body-limit": asked.body_limit,
            "--allow-remote": asked.allow_remote or None,
            "--hop": asked.hop,
        }
        both = next((name for name, value in live.items() if value is not None), None)
        if both is not None:
            raise StackwalkError(
                f"--open shows what was saved, and {both} belongs to live traffic.", "Leave one of them out."
            )
    if asked.as_json and asked.verbose:
        raise StackwalkError("--json tells all that there is already, and -v is for people.", "Leave one of them out.")


def _filter(text: str) -> Filter:
    try:
        return read_filter(text)
    except FilterError as error:
        begin = max(0, error.position - SHOWN_BEFORE)
        before = ("…" if begin else "") + safe(error.text[begin : error.position])
        behind = safe(error.text[error.position : error.position + SHOWN_BEHIND])
        mark = " " * cell_len(before) + "^"
        raise StackwalkError(f"{error.why}\n  {before}{behind}\n  {mark}", error.try_this) from None


def _body_limit(text: str) -> int:
    if text == "none":
        return EVERYTHING
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_LIMIT:
        return int(text)
    raise StackwalkError(
        f"{text} is not a limit for bodies.", "Say a number of bytes, 1000000 for example, or none to keep all."
    )


def _host(host: str | None, allow_remote: bool) -> tuple[str | None, bool]:
    if host is None:
        if allow_remote:
            raise StackwalkError("--allow-remote says nothing without --host.", "Add for example: --host 0.0.0.0")
        return None, False
    if host == "localhost":
        return None, False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as problem:
        raise StackwalkError(
            f"Nobody knows an address {host} to listen on.", "Say one of this machine's: --host 127.0.0.1"
        ) from problem
    if all(_is_loopback(str(address[0])) for *_, address in found):
        return host, False
    if not allow_remote:
        raise StackwalkError(
            f"On {host} the trace could be reached from other machines, and whoever comes is let through.",
            "If that is what you want, add --allow-remote.",
        )
    return host, True


def _is_itself(target: tuple[str, int], host: str | None) -> bool:
    aim = addresses_of(target)
    addresses = {str(address) for _, address, _ in aim} if isinstance(aim, tuple) else set()
    if any(_is_loopback(address) for address in addresses):
        return host is None or host in (*LOCAL, *addresses)
    return host is not None and (host in addresses or host in ("0.0.0.0", "::"))


def _is_loopback(address: str) -> bool:
    import ipaddress

    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _save(text: str, opened: str | None) -> Path:
    path = Path(text)
    if path.suffix not in SAVED:
        raise StackwalkError(
            f"{text or 'A name that is empty'} ends in neither .jsonl nor .har.",
            "Say --save traffic.jsonl, or --save traffic.har for browsers.",
        )
    folder = path.parent
    if not folder.is_dir():
        raise StackwalkError(f"There is no folder {folder} to save in.", "Make it first, or choose another.")
    if path.is_dir():
        raise StackwalkError(f"{text} is a folder.", "Say the name of a file.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise StackwalkError(f"{text} can't be written here.", "Choose a folder that you can write in.")
    if opened is not None and path.exists() and Path(opened).exists() and path.samefile(opened):
        raise StackwalkError(f"{text} can't be read and written at once.", "Give --save another name.")
    raise_unless_saved(path)
    return path
