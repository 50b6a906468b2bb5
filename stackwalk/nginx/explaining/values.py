"""What a directive is given."""

import re

from stackwalk.nginx.explaining.said import Said, first_use
from stackwalk.nginx.explaining.semicolon import or_semicolon
from stackwalk.nginx.explaining.table import Answer, plain, row
from stackwalk.nginx.naming import nearest
from stackwalk.nginx.variables import KNOWN


@row(r'^invalid parameter "(?P<what>.*)"$')
@or_semicolon
def _parameter(said: Said, found: re.Match[str]) -> Answer:
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
plain(r'^invalid time value "(?P<what>.*)"', "“{what}” is no time.", "Write a time as 500ms, 5s or 1m.")
plain(
    r"^invalid URL prefix",
    "proxy_pass takes a URL, and this one does not begin with http:// or https://.",
    "Write http:// before the name.",
)
plain(r'^no host in upstream "(?P<what>.*)"', "“{what}” has no host.", "Name the service: application:8000.")
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
    r'^host not found in "(?P<what>.*)" of the "listen" directive',
    "“{what}” is no port and no address of nginx's own machine.",
    "Write the port alone: listen 80;",
)


@row(r'^server name "(?P<what>.*)" has suspicious symbols')
def _suspicious(_: Said, found: re.Match[str]) -> Answer:
    name = re.sub(r":\d+$", "", re.sub(r"^\w+://", "", found["what"]).partition("/")[0])
    return Answer(
        f"The server_name “{found['what']}” never matches: it is compared with the host alone, "
        "without scheme, port and path.",
        f"Write server_name {name};",
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
    r"^pcre2?_compile\(\) failed: (?P<why>.*)",
    "The regular expression of this line can't be read: {why}.",
    "A regular expression with {{ }} or ; needs quotes.",
)
plain(
    r'^unknown log format "(?P<name>.*)"',
    "No log_format is called “{name}”.",
    "Write log_format {name} '…'; outside of the server block, or correct the name.",
)
plain(
    r'^duplicate "log_format" name "(?P<name>.*)"',
    "There is a log_format “{name}” already: the nginx.conf of the official image has one called main.",
    "Give yours another name, here and in access_log.",
)


@row(r'^unknown "(?P<name>\w+)" variable')
def _variable(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    at = first_use(said.project, re.compile(rf"\$\{{?{re.escape(name)}\b"))
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
