"""What stands around a learner's file: the main file that nginx is started with, and the head of its `http` block.

It is what the official image has around conf.d/default.conf, as far as a request can tell, and what our picture
needs. What the learner says in the same place is left to the learner.
"""

from collections.abc import Collection, Iterable

from stackwalk.nginx.editing import quoted
from stackwalk.nginx.moved import Aim, Group
from stackwalk.nginx.moving import aiming
from stackwalk.nginx.moving.climbing import CLIMBS
from stackwalk.nginx.moving.maps import maps_stand_below
from stackwalk.nginx.moving.serving import WHERE
from stackwalk.nginx.moving.survey import survey
from stackwalk.nginx.project import Project
from stackwalk.nginx.served import LOG_FORMAT, format_line
from stackwalk.nginx.setting import Setting

KEEPS_ALIVE = (1, 29, 7)  # from then on an upstream{} keeps connections open by itself
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

_MAIN_FORMAT = (
    "log_format main '$remote_addr - $remote_user [$time_local] \"$request\" ' "
    '\'$status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"\';'
)


def main_file(project: Project, setting: Setting) -> str:
    """The file that nginx is started with. One worker, so that balancing takes turns as the lesson says."""
    copy = quoted(f"{setting.copies}/{project.main.name}")
    around = f"include {copy};" if project.whole else _around(setting, copy)
    return f"worker_processes 1;\nerror_log {quoted(setting.errors)} notice;\n{around}\n"


def _around(setting: Setting, copy: str) -> str:
    return (
        f"events {{ worker_connections 256; }}\nhttp {{\n    include {quoted(setting.http)};\n    include {copy};\n}}"
    )


def http_file(
    project: Project,
    setting: Setting,
    groups: Iterable[Group],
    version: tuple[int, ...],
    *,
    aims: Iterable[Aim] = (),
    lacking: Collection[str] = (),
) -> str:
    """The head of the `http` block. `lacking`: which of TEMPORARY this nginx was built without."""
    in_http = project.in_http()
    said = {each.name for each in in_http}
    has_types = any(
        each.name == "include" and each.values()[:1] and "mime.types" in each.values()[0] for each in in_http
    )
    lines = [format_line(), f"access_log {quoted(setting.requests)} {LOG_FORMAT};"]
    if not project.whole and not has_types:
        lines.append(f"include {quoted(setting.run + '/image/mime.types')};")
    if not project.whole:
        lines += ["default_type application/octet-stream;", _MAIN_FORMAT]
    if "access_log" not in said:
        lines.append(f"access_log {quoted(setting.logs + '/access.log')} {'combined' if project.whole else 'main'};")
    defaults = {
        # Redirects would name our port, and lead a browser past the tap.
        "absolute_redirect": "off",
        "port_in_redirect": "off",
        "uninitialized_variable_warn": "off",
        "map_hash_bucket_size": "256",
        "proxy_set_header": "Host $sw_proxy_host",
    }
    defaults |= {f"{name}_temp_path": quoted(f"{setting.run}/{name}_temp") for name in TEMPORARY if name not in lacking}
    lines += [f"{name} {value};" for name, value in defaults.items() if name not in said]
    if setting.guards_links:
        lines.append("disable_symlinks on from=$document_root;")
    made = list(groups)
    if not maps_stand_below(project):
        lines += _maps(project, setting, made, aims)
    keepalive = " keepalive 0;" if version >= KEEPS_ALIVE else ""
    for each in made:
        peers = " ".join(f"server {_peer(address)};" for address in each.addresses)
        lines.append(f"upstream {each.name} {{ {peers}{keepalive} }}")
    return "\n".join([*lines, ""])


def maps_file(project: Project, setting: Setting, groups: Iterable[Group], aims: Iterable[Aim]) -> str:
    """Our maps, for a file in which they have to stand below what it says of maps."""
    return "\n".join([*_maps(project, setting, list(groups), aims), ""])


def _maps(project: Project, setting: Setting, made: list[Group], aims: Iterable[Aim]) -> list[str]:
    hosts = [f"{each.name} {quoted(each.typed)};" for each in made]
    ports = [f"{each.name} {each.typed.rpartition(':')[2] or 80};" for each in made if ":" in each.typed]
    servers = [f"{real} {typed};" for typed, real in setting.ports.items()]
    return [
        f'map $pid {WHERE} {{ default ""; }}',
        f'map $uri {CLIMBS} {{ volatile; default ""; "~\\.\\.(?:/|$)" 1; }}',
        _map("proxy_host", hosts),
        _map("proxy_port", ports, "proxy_host"),
        _map("server_port", servers),
        *aiming.maps(aims, survey(project), setting),
    ]


def _map(variable: str, pairs: list[str], by: str = "") -> str:
    return f"map ${by or variable} $sw_{variable} {{ default ${variable}; {' '.join(pairs)} }}"


def _peer(address: tuple[str, int]) -> str:
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"
