"""nginx's messages in a learner's words: what they mean, the line that is to blame, and what to try.

nginx names the line on which it noticed. That is the one after a forgotten semicolon, the one behind the end of
the file for a forgotten "}", and for some mistakes none at all: these are looked for in the text.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stackwalk.nginx.complaint import Complaint, Severity
from stackwalk.nginx.directives import NAMES, places_of
from stackwalk.nginx.naming import nearest
from stackwalk.nginx.project import Found, Project, Source
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.tokens import Statement, Token, walk
from stackwalk.nginx.variables import KNOWN

LONGEST = 400  # characters of nginx's message
MOST = 50  # complaints of one text

_MESSAGE = re.compile(
    r"(?:nginx: |\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )\[(?P<level>\w+)\] (?:\d+#\d+: )?(?P<request>\*\d+ )?(?P<text>.*)"
)
_PLACE = re.compile(r"(?P<text>.*) in (?P<file>.+):(?P<line>\d+)", re.DOTALL)
_SEVERITIES: Mapping[str, Severity] = {
    "emerg": "error",
    "alert": "error",
    "crit": "error",
    "error": "error",
    "warn": "warning",
}
_OURS = (("sw_proxy_host", "proxy_host"), ("sw_proxy_port", "proxy_port"), ("sw_server_port", "server_port"))


@dataclass(frozen=True, slots=True)
class Said:
    """One message of nginx, in the learner's names."""

    level: str
    text: str  # without its place
    source: Source | None
    line: int | None  # on which nginx noticed
    project: Project

    @property
    def statement(self) -> Found | None:
        """The directive that ends on the line, or else the last that begins on it or before it."""
        if self.source is None or self.line is None:
            return None
        best = None
        for parents, each in walk(self.source.conf.statements):
            ends = self.source.conf.text.count("\n", 0, each.end) + 1
            if each.line <= self.line <= ends or (best is None and ends >= self.line):
                best = Found(self.source, parents, each)
        return best


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said about a message; a place where nginx named a wrong one or none."""

    means: str
    try_this: str
    file: str | None = None
    line: int | None = None


def explain(text: str, project: Project, names: tuple[tuple[str, str], ...], setting: Setting) -> tuple[Complaint, ...]:
    """Every message in what nginx printed or logged; what is no more than news is left out."""
    found: dict[Complaint, None] = {}
    for line in text.splitlines():
        message = _MESSAGE.match(line)
        if message is None or message["level"] not in _SEVERITIES:
            continue
        said = said_in(message["level"], message["text"], project, names, setting)
        if said.text.startswith("still could not bind"):
            continue
        severity = _SEVERITIES[message["level"]]
        # What goes wrong with one request stops nothing.
        severity = "warning" if message["request"] and severity == "error" else severity
        found[_complaint(said, severity)] = None
        if len(found) >= MOST:
            break
    return tuple(found)


def said_in(level: str, text: str, project: Project, names: tuple[tuple[str, str], ...], setting: Setting) -> Said:
    """A message without our paths, ports and names."""
    for real, typed in sorted((*names, *_OURS, (setting.run + "/", "")), key=lambda pair: -len(pair[0])):
        if real.rpartition(":")[2].isdigit():
            text = re.sub(re.escape(real) + r"(?!\d)", typed.replace("\\", r"\\"), text)
        else:
            text = text.replace(real, typed)
    place = _PLACE.fullmatch(text)
    source = project.source(place["file"]) if place else None
    if place is None or (source is None and place["file"] not in ("wrapper.conf", "http.conf")):
        return Said(level, text[:LONGEST], None, None, project)
    line = int(place["line"])
    if source is None:
        return Said(level, place["text"][:LONGEST], None, None, project)
    return Said(level, place["text"][:LONGEST], source, min(line, _lines(source)), project)


def _complaint(said: Said, severity: Severity) -> Complaint:
    answer = None
    for pattern, row in _ROWS:
        found = pattern.search(said.text)
        if found:
            answer = row(said, found)
            break
    if answer is None:
        answer = Answer("nginx does not take this.", "Compare the line with nginx's documentation of the directive.")
    file = answer.file or (said.source.name if said.source else None)
    line = answer.line if answer.line is not None else said.line
    at = f" in {said.source.name}:{said.line}" if said.source else ""
    return Complaint(file, line, severity, f"[{said.level}] {said.text}{at}", answer.means, answer.try_this)


def _lines(source: Source) -> int:
    text = source.conf.text
    return max(1, text.count("\n") + (0 if text.endswith("\n") else 1))


_Row = Callable[[Said, "re.Match[str]"], Answer]
_ROWS: list[tuple[re.Pattern[str], _Row]] = []


def _row(pattern: str) -> Callable[[_Row], _Row]:
    def add(row: _Row) -> _Row:
        _ROWS.append((re.compile(pattern), row))
        return row

    return add


def _plain(pattern: str, means: str, try_this: str) -> None:
    """A row whose words are filled from what the pattern found."""

    def row(_: Said, found: "re.Match[str]") -> Answer:
        fill = {key: value or "" for key, value in found.groupdict().items()}
        return Answer(means.format(**fill), try_this.format(**fill))

    _ROWS.append((re.compile(pattern), row))


# Semicolons and braces.


@_row(r'^unexpected "}"')
def _closing(said: Said, _: "re.Match[str]") -> Answer:
    conf = said.source.conf if said.source else None
    if conf is not None and conf.unfinished:
        last = conf.unfinished[-1]
        name = conf.unfinished[0].text
        line = last.line + conf.text.count("\n", last.start, last.end)
        return Answer(
            f"“{name}” on line {conf.unfinished[0].line} does not end with a semicolon, so nginx came upon the “}}” in the middle of it.",
            f"Put a ; at the end of line {line}.",
            line=line,
        )
    return Answer(
        "There is a “}” more than blocks were opened.", "Take it out, or look for a { that is missing further up."
    )


@_row(r"^unexpected end of file")
def _end(said: Said, _: "re.Match[str]") -> Answer:
    conf = said.source.conf if said.source else None
    if conf is not None and conf.trouble is not None and conf.trouble.kind == "open quote":
        return Answer(
            "A quote is opened here and never closed.",
            f"Close it with {conf.trouble.what} on the same line.",
            line=conf.trouble.line,
        )
    if conf is not None and conf.unfinished:
        last = conf.unfinished[-1]
        return Answer(
            f"The file ends in the middle of “{conf.unfinished[0].text}”, which has no semicolon.",
            f"Put a ; at the end of line {last.line}.",
            line=last.line,
        )
    left = _unclosed(said)
    if left is None:
        return Answer("The file ends before its last block does.", "Close every { with a }.")
    return Answer(
        f"The file ends, and “{_title(left)}” of line {left.line} is still open.",
        "Close it with a } where it should end; every { needs one.",
    )


def _unclosed(said: Said) -> Statement | None:
    """The block that was most likely left open: one whose "}" stands in another column than its first word."""
    if said.source is None:
        return None
    text = said.source.conf.text

    def column(offset: int) -> int:
        return offset - (text.rfind("\n", 0, offset) + 1)

    open_blocks = [
        each for _, each in walk(said.source.conf.statements) if each.block is not None and each.close is None
    ]
    for _, each in walk(said.source.conf.statements):
        if (
            each.close is not None
            and "\n" in text[each.end : each.close]
            and column(each.close) < column(each.words[0].start)
        ):
            return each
    return open_blocks[-1] if open_blocks else None


def _title(statement: Statement) -> str:
    return " ".join(word.text for word in statement.words)[:80]


def _swallowed(said: Said) -> tuple[Statement, Token, Token] | None:
    """A directive that holds the first word of the next line: its own semicolon is missing.

    The directive, its last word, and the word of the next line that is a directive's name.
    """
    found = said.statement
    if found is None:
        return None
    words = found.statement.words
    for before, word in itertools.pairwise(words):
        if word.line > before.line and not word.quoted and word.text in NAMES:
            return found.statement, before, word
    return None


def _or_semicolon(row: _Row) -> _Row:
    """The same message may come of a missing semicolon, which takes the next line in as parameters."""

    def either(said: Said, found: "re.Match[str]") -> Answer:
        swallowed = _swallowed(said)
        if swallowed is None:
            return row(said, found)
        statement, last, word = swallowed
        return Answer(
            f"“{statement.name}” on line {statement.line} does not end with a semicolon, so nginx takes “{word.text}” of line {word.line} for a part of it.",
            f"Put a ; at the end of line {last.line}.",
            line=last.line,
        )

    return either


@_row(r'^unexpected "(?P<what>.)"')
def _unexpected(said: Said, found: "re.Match[str]") -> Answer:
    what = found["what"]
    if what in ";{":
        return Answer(
            f"There is a “{what}” where a directive should begin.", "Take it out, or write what belongs before it."
        )
    return Answer(
        f"After a closing quote comes a space or a semicolon, and here comes “{what}”.",
        "Look at the quotes of this line.",
    )


_plain(
    r"^too long parameter",
    "A word of this file does not come to an end: most likely a quote is opened and never closed.",
    "Look at the quotes of this line and those above.",
)


# Directives.


@_row(r'^unknown directive "(?P<name>.*)"$')
def _unknown_directive(said: Said, found: "re.Match[str]") -> Answer:
    name = found["name"]
    plain = name.lstrip("\ufeff\u200b\u00a0")
    if plain != name:
        what = "a byte-order mark" if name.startswith("\ufeff") else "an invisible character"
        return Answer(
            f"Before “{plain}” stands {what}, which nginx takes for a part of the word.",
            "Save the file as UTF-8 without BOM."
            if name.startswith("\ufeff")
            else "Delete the line and type it again.",
        )
    if name.startswith("//") or name.startswith("/*"):
        return Answer(f"nginx does not know “{name[:2]}”: a comment begins with #.", "Write # before the comment.")
    glued = re.match(r"(location|server|upstream|http|events)(?=[/={~])", name)
    if glued:
        return Answer(f"A space is missing after “{glued[0]}”.", f"Write {glued[0]} {name[len(glued[0]) :]}.")
    if name.startswith(("“", "”", "‘", "’", '"', "'")):
        return Answer(
            "A directive begins with its name, without quotes.",
            "Look at the quotes of this line, and of the line above.",
        )
    if name.endswith(":") or "=" in name:
        return Answer(
            f"nginx has no “{name}”: a directive is its name, a space, and values.", "Write it as: name value;"
        )
    near = nearest(name, NAMES)
    if near and near != name:
        return Answer(f"nginx has no directive “{name}”.", f"Did you mean “{near}”?")
    if near:
        return Answer(f"This nginx was built without “{name}”.", "Take the line out.")
    swallowed = "$" in name or name in ("weight", "main", "GET")
    means = f"nginx has no directive “{name}”."
    return Answer(
        means, "Is the line before it closed with a semicolon too early?" if swallowed else "Check its spelling."
    )


@_row(r'^"(?P<name>[^"]+)" directive is not allowed here')
def _not_allowed(said: Said, found: "re.Match[str]") -> Answer:
    name = found["name"]
    inside = said.statement.path[-1] if said.statement and said.statement.path else "the top of the file"
    if said.source is not None and said.source.within == ("http",) and name in ("http", "events"):
        return Answer(
            f"This file is taken into nginx's own “http” block, where no “{name}” may stand.",
            "Write server and upstream blocks alone.",
        )
    places = places_of(name)
    where = " or ".join(places) if places else "somewhere else"
    unclosed = (
        " Is the block before it closed with a “}”?"
        if inside in ("server", "location", "upstream") and name in ("server", "upstream", "location")
        else ""
    )
    return Answer(f"“{name}” can't stand in {inside}: it belongs {where}.", f"Move it there.{unclosed}")


@_row(r'^invalid number of arguments in "(?P<name>[^"]+)" directive')
@_or_semicolon
def _arguments(said: Said, found: "re.Match[str]") -> Answer:
    name = found["name"]
    count = len(said.statement.statement.arguments) if said.statement else 0
    if name == "proxy_set_header":
        return Answer(
            f"“{name}” takes a header's name and a value, and here {'is' if count == 1 else 'are'} {count} of the two.",
            'Write both: proxy_set_header Host $http_host; an empty value is "".',
        )
    return Answer(
        f"“{name}” takes another number of values than the {count} here.",
        "Look at its line in nginx's documentation; a value with spaces needs quotes.",
    )


@_row(r'^directive "(?P<name>[^"]+)" has no opening "{"')
def _no_block(said: Said, found: "re.Match[str]") -> Answer:
    return Answer(
        f"“{found['name']}” needs a block: {{ and }} instead of a semicolon.", f"Write {found['name']} … {{ … }}."
    )


@_row(r'^directive "(?P<name>[^"]+)" is not terminated by ";"')
@_or_semicolon
def _not_terminated(said: Said, found: "re.Match[str]") -> Answer:
    return Answer(f"“{found['name']}” does not end with a semicolon before the “{{”.", "Put a ; at its end.")


@_row(r'^"(?P<name>[^"]+)" directive is duplicate')
def _duplicate(said: Said, found: "re.Match[str]") -> Answer:
    name = found["name"]
    if _count(said, name) > 1:
        return Answer(f"“{name}” may stand once in a block, and here it is again.", "Take one of them out.")
    return Answer(
        f"“{name}” may stand once, and the nginx.conf around your file has it already.",
        "Put it into your server block.",
    )


def _count(said: Said, name: str) -> int:
    found = said.statement
    if found is None:
        return 0
    around = found.parents[-1].block if found.parents else found.source.conf.statements
    return sum(each.name == name for each in around or ())


# Values.


@_row(r'^invalid parameter "(?P<what>.*)"$')
@_or_semicolon
def _parameter(said: Said, found: "re.Match[str]") -> Answer:
    what = found["what"]
    name = said.statement.statement.name if said.statement else ""
    if what in ("weight", "max_fails", "fail_timeout", "=") or what.startswith("weight "):
        return Answer("Around the = of a parameter stands no space.", "Write it in one word: weight=3.")
    if what.startswith("weight="):
        return Answer(
            "A weight is a whole number, 1 or more.", "Write weight=1, or “down” for a server that gets nothing."
        )
    return Answer(
        f"“{name}” does not know the parameter “{what}”.",
        "Check its spelling; is there a semicolon where the directive should end?",
    )


@_row(r'^invalid value "(?P<what>.*)" in "(?P<name>[^"]+)" directive')
def _value(said: Said, found: "re.Match[str]") -> Answer:
    return Answer(
        f"“{found['name']}” does not take the value “{found['what']}”.",
        "Look at the values that nginx's documentation names; often they are on and off.",
    )


_plain(
    r'^"(?P<name>[^"]+)" directive invalid value',
    "“{name}” does not take this value.",
    "A time is written as 5s or 1m, a size as 10k or 1m.",
)
_plain(r'^invalid time value "(?P<what>.*)"', "“{what}” is no time.", "Write a time as 500ms, 5s or 1m.")
_plain(
    r"^invalid URL prefix",
    "proxy_pass takes a URL, and this one does not begin with http:// or https://.",
    "Write http:// before the name.",
)
_plain(r'^no host in upstream "(?P<what>.*)"', "“{what}” has no host.", "Name the service: application:8000.")
_plain(
    r'^invalid host in upstream "(?P<what>.*)"',
    "“{what}” can't be a host and a port.",
    "In an upstream, a server is named without http:// and without a path: server application:8000;",
)
_plain(
    r'^invalid port in (?:upstream )?"(?P<what>.*?)"',
    "The port in “{what}” is none: ports are whole numbers from 1 to 65535.",
    "Check the port.",
)
_plain(
    r'^upstream "(?P<name>.*)" may not have port (?P<port>\d+)',
    "“{name}” is the name of an upstream block, and its servers have their ports there.",
    "Write proxy_pass http://{name}; without a port.",
)
_plain(
    r'^duplicate upstream "(?P<name>.*)"',
    "There are two upstream blocks named “{name}”.",
    "Give one of them another name, or put their servers together.",
)
_plain(
    r"^no servers are inside upstream",
    "This upstream block has no server in it.",
    "Write a line for each: server application1:8000;",
)
_plain(
    r'^balancing method does not support parameter "(?P<what>.*)"',
    "The balancing method of this upstream can't do with “{what}”.",
    "Take the parameter out, or the method.",
)
_plain(r"^load balancing method redefined", "This upstream has two balancing methods.", "Keep one of them.")
_plain(
    r'^"proxy_pass" cannot have URI part in location given by regular expression',
    "In a location with ~, in a named one and in an if, proxy_pass takes no path after the host.",
    "Take the path (the slash too) away.",
)


@_row(r'^host not found in upstream "(?P<what>.*)"')
def _host(said: Said, found: "re.Match[str]") -> Answer:
    return Answer(f"No service is called “{found['what'].partition(':')[0]}”.", "Check its spelling.")


_plain(
    r'^host not found in "(?P<what>.*)" of the "listen" directive',
    "“{what}” is no port and no address of nginx's own machine.",
    "Write the port alone: listen 80;",
)


@_row(r"^a duplicate listen (?P<what>\S+)")
def _listen_twice(said: Said, found: "re.Match[str]") -> Answer:
    return Answer("This server listens on the same port twice.", "Take one of the two lines out.")


_plain(
    r"^a duplicate default server for (?P<what>\S+)",
    "Two servers want to be the default one of {what}.",
    "Leave default_server with one of them.",
)
_plain(
    r'^duplicate location "(?P<what>.*)"',
    "This server has two locations “{what}”, and nginx can't tell which one is meant.",
    "Put them together, or change one of the paths.",
)
_plain(
    r'^location "(?P<inner>.*)" is outside location "(?P<outer>.*)"',
    "“location {inner}” stands within “location {outer}”, whose paths it does not begin with.",
    "Close the outer location with a “}}” before it.",
)
_plain(
    r'^invalid location modifier "(?P<what>.*)"',
    "“{what}” is no kind of location.",
    "There are =, ~, ~* and ^~, or none.",
)
_plain(
    r"^pcre2?_compile\(\) failed: (?P<why>.*)",
    "The regular expression of this line can't be read: {why}.",
    "A regular expression with {{ }} or ; needs quotes.",
)
_plain(
    r'^unknown log format "(?P<name>.*)"',
    "No log_format is called “{name}”.",
    "Write log_format {name} '…'; outside of the server block, or correct the name.",
)
_plain(
    r'^duplicate "log_format" name "(?P<name>.*)"',
    "There is a log_format “{name}” already: the nginx.conf of the official image has one called main.",
    "Give yours another name, here and in access_log.",
)


@_row(r'^unknown "(?P<name>\w+)" variable')
def _variable(said: Said, found: "re.Match[str]") -> Answer:
    name = found["name"]
    at = _first_use(said.project, re.compile(rf"\$\{{?{re.escape(name)}\b"))
    own = {
        each.statement.arguments[0].text[1:]
        for each in said.project.named("set")
        if each.statement.arguments and each.statement.arguments[0].text.startswith("$")
    }
    near = nearest(name, KNOWN | own)
    return Answer(
        f"nginx has no variable “${name}”.",
        f"Did you mean “${near}”?" if near else "Check its spelling, or give it a value with set.",
        *(at or (None, None)),
    )


_plain(
    r"^invalid variable name",
    "A $ stands here, and no name of a variable after it.",
    "Names of variables have letters, digits and _.",
)
_plain(
    r'^the duplicate "(?P<name>.*)" variable',
    "“${name}” is a variable of nginx's own, which set can't change.",
    "Take another name.",
)


# The whole file.


@_row(r'^no "events" section in configuration')
def _no_events(said: Said, _: "re.Match[str]") -> Answer:
    return Answer(
        "A full nginx.conf, one with “http”, needs an “events” block too.",
        "Write events {} above http, or leave http out: server and upstream blocks alone are enough here.",
        said.project.main.name,
        1,
    )


@_row(r'^conflicting server name "(?P<name>.*)" on (?P<listen>\S+), ignored')
def _conflict(said: Said, found: "re.Match[str]") -> Answer:
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
    at = lines[1] if len(lines) > 1 else (None, None)
    shown = f"the name “{name}”" if name else "no name"
    return Answer(
        f"Two servers have {shown} on the same port, and nginx never uses the second.",
        "Give each its own server_name or port, or put the two together.",
        *at,
    )


@_row(r'^zero size shared memory zone "(?P<name>.*)"')
def _zone(said: Said, found: "re.Match[str]") -> Answer:
    at = _first_use(said.project, re.compile(rf"\b{re.escape(found['name'])}\b"))
    return Answer(
        f"The zone “{found['name']}” is used and nowhere made.",
        "Make it in http: limit_req_zone … zone=name:1m rate=…;",
        *(at or (None, None)),
    )


@_row(r'^"(?P<name>[^"]+)" must be less than|^"keepalive" ')
def _order(said: Said, _: "re.Match[str]") -> Answer:
    return Answer("Two values of this file don't go together.", "Read nginx's sentence: it names both.")


# Files, ports, programs.


@_row(r'^(?:open|opendir|pread|stat|lstat|realpath)\(\) "(?P<path>.*?)" failed \((?P<number>\d+): (?P<why>[^)]*)\)')
def _file(said: Said, found: "re.Match[str]") -> Answer:
    path, number = found["path"], found["number"]
    if number == "2":
        return Answer(
            f"There is no {path}.", "Check the path: a relative one, and one below /etc/nginx, begin in your folder."
        )
    if number == "13":
        return Answer(f"nginx may not read {path}.", f"chmod a+r {path.rpartition('/')[2]} lets it.")
    if number == "21":
        return Answer(
            f"{path} is a folder, and a file is wanted.",
            "If Docker made it (a mount of a file that was not there), take it away: rmdir.",
        )
    return Answer(f"{path} can't be opened: {found['why']}.", "Check the path.")


_plain(
    r'^cannot load certificate(?: key)? "(?P<what>.*?)"',
    "The certificate {what} can't be read.",
    "Check that the file is there, and that it is a certificate (or its key) in PEM form.",
)
_plain(
    r'^no "ssl_certificate(?P<key>_key)?" is defined',
    "This server listens with ssl, and has no ssl_certificate{key}.",
    "Name the files: ssl_certificate and ssl_certificate_key.",
)
_plain(
    r"^bind\(\) to (?P<what>\S+) failed \((?P<number>\d+): (?P<why>[^)]*)\)",
    "nginx can't listen on {what}: {why}.",
    "End the program that has the port, and try again.",
)
_plain(
    r"^connect\(\) failed \((?P<number>111|61): (?P<why>[^)]*)\) while connecting to upstream.*upstream: \"(?P<what>[^\"]*)\"",
    "Nobody listens at {what}: nginx was refused, and answers 502 if no other server is left.",
    "Does the service run, and on that port?",
)
_plain(
    r"^upstream timed out .* while (?P<doing>[^,]*).*upstream: \"(?P<what>[^\"]*)\"",
    "{what} took longer than nginx waits ({doing}): 504.",
    "Look at what the application does, or at proxy_read_timeout.",
)
_plain(
    r"^no live upstreams while connecting to upstream",
    "All servers of this upstream failed a moment ago, so nginx asks none of them: 502.",
    "Start them again; after fail_timeout (10 s) nginx tries by itself.",
)
_plain(
    r"^upstream prematurely closed connection",
    "The application closed the connection before it had answered: 502.",
    "Did its worker die? Look at the application's output.",
)
_plain(
    r"^no resolver defined to resolve (?P<what>\S+?),?(?: |$)",
    "proxy_pass has a variable, so nginx looks “{what}” up at each request, and does not know whom to ask: 502.",
    "Write resolver 127.0.0.11; (Docker's DNS), or name the service without a variable.",
)
_plain(
    r"^client intended to send too large body",
    "The request's body is larger than client_max_body_size, 1 MB if nothing is said: 413.",
    "Raise client_max_body_size if such bodies are wanted.",
)
_plain(
    r"worker_connections are not enough",
    "nginx has no connection left; most often it asks itself without end.",
    "Look at the host and port of proxy_pass.",
)
_plain(
    r'^directory index of "(?P<what>.*)" is forbidden',
    "A folder was asked for, it has no index.html, and nginx does not list folders: 403.",
    "Ask for a file, or put an index.html there.",
)
_plain(
    r"^SSL_do_handshake\(\) failed",
    "nginx speaks TLS to a program that does not.",
    "Write http:// in proxy_pass: Gunicorn speaks plain HTTP.",
)
_plain(
    r"^could not build (?P<what>\S+)",
    "A name is too long for nginx's table ({what}).",
    "Shorten it, or raise the size that nginx's sentence names.",
)


def _first_use(project: Project, pattern: "re.Pattern[str]") -> tuple[str, int] | None:
    """The file and line where a word of this kind stands first."""
    for source in project.sources:
        for _, statement in walk(source.conf.statements):
            for word in statement.words:
                if pattern.search(word.text):
                    inner = pattern.search(source.conf.text, word.start)
                    return source.name, source.conf.text.count("\n", 0, inner.start() if inner else word.start) + 1
    return None
