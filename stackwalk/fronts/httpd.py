"""Apache: a learner's httpd.conf, moved word by word and included by a file of ours. Pure.

Theirs may be the part about their site alone: modules, process file and logs are in ours; LoadModule of one that is
loaded does no harm. Source: https://httpd.apache.org/docs/2.4/mod/core.html
"""

import re
from collections.abc import Mapping

from stackwalk.fronts.names import Addresses, with_addresses

NAME = "Apache"
FILE = "httpd.conf"
PROGRAMS = ("apache2", "httpd")
PACKAGE = "apache2"
LISTENS = "Listen "  # what stands before the number of a door
ASKS = re.compile(r"(?i)^\s*(?:BalancerMember|ProxyPass(?:Match)?)\s|\sproxy:")  # a line that names a service
MODULES = (
    "/usr/lib/apache2/modules",
    "/usr/lib64/httpd/modules",
    "/opt/homebrew/lib/httpd/modules",
    "/usr/libexec/apache2",
)

_LOADED = (
    "mpm_event unixd authz_core authz_host log_config mime dir alias env headers setenvif slotmem_shm proxy "
    "proxy_http proxy_balancer lbmethod_byrequests lbmethod_bytraffic lbmethod_bybusyness"
)
_NOT_HERE = re.compile(
    r"(?mi)^(\s*)(?=(?:User|Group|PidFile|ServerRoot|Mutex|DefaultRuntimeDir|ErrorLog|TransferLog|Include|"
    r"IncludeOptional|ScoreBoardFile|LoadFile|LoadModule|ChRootDir|CoreDumpDirectory)\b)"
)
_PASS = re.compile(r"""(?i)\s*ProxyPass\s+["']?(/[^"'\s]*)["']?\s+["']?(\w+://[^"'\s]+)""")
_LOG = re.compile(r"""(?mi)^(\s*CustomLog\s+)(?:"[^"\n]*"|'[^'\n]*'|\S+)""")
_PRINTED = '"|/bin/cat"'  # a log that is printed
_LISTEN = re.compile(r"(?mi)^(\s*Listen\s+)(?:\S*:)?(\d+)\b")
_HOST = re.compile(r"(?mi)^(\s*<VirtualHost\s+\S*?):(\d+)(?=[\s>])")


def ports(text: str) -> tuple[int, ...]:
    """The ports at which it would listen, each once."""
    return tuple(dict.fromkeys(int(found[2]) for found in _LISTEN.finditer(text)))


def moved(text: str, addresses: Addresses, ports: Mapping[int, int]) -> str:
    """The file with the names of services where they are, and each door where `ports` has it (typed -> real).

    Every line keeps its number. Of two doors that come to be one (80 and [::]:80) the second is left out.
    """
    doors: set[str] = set()

    def real(typed: str) -> int:
        return ports.get(int(typed), int(typed))

    def listen(match: re.Match[str]) -> str:
        door = f"127.0.0.1:{real(match[2])}"
        if door in doors:
            return f"# {match[0]}"
        doors.add(door)
        return f"{match[1]}{door}"

    def host(match: re.Match[str]) -> str:
        return f"{match[1]}:{real(match[2])}"

    text = _LOG.sub(rf"\g<1>{_PRINTED}", text)
    return with_addresses(_NOT_HERE.sub(r"\1# ", _HOST.sub(host, _LISTEN.sub(listen, text))), addresses)


def glued(text: str) -> tuple[tuple[int, str, str], ...]:
    """Line, path and target of each ProxyPass of which one ends with a slash and the other does not."""
    found = ((number, _PASS.match(row)) for number, row in enumerate(text.split("\n"), 1))
    return tuple(
        (number, match[1], match[2])
        for number, match in found
        if match is not None and match[1].endswith("/") != match[2].endswith("/")
    )


def wrapper(folder: str, modules: str, there: frozenset[str], theirs: str, as_root: bool) -> str:
    """The file that Apache is started with. there: the names of the files in the modules' folder."""
    lines = [
        f'ServerRoot "{folder}"', "ServerName localhost", f'PidFile "{folder}/httpd.pid"',
        f'DefaultRuntimeDir "{folder}"', "Mutex posixsem", "TypesConfig /dev/null",
        f"ErrorLog {_PRINTED}",
    ]  # fmt: skip
    for name in _LOADED.split():
        if f"mod_{name}.so" in there:
            lines.append(f'LoadModule {name}_module "{modules}/mod_{name}.so"')
    lines += [
        'LogFormat "%h %l %u %t \\"%r\\" %>s %b" common',
        'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined',
    ]
    if as_root:
        lines += ["User nobody", "Group nogroup"]
    return "\n".join([*lines, f'Include "{theirs}"', ""])


def test(program: str, file: str) -> tuple[str, ...]:
    """Have it read the file and end."""
    return (program, "-t", "-f", file)


def run(program: str, file: str) -> tuple[str, ...]:
    """Have it serve, in the foreground."""
    return (program, "-DFOREGROUND", "-f", file)


def complaint(output: str) -> tuple[str, int | None]:
    """The first thing that it says against the file, and on which line."""
    for place in (r"httpd\.conf:(\d+): (.*)", r"Syntax error on line (\d+) of [^\n:]*httpd\.conf:\s*\n?(.*)"):
        found = re.search(place, output)
        if found is not None:
            return found[2].strip(), int(found[1])
    rows = [row for row in output.strip().split("\n") if row]
    return rows[-1] if rows else "", None
