"""What a directive is given."""

import re

from stackwalk.nginx.explaining.said import Said, first_use
from stackwalk.nginx.explaining.semicolon import or_semicolon
from stackwalk.nginx.explaining.table import Answer, plain, row
from stackwalk.nginx.naming import nearest
from stackwalk.nginx.silent.characters import CURLY
from stackwalk.nginx.variables import KNOWN

PARAMETERS = frozenset(
    {"weight", "backup", "down", "max_fails", "fail_timeout", "max_conns", "resolve", "route", "service", "slow_start"}
)
# Those that not every nginx has.
_OF_PLUS = frozenset({"resolve", "route", "service", "slow_start"})


@row(r'^invalid parameter "(?P<what>.*)"$')
@or_semicolon
def _parameter(said: Said, found: re.Match[str]) -> Answer:
    what = found["what"]
    name = said.statement.statement.name if said.statement else ""
    if what in ("weight", "max_fails", "fail_timeout", "=") or what.startswith("weight "):
        return Answer("Around the = of a parameter stands no space.", "Write it in one word: weight=3.")
    value = what.partition("=")[2]
    if what.startswith("weight=") and value.endswith(","):
        return Answer(
            "No comma stands between the words of a directive, and each server has a line of its own.",
            f"Write server … weight={value.rstrip(',')}; and the next server below it.",
        )
    if what.startswith("weight=") and value.endswith("%"):
        return Answer(
            "A weight is a whole number and no share: what counts is how the weights are to each other.",
            "Write weight=3 for one that gets three times as much as one with weight=1.",
        )
    if what.startswith("weight="):
        return Answer(
            "A weight is a whole number, 1 or more.", "Write weight=1, or “down” for a server that gets nothing."
        )
    word = re.match(r"\w+", what)
    if name == "server" and word is not None and word[0] in _OF_PLUS and what[word.end() :][:1] in ("", "="):
        return Answer(
            f"“{word[0]}” is a parameter of nginx Plus, or of a newer nginx, and the one that runs here has none.",
            f"Take {what} out.",
        )
    near = nearest(word[0], PARAMETERS) if word and name == "server" else None
    if near is not None and word is not None:
        value = what[word.end() :].lstrip("=: ")
        return Answer(
            f"“server” does not know the parameter “{what}”.", f"Write {near}={value}." if value else f"Write {near}."
        )
    return Answer(
        f"“{name}” does not know the parameter “{what}”.",
        "Check its spelling; is there a semicolon where the directive should end?",
    )


@row(r'^invalid value "(?P<what>.*)" in "(?P<name>[^"]+)" directive')
def _value(said: Said, found: re.Match[str]) -> Answer:
    return Answer(
        f"“{found['name']}” does not take the value “{found['what']}”.",
        "Look at the values that nginx's documentation names; often they are on and off.",
    )


plain(
    r'^"(?P<name>[^"]+)" directive invalid value',
    "“{name}” does not take this value.",
    "A time is written as 5s or 1m, a size as 10k or 1m.",
)
plain(
    r'^the "quic" parameter requires',
    "The nginx that runs here was built without HTTP/3, which is what “quic” stands for.",
    "Take the line out; “listen 443 ssl” is enough for browsers.",
)
plain(r'^invalid time value "(?P<what>.*)"', "“{what}” is no time.", "Write a time as 500ms, 5s or 1m.")


@row(r"^invalid URL prefix")
def _prefix(said: Said, _: re.Match[str]) -> Answer:
    url = next(iter(said.statement.statement.values()), "") if said.statement else ""
    rest = re.sub(r"^(https?)?:?/*", "", url)
    if url[:1] in CURLY:
        return Answer(
            f"The quotes {url[0]} are letters to nginx, so this URL does not begin with http://.",
            "Type them again as ' or \", or leave them out: a word processor made them curly.",
        )
    if re.match(r"https?:?/*[^/:]", url) and not rest.startswith("/"):
        scheme = "https" if url.startswith("https") else "http"
        begins = url[: len(url) - len(rest)]
        return Answer(f"A URL begins with {scheme}://, and this one with {begins}.", f"Write {scheme}://{rest}.")
    return Answer(
        "proxy_pass takes a URL, and this one does not begin with http:// or https://.",
        "Write http:// before the name.",
    )


@row(r'^no host in upstream "(?P<what>.*)"')
def _no_host(said: Said, found: re.Match[str]) -> Answer:
    rest = found["what"].lstrip("/")
    if rest and found["what"].startswith("/"):
        return Answer("There is a slash too many behind http:, so no name comes after the first two.", f"Write {rest}.")
    return Answer(f"“{found['what']}” has no host.", "Name the service: application:8000.")


