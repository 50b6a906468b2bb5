"""Move a learner's nginx.conf to this machine, word by word, so that every line stays where it is.

Only the words change that name a port, a program, a file or the process itself; what has to be added is added
behind a word on its line. A text that was moved already stays as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.editing import Edit, edited, quoted
from stackwalk.nginx.listening import DEFAULT_PORT, Listen, read_listen
from stackwalk.nginx.naming import Upstream, listed, nearest, nowhere, read_authority, upstream_of
from stackwalk.nginx.paths import BELOW_ROOT, READ, WRITTEN, name_in_run, ours, place_of
from stackwalk.nginx.project import Found, Project, Source, project_of
from stackwalk.nginx.served import LOG_FORMAT
from stackwalk.nginx.setting import Address, Setting
from stackwalk.nginx.tokens import Statement, Token, walk

WHERE = "$sw_at"  # the variable that says which block served a request
MOST_CONNECTIONS = 1024  # of a worker; nginx takes memory for each when it starts

# The process itself is ours to steer: these of a full nginx.conf are left out.
STEERING = frozenset(
    {
        "daemon",
        "debug_points",
        "env",
        "google_perftools_profiles",
        "lock_file",
        "master_process",
        "pid",
        "ssl_engine",
        "thread_pool",
        "timer_resolution",
        "user",
        "worker_cpu_affinity",
        "worker_priority",
        "worker_processes",
        "worker_rlimit_core",
        "worker_rlimit_nofile",
        "worker_rlimit_sigpending",
        "working_directory",
    }
)
# As they stand in the files of the official image and of Debian: not worth a word.
_USUAL = {
    "user": {"nginx", "www-data", "nobody"},
    "worker_processes": {"auto", "1"},
    "daemon": {"off"},
    "master_process": {"on"},
    "pid": {"/var/run/nginx.pid", "/run/nginx.pid"},
}
# What loads or runs other programs, or speaks of more than HTTP.
_BEYOND = re.compile(
    r"load_module|stream|mail|js_\w+|perl\w*|\w*lua\w*|passenger_\w+|keyval_zone_redis|echo_subrequest\w*"
)
_SCHEMES = {
    "proxy_pass": {"http://": 80, "https://": 443},
    "grpc_pass": {"grpc://": 80, "grpcs://": 443, "": 80},
    "fastcgi_pass": {"": 9000},
    "uwsgi_pass": {"": 3031},
    "scgi_pass": {"": 4000},
    "memcached_pass": {"": 11211},
}
_REAL_VARIABLES = re.compile(r"\$(\{?)(proxy_host|proxy_port|server_port)\b(\}?)")
_VARIABLE_AUTHORITY = re.compile(
    r"(?P<scheme>(?:https?://)?)\$(?:\{(?P<braced>\w+)\}|(?P<plain>\w+))(?P<port>:\d+)?(?=[/?$]|$)", re.A
)
_URL_START = re.compile(r"[^/?#$]*")
_URI_VARIABLE = re.compile(r"\$\{?(request_uri|uri|document_uri|is_args)\b")
_STANDARD_STREAMS = {"/dev/stdout": "access.log", "/dev/stderr": "error.log"}


@dataclass(frozen=True, slots=True)
class Group:
    """An upstream of ours that stands for a `host:port` of the file."""

    name: str
    typed: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """A log that the learner asked for."""

    typed: str  # as in the file
    path: str  # where it is
    kind: str  # "access" or "error"


@dataclass(frozen=True, slots=True)
class Block:
    """A server or a location: what our access log calls `key`."""

    key: str
    file: str
    line: int
    kind: str
    title: str  # its words: "location /api/"
    parents: tuple[str, ...] = ()  # keys of the blocks around it


@dataclass(frozen=True, slots=True)
class Reading:
    """A path that nginx will open for reading; whether links lead it out is for the file system to say."""

    path: str
    typed: str
    directive: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file for this machine, and what was learnt on the way."""

    text: str
    complaints: tuple[Complaint, ...] = ()
    groups: tuple[Group, ...] = ()
    logs: tuple[Log, ...] = ()
    blocks: tuple[Block, ...] = ()
    readings: tuple[Reading, ...] = ()
    names: tuple[tuple[str, str], ...] = ()  # as it is here -> as it was typed


