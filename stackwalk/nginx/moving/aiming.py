"""A program that is chosen at the time of a request: only a service may be, whatever a client writes."""

import ipaddress
import re
import zlib
from collections.abc import Iterable, Iterator

from stackwalk.nginx.moved import Aim, Group
from stackwalk.nginx.moving.draft import Draft
from stackwalk.nginx.moving.survey import GIVING, Survey, given_by
from stackwalk.nginx.naming import nowhere
from stackwalk.nginx.project import Found
from stackwalk.nginx.setting import Service, Setting
from stackwalk.nginx.tainting import is_free
from stackwalk.nginx.tokens import Token

NOWHERE = Group("sw_nobody_1", "nobody", (nowhere(1),))
_NAME = r"(?!unix:)(?![0-9.]+(?::|$))[A-Za-z0-9._-]+(?::[0-9]+)?"
# How a whole URL may begin.
_SCHEMES = {"proxy_pass": "https?://", "grpc_pass": "(?:grpcs?://)?"}


def aim(draft: Draft, found: Found, word: Token, scheme: str, host: str, port: int) -> None:
    """Put a variable of the wrapper's in the place of a host with variables, or of a URL that begins with one."""
    directive = found.statement.name
    whole = not scheme and directive in _SCHEMES
    typed = word.text if whole else host
    if is_free(host, draft.free(found)):
        draft.remark(
            found,
            "note",
            f"“{directive} {word.text}” lets a request choose who is asked: any address at all, where this runs. "
            "Here none but your services are.",
            "Name the service, or choose among a few with map.",
            word=word,
        )
    name = f"sw_aim_{zlib.crc32(f'{directive} {typed}'.encode('utf-8', 'surrogateescape')):08x}"
    draft.aims[name] = Aim(name, typed, _SCHEMES[directive] if whole else "", port)
    for service, each in draft.setting.services.items():
        if each.addresses:
            group = _group(service, each)
            draft.groups.setdefault(group.name, group)
            draft.names.setdefault(group.name, group.typed)
            if service in _given_names(draft):
                for address in each.addresses:
                    draft.also_known(address, group.typed)  # so that it runs: the file speaks of it
    draft.groups.setdefault(NOWHERE.name, NOWHERE)
    draft.names.setdefault(NOWHERE.name, NOWHERE.typed)
    draft.put(word, f"${name}" if whole else f"{scheme}${{{name}}}{word.text[len(scheme) + len(host) :]}")


def _given_names(draft: Draft) -> frozenset[str]:
    """The hosts among the values that variables of the file get."""
    words = (
        word
        for each in draft.project.named(*GIVING)
        for given in given_by(each.statement).values()
        for word in given
    )  # fmt: skip
    return frozenset(re.sub(r"^https?://", "", word.text).partition("/")[0].partition(":")[0].lower() for word in words)


def _group(name: str, service: Service) -> Group:
    host = re.sub(r"[^A-Za-z0-9.-]", "-", name)
    return Group(f"sw_{host}_{service.port}", f"{name}:{service.port}", service.addresses)


def is_address(value: str) -> bool:
    """Whether a value is the address of a machine and no name, or a socket: nginx needs no resolver for it."""
    host = re.sub(r"^https?://", "", value).partition("/")[0]
    if host.lower().startswith("unix:"):
        return True
    plain = host.partition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]
    try:
        return bool(ipaddress.ip_address(plain))
    except ValueError:
        return False


def maps(aims: Iterable[Aim], survey: Survey, setting: Setting) -> Iterator[str]:
    """The maps that lead them."""
    for each in dict.fromkeys(aims):
        pairs = "".join(f" {_word(key)} {_word(value)};" for key, value in _pairs(each, survey, setting))
        nobody = "http://" + NOWHERE.name if each.scheme.startswith("http") else NOWHERE.name
        yield f"map {_word(each.typed)} ${each.variable} {{ volatile; default {nobody};{pairs} }}"


def _pairs(each: Aim, survey: Survey, setting: Setting) -> Iterator[tuple[str, str]]:
    begins, ends = f"(?<sw_scheme>{each.scheme})", "(?<sw_rest>[/?].*)?" if each.scheme else ""

    def pair(host: str, value: str) -> tuple[str, str]:
        return f"~*^{begins}{host}{ends}$", f"${{sw_scheme}}{value}" + ("${sw_rest}" if ends else "")

    yield "", each.typed
    if each.scheme.startswith("http"):
        yield f"~*^(?!{each.scheme})", each.typed  # nginx says that it is no URL
    yield pair(r"(?<sw_group>sw_[a-z0-9.-]+_[0-9]+)(?::[0-9]+)?", "${sw_group}")
    for name in sorted(survey.upstreams):
        yield pair(re.escape(name), name)
    for name, service in setting.services.items():
        typed = f"{name}:{service.port}"
        if service.addresses and (survey.resolves or {typed, name} & survey.plain):
            port = f"(?::{service.port})?" if service.port == each.port else f":{service.port}"
            yield pair(re.escape(name) + port, _group(name, service).name)
    for typed_port, real in setting.ports.items():
        yield pair(rf"127\.0\.0\.1:{typed_port}", f"127.0.0.1:{real}")
    if not survey.resolves:
        yield pair(f"(?<sw_name>{_NAME})", "${sw_name}")  # nginx says that it has no resolver


def _word(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