plain(
    r'^invalid host in upstream "(?P<what>.*)"',
    "“{what}” can't be a host and a port.",
    "In an upstream, a server is named without http:// and without a path: server application:8000;",
)
plain(
    r'^invalid port in (?:upstream )?"(?P<what>.*?)"',
    "The port in “{what}” is none: ports are whole numbers from 1 to 65535.",
    "Check the port.",
)
plain(
    r'^upstream "(?P<name>.*)" may not have port (?P<port>\d+)',
    "“{name}” is the name of an upstream block, and its servers have their ports there.",
    "Write proxy_pass http://{name}; without a port.",
)
plain(
    r'^duplicate upstream "(?P<name>.*)"',
    "There are two upstream blocks named “{name}”.",
    "Give one of them another name, or put their servers together.",
)
plain(
    r"^no servers are inside upstream",
    "This upstream block has no server in it.",
    "Write a line for each: server application1:8000;",
)
plain(
    r'^balancing method does not support parameter "(?P<what>.*)"',
    "The balancing method of this upstream can't do with “{what}”.",
    "Take the parameter out, or the method.",
)
plain(r"^load balancing method redefined", "This upstream has two balancing methods.", "Keep one of them.")
plain(
    r'^"proxy_pass" cannot have URI part in location given by regular expression',
    "In a location with ~, in a named one and in an if, proxy_pass takes no path after the host.",
    "Take the path (the slash too) away.",
)


@row(r'^host not found in upstream "(?P<what>.*)"')
def _host(said: Said, found: re.Match[str]) -> Answer:
    return Answer(f"No service is called “{found['what'].partition(':')[0]}”.", "Check its spelling.")


plain(
    r'^host not found in "=" of the "listen" directive',
    "A directive is its name, a space and its values, without an =.",
    "Take the = away: listen 80;",
)
plain(
    r'^host not found in "(?P<what>.*)" of the "listen" directive',
    "“{what}” is no port and no address of nginx's own machine.",
    "Write the port alone: listen 80;",
)


@row(r'^server name "(?P<what>.*)" has suspicious symbols')
@or_semicolon
def _suspicious(_: Said, found: re.Match[str]) -> Answer:
    name = re.sub(r":\d+$", "", re.sub(r"^\w+://", "", found["what"]).partition("/")[0])
    return Answer(
        f"The server_name “{found['what']}” never matches: it is compared with the host alone, "
        "without scheme, port and path.",
        f"Write server_name {name};" if name and "$" not in name else "Take it out.",
    )


@row(r"^a duplicate listen (?P<what>\S+)")
def _listen_twice(said: Said, found: re.Match[str]) -> Answer:
    return Answer("This server listens on the same port twice.", "Take one of the two lines out.")


plain(
    r"^a duplicate default server for (?P<what>\S+)",
    "Two servers want to be the default one of {what}.",
    "Leave default_server with one of them.",
)
plain(
    r'^duplicate location "(?P<what>.*)"',
    "This server has two locations “{what}”, and nginx can't tell which one is meant.",
    "Put them together, or change one of the paths.",
)
plain(
    r'^location "(?P<inner>.*)" is outside location "(?P<outer>.*)"',
    "“location {inner}” stands within “location {outer}”, whose paths it does not begin with.",
    "Close the outer location with a “}}” before it.",
)
plain(
    r'^invalid location modifier "(?P<what>.*)"',
    "“{what}” is no kind of location.",
    "There are =, ~, ~* and ^~, or none.",
)
plain(
    r"^pcre2?_compile\(\) failed: (?:missing \)|missing closing parenthesis|missing terminating \]).*",
    "In the regular expression of this line a ( or a [ is opened and never closed.",
    "Close it where it should end.",
)
plain(
    r"^pcre2?_compile\(\) failed: (?P<why>.*)",
    "The regular expression of this line can't be read: {why}.",
    "A regular expression with {{ }} or ; needs quotes.",
)


