"""What the official image has: the small files in /etc/nginx that learners include by name, and its folders."""

import posixpath
from collections.abc import Collection

PREFIX = "/etc/nginx"  # what a relative path begins at
# Those of Alpine's and Debian's alike that are there before anything is mounted.
_BELOW = {
    "/": "dev etc home media mnt opt root run srv tmp usr var",
    "/etc": "nginx nginx/conf.d",
    "/usr": "local share share/nginx share/nginx/html",
    "/var": "cache cache/nginx lib local log log/nginx mail opt run spool tmp",
}
FOLDERS = frozenset({"/"} | {posixpath.join(top, each) for top, names in _BELOW.items() for each in names.split()})
_TYPES = """
text/html html htm shtml; text/css css; text/xml xml; text/plain txt; text/markdown md; text/mathml mml;
text/vnd.wap.wml wml; text/x-component htc; text/csv csv;
image/gif gif; image/jpeg jpeg jpg; image/avif avif; image/png png; image/svg+xml svg svgz; image/tiff tif tiff;
image/webp webp; image/x-icon ico; image/x-ms-bmp bmp; image/jxl jxl;
font/woff woff; font/woff2 woff2; font/ttf ttf; font/otf otf;
application/javascript js mjs; application/atom+xml atom; application/rss+xml rss; application/json json;
application/manifest+json webmanifest; application/java-archive jar war ear; application/pdf pdf;
application/wasm wasm; application/xhtml+xml xhtml; application/zip zip; application/x-7z-compressed 7z;
application/gzip gz; application/x-tar tar; application/rtf rtf; application/postscript ps eps ai;
application/octet-stream bin exe dll deb dmg iso img msi;
audio/midi mid midi kar; audio/mpeg mp3; audio/ogg ogg; audio/x-m4a m4a; audio/wav wav;
video/mp4 mp4; video/mpeg mpeg mpg; video/quicktime mov; video/webm webm; video/x-msvideo avi; video/3gpp 3gpp 3gp;
"""

_CGI = {
    "QUERY_STRING": "$query_string",
    "REQUEST_METHOD": "$request_method",
    "CONTENT_TYPE": "$content_type",
    "CONTENT_LENGTH": "$content_length",
    "REQUEST_URI": "$request_uri",
    "DOCUMENT_URI": "$document_uri",
    "DOCUMENT_ROOT": "$document_root",
    "SERVER_PROTOCOL": "$server_protocol",
    "REQUEST_SCHEME": "$scheme",
    "HTTPS": "$https if_not_empty",
    "REMOTE_ADDR": "$remote_addr",
    "REMOTE_PORT": "$remote_port",
    "SERVER_PORT": "$sw_server_port",
    "SERVER_NAME": "$server_name",
}
_FASTCGI = {
    "SCRIPT_NAME": "$fastcgi_script_name",
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SERVER_SOFTWARE": "nginx/$nginx_version",
    "REDIRECT_STATUS": "200",
}


def image_files() -> dict[str, str]:
    """Name -> text."""

    def parameters(kind: str, values: dict[str, str]) -> str:
        return "".join(f"{kind}_param {name} {value};\n" for name, value in values.items())

    return {
        "mime.types": f"types {{{_TYPES}}}\n",
        "fastcgi_params": parameters("fastcgi", _CGI | _FASTCGI),
        "fastcgi.conf": parameters(
            "fastcgi", {"SCRIPT_FILENAME": "$document_root$fastcgi_script_name"} | _CGI | _FASTCGI
        ),
        "uwsgi_params": parameters("uwsgi", _CGI),
        "scgi_params": parameters("scgi", _CGI),
        # Debian's
        "proxy_params": "proxy_set_header Host $http_host;\nproxy_set_header X-Real-IP $remote_addr;\n"
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\nproxy_set_header X-Forwarded-Proto $scheme;\n",
    }


def official_files() -> frozenset[str]:
    """The names of those that the official image itself has."""
    return frozenset(image_files()) - {"proxy_params"}


def missing_folder(log: str, mounted: Collection[str]) -> str | None:
    """The folder of a log that a container of this image does not have, so that nginx would not start there.

    `mounted`: paths of the container, without a slash at their ends, at and below which folders are taken to be there.

    >>> missing_folder("/var/log/ngnix/access.log", ()), missing_folder("logs/access.log", ("/etc/nginx/logs",))
    ('/var/log/ngnix', None)
    """
    if "$" in log or ":" in log or log in ("", "off", "stderr"):
        return None
    folder = posixpath.dirname(posixpath.normpath(posixpath.join(PREFIX, log)))
    folder = "/" + folder.lstrip("/")
    below = any(folder == each or folder.startswith(f"{each}/") or each.startswith(f"{folder}/") for each in mounted)
    return None if below or folder in FOLDERS else folder
