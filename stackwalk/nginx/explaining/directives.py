"""Directives that nginx does not know, or not here."""

import re
import unicodedata

from stackwalk.nginx.directives import NAMES, places_of
from stackwalk.nginx.explaining.said import Said
from stackwalk.nginx.explaining.semicolon import or_semicolon
from stackwalk.nginx.explaining.table import Answer, row
from stackwalk.nginx.naming import nearest
from stackwalk.nginx.silent.characters import INVISIBLE

# What other programs, or people, call it.
_MEANT = {
    "balancer": "upstream",
    "cache": "proxy_cache",
    "forward": "proxy_pass",
    "header": "add_header",
    "log": "access_log",
    "pass": "proxy_pass",
    "port": "listen",
    "proxy": "proxy_pass",
    "proxypass": "proxy_pass",
    "redirect": "return",
    "set_header": "proxy_set_header",
    "proxy_add_header": "proxy_set_header",
    "timeout": "proxy_read_timeout",
}
# Those of nginx's other halves (stream, mail) that are taken for ones of HTTP.
_OF_HTTP = {"proxy_timeout": "proxy_read_timeout"}

# Of modules that nginx's own packages and images are built with, and others often are not.
_OFTEN_LACKING = frozenset(
    {
        "add_after_body",
        "add_before_body",
        "addition_types",
        "create_full_put_path",
        "dav_access",
        "dav_methods",
        "flv",
        "gunzip",
        "gunzip_buffers",
        "gzip_static",
        "http3",
        "min_delete_depth",
        "mp4",
        "mp4_buffer_size",
        "mp4_max_buffer_size",
        "quic_retry",
        "random_index",
        "slice",
        "stub_status",
        "sub_filter",
        "sub_filter_last_modified",
        "sub_filter_once",
        "sub_filter_types",
    }
)
# What the image's own nginx.conf says once in http.
_OF_IMAGE = frozenset({"default_type", "keepalive_timeout", "sendfile"})
CLOSE = 0.7  # how alike two names of directives are, where one was meant: "brotli" is not "root"