@row(r'^unknown log format "(?P<name>.*)"')
def _log_format(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    formats = [each.statement.values()[0] for each in said.project.named("log_format") if each.statement.arguments]
    first = next(iter(said.statement.statement.values()), "") if said.statement else ""
    if "/" in name or first in formats:
        return Answer(
            f"The file comes first and the name of the format behind it, and here “{name}” comes second.",
            f"Write access_log {name} {first};",
        )
    near = nearest(name, formats)
    if near is not None:
        return Answer(f"No log_format is called “{name}”.", f"Did you mean “{near}”?")
    return Answer(
        f"No log_format is called “{name}”.",
        f"Write log_format {name} '…'; outside of the server block, or correct the name.",
    )


@row(r'^duplicate "log_format" name "(?P<name>.*)"')
def _format_twice(_: Said, found: re.Match[str]) -> Answer:
    whose = {
        "combined": "nginx itself has one called so",
        "main": "the nginx.conf of the official image has one called main",
    }
    why = whose.get(found["name"], "it stands in this file twice")
    return Answer(
        f"There is a log_format “{found['name']}” already: {why}.", "Give yours another name, here and in access_log."
    )


plain(
    r"^duplicate extension ",
    "The types of files are listed twice: the nginx.conf around your file has the list already.",
    "Take the second list, or its include, out.",
)
plain(
    r'^duplicate MIME type "(?P<what>.*)"',
    "{what} is in the list by itself, and need not be named.",
    "Take {what} out of the line.",
)
plain(
    r'^"proxy_redirect default" should be placed after',
    "“proxy_redirect default” means the URL of proxy_pass, so it comes behind it in the same block.",
    "Move it below proxy_pass, or leave it out: it is the default.",
)
plain(
    r"^invalid number of the (?P<name>\w+) parameters",
    "In “{name}”, every line has two words: what is compared, and the value that comes of it.",
    "Look at the words of this line; one with spaces needs quotes.",
)
plain(
    r'^location "(?P<inner>.*)" cannot be inside the (?P<kind>\w+) location "(?P<outer>.*)"',
    "“location {outer}” is for one address alone, so no “location {inner}” can stand in it.",
    "Close it with a “}}” before the other begins.",
)
plain(
    r'^named location "(?P<name>.*)" (?:can be on|must be on)',
    "A location with @ stands directly in a server.",
    "Close the location around it with a “}}” before it.",
)
plain(
    r'^invalid condition "(?P<what>.*)"',
    "“{what}” is no condition of if: it begins with a variable, an operator or a comparison in parentheses.",
    "Write it as: if ($request_method = POST) {{ … }}.",
)
plain(
    r'^"(?P<name>alias|root)" directive is duplicate, "(?P<other>\w+)" directive was specified',
    "This block has a root and an alias, and only one of them can say where the files are.",
    "Take one of them out.",
)


@row(r'^invalid return code "(?P<what>.*)"')
def _return_code(said: Said, found: re.Match[str]) -> Answer:
    values = said.statement.statement.values() if said.statement else ()
    if len(values) == 2 and re.fullmatch(r"\d{3}", values[1]):
        return Answer(
            "The status comes first, and what belongs to it behind it.",
            f"Write the number first: return {values[1]} {values[0]};",
        )
    return Answer(f"“{found['what']}” is no status.", 'Write the number first: return 200 "text";')


plain(
    r"^the closing bracket in \"(?P<name>.*)\" variable is missing",
    "A variable begins with ${{ and has no }} behind its name.",
    "Write ${{name}}, or $name.",
)


@row(r'^invalid log level "(?P<what>.*)"')
def _level(said: Said, found: re.Match[str]) -> Answer:
    what = found["what"]
    if any(each.statement.values()[:1] == (what,) for each in said.project.named("log_format")):
        return Answer(
            f"“{what}” is a format of yours, and the log that takes one is access_log.",
            "Write access_log in the place of error_log.",
        )
    return Answer(f"error_log has no level “{what}”.", "There are error, warn, notice, info and debug.")


plain(r"deprecated", "nginx still takes this, and will not for ever.", "Its sentence says what to write instead.")


@row(r'^unknown "(?P<name>\w+)" variable')
def _variable(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    at = first_use(said.project, re.compile(rf"\$\{{?{re.escape(name)}\b", re.IGNORECASE))
    template = re.search(
        rf"\$\{{({re.escape(name.upper())})\}}", "".join(one.conf.text for one in said.project.sources)
    )
    if template is not None:
        return Answer(
            f"“{template[0]}” is no variable of nginx: its image fills in such names, in /etc/nginx/templates.",
            "Write the value itself.",
            at=at,
        )
    own = {
        each.statement.arguments[0].text[1:]
        for each in said.project.named("set")
        if each.statement.arguments and each.statement.arguments[0].text.startswith("$")
    }
    near = nearest(name, KNOWN | own)
    return Answer(
        f"nginx has no variable “${name}”.",
        f"Did you mean “${near}”?" if near else "Check its spelling, or give it a value with set.",
        at=at,
    )


plain(
    r"^invalid variable name",
    "A $ stands here, and no name of a variable after it.",
    "Names of variables have letters, digits and _.",
)
plain(
    r'^the duplicate "(?P<name>.*)" variable',
    "“${name}” is a variable of nginx's own, which set can't change.",
    "Take another name.",
)