def rewrite(text: str, setting: Setting, name: str = "nginx.conf") -> Rewritten:
    """One file that includes no others of the workspace."""
    project = project_of(text, name)
    return rewrite_source(project.main, project, setting)


def rewrite_source(source: Source, project: Project, setting: Setting) -> Rewritten:
    """One file of several. Never raises, whatever the text is."""
    return _Rewriting(source, project, setting).done()


def ports_of(project: Project) -> tuple[int, ...]:
    """Every port that the file listens on, in its order: each needs one of this machine."""
    found: dict[int, None] = {}
    for each in project.named("server"):
        if each.path[-1:] == ("http",) and each.statement.block is not None:
            listens = [
                read_listen(inner.arguments[0].text)
                for inner in project.inside(each.source, each.statement.block)
                if inner.name == "listen" and inner.arguments
            ]
            known = [each for each in listens if each.kind in ("any", "any6", "loopback", "loopback6", "elsewhere")]
            found |= dict.fromkeys(each.port for each in known)
            if not listens:
                found[DEFAULT_PORT] = None
    return tuple(found)


@dataclass(slots=True)
class _Rewriting:
    source: Source
    project: Project
    setting: Setting
    edits: list[Edit] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    logs: list[Log] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    gone: int = -1  # the end of the last stretch that was taken out
    upstreams: frozenset[str] = frozenset()

    def done(self) -> Rewritten:
        self.upstreams = frozenset(name.lower() for name in self.project.upstreams())
        self.names[self.setting.workspace + "/"] = ""
        self.names[self.setting.copies + "/"] = ""
        for parents, statement in walk(self.source.conf.statements):
            if statement.words[0].start >= self.gone:
                self.rewrite_one(Found(self.source, parents, statement))
        return Rewritten(
            edited(self.source.conf.text, self.edits),
            tuple(self.complaints),
            tuple(self.groups.values()),
            tuple(self.logs),
            tuple(self.blocks),
            tuple(self.readings),
            tuple(self.names.items()),
        )

    def rewrite_one(self, found: Found) -> None:
        name = found.statement.name
        if found.is_data:
            if name == "include":
                self.include(found)
            return
        if not found.path and name in STEERING:
            self.leave_out_steering(found)
        elif _BEYOND.fullmatch(name):
            self.refuse_directive(found)
        elif name == "disable_symlinks":
            self.leave_out(found.statement)
            self.remark(
                found,
                "aside",
                "Links that lead out of your folder are never followed here.",
                "Leave the line, or take it out: it changes nothing in this lab.",
            )
        elif handler := _HANDLERS.get(name):
            handler(self, found)
        elif name in READ:
            self.read_path(found)
        elif name in WRITTEN:
            self.written_path(found)
        elif name in BELOW_ROOT:
            self.below_root(found)
        if name not in _SCHEMES:
            self.show_typed_ports(found.statement)

    # What is done to the text.

    def put(self, word: Token, value: str) -> None:
        """Another value in the place of a word, which keeps its quotes if it had some."""
        inner = value if not word.quoted else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text = inner if word.quoted else quoted(value)
        if text != self.source.conf.text[word.start : word.end]:
            self.edits.append(Edit(word.start, word.end, text))

    def add(self, at: int, text: str) -> None:
        self.edits.append(Edit(at, at, text))

    def leave_out(self, statement: Statement) -> None:
        """Take a directive out, its block too. Its line feeds stay."""
        end = statement.end
        if statement.block is not None:
            end = statement.close + 1 if statement.close is not None else len(self.source.conf.text)
        self.edits = [each for each in self.edits if each.start < statement.words[0].start]
        self.edits.append(Edit(statement.words[0].start, end, ""))
        self.gone = end

    def remark(
        self, found: Found, severity: str, means: str, try_this: str, said: str = "", word: Token | None = None
    ) -> None:
        line = word.line if word else found.statement.line
        self.complaints.append(Complaint(self.source.name, line, severity, said, means, try_this))  # type: ignore[arg-type]

    # The process.

    def leave_out_steering(self, found: Found) -> None:
        statement = found.statement
        self.leave_out(statement)
        if statement.values() and statement.values()[0] in _USUAL.get(statement.name, ()):
            return
        self.remark(
            found,
            "aside",
            f"“{statement.name}” has no effect here: the lab itself starts nginx and ends it, with one worker, as you.",
            "Leave the line for a server of your own, or take it out.",
        )

    def refuse_directive(self, found: Found) -> None:
        name = found.statement.name
        self.leave_out(found.statement)
        why = "speaks of other things than HTTP" if name in ("stream", "mail") else "runs other programs inside nginx"
        self.remark(found, "error", f"“{name}” {why}, and that is not taken in this lab.", "Take the directive out.")

    def events(self, found: Found) -> None:
        for word in found.statement.arguments[:1]:
            if word.text.isdigit() and int(word.text[:12]) > MOST_CONNECTIONS:
                self.put(word, str(MOST_CONNECTIONS))

    # Servers and locations.

    def http(self, found: Found) -> None:
        if found.path or found.statement.block is None:
            return
        if not self._begins_with(found.statement, ("include", self.setting.http)):
            self.add(found.statement.end, f" include {quoted(self.setting.http)};")

    def server(self, found: Found) -> None:
        if found.path[-1:] == ("upstream",):
            self.upstream_server(found)
            return
        block = found.statement.block
        if block is None or found.path[-1:] != ("http",):
            return
        self.mark(found)
        listens = [each for each in self.project.inside(self.source, block) if each.name == "listen"]
        if not listens and DEFAULT_PORT in self.setting.ports:
            self.add(found.statement.end, f" listen {self._listen_here('any', DEFAULT_PORT)};")

    def location(self, found: Found) -> None:
        if found.statement.block is not None and found.path[-1:] in (("server",), ("location",)):
            self.mark(found)

    def mark(self, found: Found) -> None:
        """Let each request say in which block it was served."""
        key = self._key(found.statement)
        words = " ".join(self.source.conf.text[word.start : word.end] for word in found.statement.words)
        kind = found.statement.name
        around = tuple(self._key(each) for each in found.parents if each.name in ("server", "location"))
        self.blocks.append(Block(key, self.source.name, found.statement.line, kind, words[:200], around))
        if not self._begins_with(found.statement, ("set", WHERE)):
            self.add(found.statement.end, f" set {WHERE} {key};")

    def _key(self, statement: Statement) -> str:
        number = self.project.sources.index(self.source) if self.source in self.project.sources else 0
        # Two blocks may begin on one line: the place tells them apart as far as the line does not.
        before = self.source.conf.text.rfind("\n", 0, statement.words[0].start) + 1
        return f"{number}:{statement.line}:{statement.words[0].start - before}"

    def listen(self, found: Found) -> None:
        if not found.statement.arguments:
            return
        word = found.statement.arguments[0]
        at = read_listen(word.text)
        if (at.kind in ("any", "loopback", "loopback6") and at.port in self.setting.ports.values()) or (
            at.kind == "unix" and ours(word.text[5:], self.setting)
        ):
            return  # it was moved before
        if at.kind == "unix":
            self.put(word, f"unix:{self.setting.run}/{name_in_run(word.text[5:])}")
        elif at.kind in ("any", "any6", "loopback", "loopback6", "elsewhere") and at.port in self.setting.ports:
            self.listen_on(found, word, at)
        elif at.kind in ("name", "range"):
            self.put(word, f"unix:{self.setting.run}/refused.sock")
            means = (
                f"“listen {word.text}” asks for a range of ports, which this lab does not open."
                if at.kind == "range"
                else f"“listen” takes a port or an address of nginx's own machine, and “{word.text}” is a name."
            )
            said = f'host not found in "{word.text}" of the "listen" directive' if at.kind == "name" else ""
            self.remark(found, "error", means, "Write the port alone: listen 80;", said, word)

    def listen_on(self, found: Found, word: Token, at: Listen) -> None:
        both = [each for each in found.statement.arguments[1:] if each.text == "ipv6only=off"]
        for each in both:
            self.edits.append(Edit(each.start, each.end, ""))
        kind = "any" if both else at.kind
        if kind in ("any6", "loopback6") and not self.setting.ipv6:
            if self._listens_besides(found):
                self.leave_out(found.statement)
                return
            kind = "any"
        elif kind in ("loopback", "elsewhere") and self._listens_besides(found, ("any",), at.port):
            self.leave_out(found.statement)  # on any address, so on this one too; here they would be the same
            return
        here = self._listen_here(kind, at.port)
        self.put(word, here)
        self.names.setdefault(here, at.shown)

    def _listen_here(self, kind: str, port: int) -> str:
        address = "[::1]" if kind in ("any6", "loopback6") else "127.0.0.1"
        return f"{address}:{self.setting.ports[port]}"

    def _listens_besides(
        self, found: Found, kinds: tuple[str, ...] = ("any", "loopback"), port: int | None = None
    ) -> bool:
        """Whether the same server listens elsewhere as well."""
        around = found.parents[-1].block if found.parents else None
        others = [
            read_listen(each.arguments[0].text)
            for each in around or ()
            if each.name == "listen" and each.arguments and each is not found.statement
        ]
        return any(each.kind in kinds and port in (None, each.port) for each in others)

    # Programs that answer.

    def upstream_server(self, found: Found) -> None:
        if not found.statement.arguments:
            return
        word = found.statement.arguments[0]
        if word.text.startswith("unix:"):
            self.unix_socket(found, word, "")
            return
        read = read_authority(word.text, 80)
        if read is None or "$" in word.text:
            return
        upstream = upstream_of(*read, self.setting)
        addresses = self._found_at(found, word, upstream, word.text)
        if not addresses:
            return
        self.put(word, _address(addresses[0]))
        if upstream.kind != "service":
            self.drop_resolve(found)
        rest = "".join(f" {self.source.conf.text[each.start : each.end]}" for each in found.statement.arguments[1:])
        rest = rest.replace("\r", " ").replace("\n", " ")
        for address in addresses[1:]:
            self.add(found.statement.end, f" server {_address(address)}{rest};")
        for address in addresses:
            self.names[_address(address)] = word.text

    def drop_resolve(self, found: Found) -> None:
        """An address needs no looking up."""

    def passed_on(self, found: Found) -> None:
        """proxy_pass and its kin."""
        if not found.statement.arguments:
            return
        word = found.statement.arguments[0]
        schemes = _SCHEMES[found.statement.name]
        scheme = next((each for each in schemes if each and word.text.lower().startswith(each)), "")
        if scheme not in schemes:
            if not word.text.startswith("$"):
                return  # nginx says what is missing
            self.passed_to_variable(found, word)
            return
        rest = word.text[len(scheme) :]
        if rest.startswith("unix:"):
            self.unix_socket(found, word, word.text[: len(scheme)])
            return
        if rest.startswith("$"):
            self.passed_to_variable(found, word)
            return
        authority = _URL_START.match(rest)
        host = authority.group() if authority else ""
        path = rest[len(host) :]
        read = read_authority(host, schemes[scheme])
        if read is None or read[0].lower() in self.upstreams or read[0].startswith("sw_"):
            return
        if "$" in path and ((path.startswith("$") and not _URI_VARIABLE.match(path)) or not self._resolves(host)):
            return
        upstream = upstream_of(*read, self.setting)
        addresses = self._found_at(found, word, upstream, read[0])
        if not addresses:
            return
        group = self._group(upstream, addresses, host)
        self.put(word, word.text[: len(scheme)] + group + path)
        if found.statement.name == "proxy_pass" and "$" not in path:
            self.redirects(found, word.text[: len(scheme)] + host, path)

    def _resolves(self, authority: str) -> bool:
        """Whether nginx could find a name at the moment of a request: by a resolver, or because it knows it already."""
        if any(True for _ in self.project.named("resolver")):
            return True
        return any(
            re.fullmatch(rf"\w+://{re.escape(authority)}(/[^$]*)?", each.statement.arguments[0].text)
            for each in self.project.named("proxy_pass")
            if each.statement.arguments
        )

    def passed_to_variable(self, found: Found, word: Token) -> None:
        """`proxy_pass http://$backend:8000`: the name is where the variable is set."""
        at = _VARIABLE_AUTHORITY.match(word.text)
        if at is None:
            return
        variable = at["braced"] or at["plain"]
        values = _values_of(variable, self.project)
        typed = [_service_in(value.text, at["port"] or "", self.setting) for _, value in values]
        if values and all(typed) and at["port"]:
            self.put(word, word.text[: at.start("port")] + word.text[at.end("port") :])

    def given_value(self, found: Found) -> None:
        """`set`, `map` and `split_clients`, where a proxy_pass takes the host from what they give."""
        statement = found.statement
        variable = statement.values()[0:1] if statement.name == "set" else statement.values()[1:2]
        if statement.name == "split_clients":
            variable = statement.values()[1:2]
        if not variable or not variable[0].startswith("$"):
            return
        ports = {
            at["port"] or ""
            for each in self.project.named("proxy_pass")
            if each.statement.arguments and (at := _VARIABLE_AUTHORITY.match(each.statement.arguments[0].text))
            if (at["braced"] or at["plain"]) == variable[0][1:]
        }
        if len(ports) != 1:
            return
        port = ports.pop()
        values = (
            statement.arguments[1:2]
            if statement.name == "set"
            else [each.words[1] for each in statement.block or () if len(each.words) == 2]
        )
        for word in values:
            service = _service_in(word.text, port, self.setting)
            if service is None:
                continue
            scheme, host, upstream, path = service
            if self._resolves(host):
                addresses = self._found_at(found, word, upstream, host)
                self.put(word, scheme + self._group(upstream, addresses, host) + path)

    def _found_at(self, found: Found, word: Token, upstream: Upstream, as_nginx_says: str) -> tuple[Address, ...]:
        """Where it is, with a word about it where it is not what the learner may think. () leaves it as typed."""
        host, _, port = upstream.typed.rpartition(":")
        services = self.setting.services
        if upstream.kind == "unknown":
            known = listed(services) if services else "none"
            near = nearest(host, {*services, *self.upstreams})
            ends = f'host not found in upstream "{as_nginx_says}"'
            self.remark(
                found,
                "error",
                f"No service is called “{host}”. Here {'is' if len(services) == 1 else 'are'}: {known}.",
                f"Did you mean “{near}”?" if near else "Name one of them, or an upstream of this file.",
                ends,
                word,
            )
            return (nowhere(int(port)),)
        if upstream.kind == "wrong port":
            right = services[host.lower()].port
            self.remark(
                found,
                "note",
                f"{host} listens on port {right}, and nginx would ask it on port {port}: every request ends as a 502.",
                f"Write {host}:{right}.",
                word=word,
            )
        if upstream.kind == "itself" and upstream.addresses and upstream.addresses[0][1] < DEFAULT_PORT:
            right_name = next(
                (name for name, each in services.items() if each.port == int(port)), next(iter(services), None)
            )
            self.remark(
                found,
                "note",
                f"In Compose every service has a machine of its own, and “{host}” is nginx's: nothing else runs there, so every request ends as a 502.",
                f"Name the service: {right_name}:{services[right_name].port}."
                if right_name
                else "Name the service instead.",
                word=word,
            )
        elif upstream.kind == "itself":
            self.remark(
                found,
                "note",
                f"“{upstream.typed}” is nginx itself: it would ask itself until it has no connection left.",
                "Name the service that should answer.",
                word=word,
            )
        if upstream.kind == "ours":
            return ()
        return upstream.addresses

    def _group(self, upstream: Upstream, addresses: tuple[Address, ...], typed: str) -> str:
        name = (
            "sw_"
            + re.sub(r"[^A-Za-z0-9.-]", "-", upstream.typed.rpartition(":")[0]).lower()
            + "_"
            + upstream.typed.rpartition(":")[2]
        )
        self.groups.setdefault(name, Group(name, typed, addresses))
        self.names[name] = typed
        for address in addresses:
            self.names.setdefault(_address(address), typed)
        return name

    def redirects(self, found: Found, url: str, path: str) -> None:
        """What nginx does by itself for `proxy_redirect default`, with the name that the application sees."""
        target = "/"
        location = next((each for each in reversed(found.parents) if each.name == "location"), None)
        if location is None:
            return
        if path:
            words = location.values()
            prefix = words[-1] if words and words[0] in ("=", "^~") else words[0] if len(words) == 1 else ""
            target = re.sub(r"^(=|\^~)", "", prefix)
            if not target.startswith("/"):
                return
        come_from = url + (path or "/")
        here = self.project.inside(self.source, found.parents[-1].block or ())
        for each in here:
            if each.name == "proxy_redirect":
                if each.values() == ("default",) and each in (found.parents[-1].block or ()):
                    self.edits.append(
                        Edit(each.words[1].start, each.words[1].end, f"{quoted(come_from)} {quoted(target)}")
                    )
                return
        around = [
            each for parent in found.parents[:-1] for each in self.project.inside(self.source, parent.block or ())
        ]
        if not any(each.name == "proxy_redirect" for each in [*around, *self.project.in_http()]):
            self.add(found.statement.end, f" proxy_redirect {quoted(come_from)} {quoted(target)};")

    def set_header(self, found: Found) -> None:
        """One proxy_set_header ends what stood further out, ours for Host too: then it is said again."""
        around = found.parents[-1].block if found.parents else self.source.conf.statements
        if not found.parents and self.source is not self.project.main:
            return  # the block that includes this file takes care
        siblings = list(self.project.inside(self.source, around or ()))
        headers = [each for each in siblings if each.name == "proxy_set_header"]
        if headers[0] is found.statement:
            self.host_header(headers, found.statement.end)

    def host_header(self, headers: list[Statement], at: int) -> None:
        if not any(each.values()[:1] and each.values()[0].lower() == "host" for each in headers):
            self.add(at, " proxy_set_header Host $sw_proxy_host;")

    # Files.

    def include(self, found: Found) -> None:
        if len(found.statement.arguments) != 1:
            return
        word = found.statement.arguments[0]
        if ours(word.text, self.setting):
            return
        place = place_of(word.text, self.setting)
        name = word.text.rpartition("/")[2]
        if place.path is not None and place.path.startswith(self.setting.workspace + "/"):
            inside = place.path.removeprefix(self.setting.workspace + "/")
            if self.source.includes.get(word.text) or name not in self.setting.provided:
                self.put(word, f"{self.setting.copies}/{inside}")
                self.include_headers(found)
                return
        if name in self.setting.provided and word.text.rpartition("/")[0] in ("", "/etc/nginx"):
            self.put(word, f"{self.setting.run}/image/{name}")
            return
        self.put(word, f"{self.setting.run}/refused.conf")
        self.refuse_path(found, word, place.why or "is no file of your folder")

    def include_headers(self, found: Found) -> None:
        """The included files may hold all the proxy_set_header of this block."""
        around = found.parents[-1].block if found.parents else self.source.conf.statements
        if around is None or (not found.parents and self.source is not self.project.main):
            return
        if any(each.name == "proxy_set_header" for each in around):
            return
        mine = [
            each for each in self.project.inside(self.source, (found.statement,)) if each.name == "proxy_set_header"
        ]
        firsts = [each for each in self.project.inside(self.source, around) if each.name == "proxy_set_header"]
        if mine and firsts[0] is mine[0]:
            self.host_header(firsts, found.statement.end)

    def read_path(self, found: Found) -> None:
        if not found.statement.arguments:
            return
        word = found.statement.arguments[0]
        name = found.statement.name
        if word.text.startswith("data:") or (name == "auth_basic_user_file" and word.text == "off"):
            return
        if name.endswith("ssl_certificate") and word.text == "" and word.quoted:
            return
        place = place_of(word.text, self.setting)
        if place.path is None:
            self.put(word, f"{self.setting.run}/refused")
            self.refuse_path(found, word, place.why)
            return
        if not ours(word.text, self.setting):
            self.put(word, place.path)
            self.names.setdefault(place.path, word.text)
        if "$" not in place.path:
            self.readings.append(Reading(place.path, word.text, name, self.source.name, word.line))

    def refuse_path(self, found: Found, word: Token, why: str) -> None:
        mounts = self.setting.mounts
        known = f" Your folder is {listed(mounts)} to nginx." if mounts and word.text.startswith("/") else ""
        self.remark(
            found,
            "error",
            f"“{found.statement.name} {word.text}” {why}, and nothing outside of it is given to nginx.{known}",
            "Put what nginx needs into your folder, and name it there.",
            word=word,
        )

    def written_path(self, found: Found) -> None:
        if not found.statement.arguments:
            return
        word = found.statement.arguments[0]
        if word.text in ("on", "off") and word.text != "on":
            return
        if word.text == "on":
            self.put(word, "off")
            self.remark(
                found,
                "aside",
                f"“{found.statement.name} on” writes into your folder, which this lab does not let nginx do.",
                "Take the line out.",
                word=word,
            )
        elif not ours(word.text, self.setting):
            place = f"{self.setting.run}/{found.statement.name.removesuffix('_path')}-{name_in_run(word.text)}"
            self.put(word, place.replace("$", "_"))
            self.names.setdefault(place, word.text)

    def below_root(self, found: Found) -> None:
        for word in found.statement.arguments:
            if ".." in word.text.split("?")[0].split("/"):
                self.refuse_path(found, word, "leads out of its root with “..”")
                self.put(word, "/refused")

    def log(self, found: Found) -> None:
        """access_log and error_log: theirs goes into the run folder, and ours is kept beside it."""
        kind = found.statement.name.removesuffix("_log")
        arguments = found.statement.arguments
        if not arguments:
            return
        word = arguments[0]
        own = self.setting.requests if kind == "access" else self.setting.errors
        beside = f" access_log {quoted(own)} {LOG_FORMAT};" if kind == "access" else f" error_log {quoted(own)} notice;"
        if word.text == own:
            return
        outermost = found.path == (("http",) if kind == "access" else ())  # there the wrapper has ours
        if kind == "access" and word.text == "off":
            if len(arguments) == 1 and outermost:
                self.leave_out(found.statement)
            elif len(arguments) == 1:
                self.edits.append(Edit(word.start, word.end, f"{quoted(own)} {LOG_FORMAT}"))
            return
        if word.text != "stderr" and not ours(word.text, self.setting):
            self.log_path(found, word, kind)
        if not outermost and not self._followed_by(found, (found.statement.name, own)):
            self.add(found.statement.end, beside)

    def log_path(self, found: Found, word: Token, kind: str) -> None:
        name = _STANDARD_STREAMS.get(word.text) or name_in_run(word.text)
        if word.text.startswith(("syslog:", "memory:")):
            name = word.text.partition(":")[0] + ".log"
            self.remark(
                found,
                "aside",
                f"“{found.statement.name} {name.partition('.')[0]}:” leads out of this lab: the lines go into a file named {name} instead.",
                "Name a file if you want to read the log here.",
                word=word,
            )
        if "$" in name and set(re.findall(r"\$\{?(\w+)", name)) - {
            "host",
            "server_name",
            "status",
            "scheme",
            "request_method",
        }:
            self.remark(
                found,
                "error",
                f"“{found.statement.name} {word.text}” lets a request name the file that nginx writes to.",
                "Give the log one name.",
                word=word,
            )
            name = "refused.log"
        if kind == "error" and word.text == "off":
            self.remark(
                found,
                "note",
                "“error_log off” does not turn the log off: nginx writes it to a file that is called off.",
                "Take the line out.",
                word=word,
            )
        path = f"{self.setting.logs}/{name}"
        self.put(word, path)
        self.logs.append(Log(word.text, path, kind))
        self.names.setdefault(path, word.text)

    def unix_socket(self, found: Found, word: Token, scheme: str) -> None:
        rest = word.text[len(scheme) + 5 :]
        path = rest.partition(":")[0]
        place = place_of(path, self.setting)
        if place.path is None:
            self.put(word, f"{scheme}unix:{self.setting.run}/refused.sock")
            self.refuse_path(found, word, "is a socket that is not in your folder")
        else:
            self.put(word, f"{scheme}unix:{place.path}{rest[len(path) :]}")

    # Variables that would show our ports.

    def show_typed_ports(self, statement: Statement) -> None:
        for word in statement.words[1:]:
            raw = self.source.conf.text[word.start : word.end]
            if "$" not in raw or any(each.start <= word.start < each.end for each in self.edits):
                continue
            text = _REAL_VARIABLES.sub(lambda found: f"${found[1]}sw_{found[2]}{found[3]}", raw)
            if text != raw:
                self.edits.append(Edit(word.start, word.end, text))

    # What stands beside.

    def _begins_with(self, statement: Statement, words: tuple[str, ...]) -> bool:
        return bool(statement.block) and any(
            tuple(word.text for word in each.words[: len(words)]) == words for each in (statement.block or ())[:3]
        )

    def _followed_by(self, found: Found, words: tuple[str, ...]) -> bool:
        around = found.parents[-1].block if found.parents else self.source.conf.statements
        siblings = list(around or ())
        after = siblings.index(found.statement) + 1 if found.statement in siblings else 0
        return any(
            tuple(word.text for word in each.words[: len(words)]) == words for each in siblings[after : after + 1]
        )