@row(r'^unknown directive "(?P<name>.*)"$')
def _unknown_directive(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    hidden = next((each for each in name if each in INVISIBLE and not name.startswith(each)), None)
    if hidden is not None:
        return Answer(
            f"In “{name}” stands {INVISIBLE[hidden]}, which looks like none or like a space, and is a letter to nginx.",
            "Delete the line and type it again.",
        )
    plain = name.lstrip("\ufeff\u200b\u00a0")
    if name and not plain:
        return Answer(
            "On this line stands a character that can't be seen, and nginx takes it for a directive.",
            "Delete the line and type it again.",
        )
    odd = next((each for each in plain if each.isalpha() and not each.isascii()), None)
    if odd is not None and plain == name and any(each.isascii() and each.isalpha() for each in name):
        kind = unicodedata.name(odd, "").partition(" ")[0].capitalize()
        return Answer(
            f"In “{name}” stands “{odd}”, a {kind} letter: it may look like another, and is none that nginx knows.",
            "Type the word again, with plain letters.",
        )
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
    block = said.statement is not None and said.statement.statement.block is not None
    near = nearest(name.rstrip(":"), NAMES, CLOSE)
    if name.endswith(":") and block and said.statement is not None and near is not None:
        values = "".join(f" {value}" for value in said.statement.statement.values())
        return Answer(f"nginx has no “{name}”: no colon stands behind a name.", f"Write {near}{values} {{")
    if name.endswith(":") or "=" in name:
        return Answer(
            f"nginx has no “{name}”: a directive is its name, a space, and values.", "Write it as: name value;"
        )
    if name in _OFTEN_LACKING:
        return Answer(
            f"The nginx that runs here was built without “{name}”, which the official image has.",
            "Take the line out for now, or name another nginx: --nginx FILE.",
        )
    near = _OF_HTTP.get(name) or _MEANT.get(name.lower()) or nearest(name, NAMES, CLOSE)
    if near and near != name:
        return Answer(f"nginx has no directive “{name}”.", f"Did you mean “{near}”?")
    if near:
        return Answer(
            f"This nginx does not have “{name}”: it is older than that, or was built without it.", "Take the line out."
        )
    swallowed = "$" in name or name in ("weight", "main", "GET")
    means = f"nginx has no directive “{name}”."
    return Answer(
        means, "Is the line before it closed with a semicolon too early?" if swallowed else "Check its spelling."
    )


@row(r'^"(?P<name>[^"]+)" directive is not allowed here')
def _not_allowed(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    inside = said.statement.path[-1] if said.statement and said.statement.path else "the top of the file"
    if said.source is not None and said.source.within == ("http",) and name in ("http", "events"):
        return Answer(
            f"This file is taken into an “http” block, where no “{name}” may stand.",
            "Write server and upstream blocks alone.",
        )
    meant = _OF_HTTP.get(name)
    if meant is not None:
        return Answer(f"“{name}” is for other things than HTTP.", f"Did you mean “{meant}”?")
    places = places_of(name)
    if not places:
        return Answer(f"“{name}” is for other things than HTTP.", "Take it out, or look for the one of HTTP.")
    where = " or ".join(places)
    unclosed = (
        " Is the block before it closed with a “}”?"
        if inside in ("server", "location", "upstream") and name in ("server", "upstream", "location")
        else ""
    )
    return Answer(f"“{name}” can't stand in {inside}: it belongs {where}.", f"Move it there.{unclosed}")


@row(r'^invalid number of arguments in "(?P<name>[^"]+)" directive')
@or_semicolon
def _arguments(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    count = len(said.statement.statement.arguments) if said.statement else 0
    if name == "proxy_set_header":
        return Answer(
            f"“{name}” takes a header's name and a value, and here {'is' if count == 1 else 'are'} {count} of the two.",
            'Write both: proxy_set_header Host $http_host; an empty value is "".',
        )
    values = said.statement.statement.values() if said.statement else ()
    if name == "location":
        return Answer(
            f"“location” takes the path that it is for, and here {'is none' if not count else f'are {count} words'}.",
            "Write it as: location / {",
        )
    if "=" in values:
        return Answer(f"A directive is its name, a space and its values: no = stands in “{name}”.", "Take the = away.")
    if len(values) == 2 and re.fullmatch(r"\d+(ms|s|m|h|d|k|g)", "".join(values), re.IGNORECASE):
        return Answer(
            f"“{' '.join(values)}” are two words, and “{name}” takes one.",
            f"Write it in one word: {name} {''.join(values)};",
        )
    if not count:
        return Answer(f"“{name}” says nothing yet: its value is missing.", f"Write it behind the name: {name} …;")
    return Answer(
        f"“{name}” takes another number of values than the {count} here.",
        "Look at its line in nginx's documentation; a value with spaces needs quotes.",
    )


@row(r'^directive "(?P<name>[^"]+)" has no opening "{"')
@or_semicolon
def _no_block(said: Said, found: re.Match[str]) -> Answer:
    return Answer(
        f"“{found['name']}” needs a block: {{ and }} instead of a semicolon.", f"Write {found['name']} … {{ … }}."
    )


@row(r'^directive "(?P<name>[^"]+)" is not terminated by ";"')
@or_semicolon
def _not_terminated(said: Said, found: re.Match[str]) -> Answer:
    # A block may stand there by its name, and not in the one that is still open around it.
    around = said.statement.parents[-1] if said.statement and said.statement.parents else None
    if around is not None and around.name in ("upstream", "types", "map") and found["name"] in ("server", "location"):
        title = " ".join(word.text for word in around.words)
        return Answer(
            f"“{title}” of line {around.line} is still open here, and in it no block of that kind can stand.",
            f"Close it with a }} above line {said.line}.",
        )
    return Answer(f"“{found['name']}” does not end with a semicolon before the “{{”.", "Put a ; at its end.")


@row(r'^"(?P<name>[^"]+)" directive is duplicate$')
def _duplicate(said: Said, found: re.Match[str]) -> Answer:
    name = found["name"]
    if _count(said, name) > 1:
        return Answer(f"“{name}” may stand once in a block, and here it is again.", "Take one of them out.")
    if name.startswith("map_hash_"):
        return Answer(
            f"“{name}” stands below a map, and nginx has made its table for maps by then.",
            "Move it above the first map.",
        )
    if name in _OF_IMAGE and not said.project.whole:
        return Answer(
            f"“{name}” may stand once, and the nginx.conf around your file has it already.",
            "Put it into your server block.",
        )
    return Answer(
        f"“{name}” may stand once in a block, and nginx has read it before: a file that is included counts, too.",
        "Take one of them out.",
    )


def _count(said: Said, name: str) -> int:
    found = said.statement
    if found is None:
        return 0
    around = found.parents[-1].block if found.parents else found.source.conf.statements
    return sum(each.name == name for each in around or ())
