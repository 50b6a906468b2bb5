"""Which words of a file name a place in the file system, and where that place is here."""

import posixpath
import re
from typing import NamedTuple

from stackwalk.nginx.image import PREFIX
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.tainting import is_free

# The first argument is read.
READ = frozenset(
    {
        "root",
        "alias",
        "auth_basic_user_file",
        "auth_jwt_key_file",
        "geoip_country",
        "geoip_city",
        "geoip_org",
        "secure_link_key_file",
        "ssl_dhparam",
        "ssl_session_ticket_key",
        "ssl_stapling_file",
        "ssl_client_certificate",
        "xml_entities",
        "xslt_stylesheet",
        *(
            prefix + name
            for prefix in ("", "proxy_", "grpc_", "uwsgi_")
            for name in (
                "ssl_certificate",
                "ssl_certificate_key",
                "ssl_trusted_certificate",
                "ssl_crl",
                "ssl_password_file",
            )
        ),
    }
)

# The first argument is a place to write to.
WRITTEN = frozenset(
    {
        *(f"{name}_temp_path" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
        *(f"{name}_cache_path" for name in ("proxy", "fastcgi", "uwsgi", "scgi")),
        *(f"{name}_store" for name in ("proxy", "fastcgi", "uwsgi", "scgi")),
    }
)

# Words of these are addresses on the server, and looked for below its root: no ".." may stand in them.
BELOW_ROOT = frozenset({"try_files", "index", "error_page", "rewrite", "auth_request", "mirror"})

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_OF_OURS = frozenset({"document_root", "realpath_root"})


class Place(NamedTuple):
    """Where a path leads. `path` is None where it leads out, and `why` says so as the end of a sentence."""

    path: str | None
    why: str = ""


def place_of(typed: str, setting: Setting, free: frozenset[str] = frozenset()) -> Place:
    """Where a path of a learner's file is on this machine: below the workspace or the run folder, or nowhere.

    `free`: the variables of the file that a request may give any value.
    """
    if ours(typed, setting):
        return Place(typed)
    variable = _VARIABLE.match(typed)
    if variable and variable[1] in _OF_OURS:
        return Place(typed) if ".." not in typed.split("/") else Place(None, "leads out of its root with “..”")
    if is_free(typed, free):
        return Place(None, "lets a request choose the path, so that it could lead anywhere")
    if variable:
        return Place(None, "begins with a variable, so that it could lead anywhere")
    if typed.startswith(("engine:", "store:")):
        return Place(None, "is a key of the machine and no file")
    inside = _below(_normal(typed), setting.home) if setting.home and typed.startswith("/") else None
    if inside is None:
        container = typed if typed.startswith("/") else f"{PREFIX}/{typed}"
        inside = _mounted(_normal(container), setting)
    if inside is None:
        return Place(None, "is not in your folder")
    place = f"{setting.workspace}/{inside}" if inside else setting.workspace
    # The slash at the end, which means something to `alias`, is lost where the path is a mount itself.
    return Place(place + ("/" if typed.endswith("/") and not place.endswith("/") else ""))


def ours(typed: str, setting: Setting) -> bool:
    """Whether it already leads to where the rewriting moves paths."""
    below = _below(typed, setting.run)
    return below is not None and ".." not in below.split("/")


def leads_out(address: str, free: frozenset[str]) -> bool:
    """Whether what is looked for below a root could lie outside of it."""
    path = address.partition("?")[0]
    return ".." in path.split("/") or is_free(path, free)


def name_in_run(typed: str) -> str:
    """The last part of a path, as a name for a file of the run folder."""
    name = posixpath.basename(typed.rstrip("/")) or "unnamed"
    return re.sub(r"[^A-Za-z0-9._${}-]", "_", name)[:80].lstrip(".") or "unnamed"


def _normal(path: str) -> str:
    """Without "." and "..", and with its slash at the end, which means something to `alias`."""
    normal = posixpath.normpath("/" + path.lstrip("/"))
    return normal + "/" if path.endswith("/") and normal != "/" else normal


def _mounted(path: str, setting: Setting) -> str | None:
    """The same as a path of the workspace, by the longest mount that holds it."""
    for mount in sorted(setting.mounts, key=len, reverse=True):
        rest = _below(path, mount)
        if rest is not None:
            inside = "/".join(part for part in (setting.mounts[mount].strip("/"), rest) if part)
            # The slash at the end of the very mount counts for `alias` as any other.
            return f"{inside}/" if inside and not rest and path.endswith("/") else inside
        if path.rstrip("/") == mount:
            return setting.mounts[mount].strip("/")
    return None


def _below(path: str, folder: str) -> str | None:
    return path[len(folder) + 1 :] if path.startswith(folder + "/") else "" if path == folder else None