_HANDLERS: Mapping[str, Callable[[_Rewriting, Found], None]] = {
    "http": _Rewriting.http,
    "server": _Rewriting.server,
    "location": _Rewriting.location,
    "listen": _Rewriting.listen,
    "worker_connections": _Rewriting.events,
    "include": _Rewriting.include,
    "access_log": _Rewriting.log,
    "error_log": _Rewriting.log,
    "proxy_set_header": _Rewriting.set_header,
    "set": _Rewriting.given_value,
    "map": _Rewriting.given_value,
    "split_clients": _Rewriting.given_value,
    **dict.fromkeys(_SCHEMES, _Rewriting.passed_on),
}


def _address(address: Address) -> str:
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"


def _values_of(variable: str, project: Project) -> list[tuple[Found, Token]]:
    """Where a variable gets its values."""
    found = []
    for each in project.named("set", "map", "split_clients"):
        words = each.statement.arguments
        if each.statement.name == "set" and len(words) == 2 and words[0].text == f"${variable}":
            found.append((each, words[1]))
        elif each.statement.name != "set" and len(words) == 2 and words[1].text == f"${variable}":
            found += [(each, inner.words[1]) for inner in each.statement.block or () if len(inner.words) == 2]
    return found


def _service_in(value: str, port: str, setting: Setting) -> tuple[str, str, Upstream, str] | None:
    """Scheme, authority as typed, program and path of a variable's value that names a service."""
    at = re.fullmatch(r"((?:https?://)?)([A-Za-z0-9._-]+(?::\d+)?)((?:/[^$]*)?)", value, re.A)
    read = (
        read_authority(at[2] + (port if ":" not in at[2] else ""), 443 if at[1] == "https://" else 80) if at else None
    )
    if at is None or read is None or read[0].lower() not in setting.services:
        return None
    return at[1], at[2] + (port if ":" not in at[2] else ""), upstream_of(*read, setting), at[3]
