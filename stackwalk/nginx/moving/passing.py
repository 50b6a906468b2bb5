"""proxy_pass and its kin, upstreams' servers, and the variables that either takes a name from.

A `host:port` of the file becomes a group of ours with the addresses that it has here, so that one name can stand
for several programs; the wrapper gives it the Host header that it would have in Compose.
"""

import re

from stackwalk.nginx.listening import DEFAULT_PORT, read_listen
from stackwalk.nginx.moved import Group, Reading
from stackwalk.nginx.moving import aiming
from stackwalk.nginx.moving.draft import Draft, shown
from stackwalk.nginx.moving.headers import redirects
from stackwalk.nginx.moving.survey import BY_VARIABLE, Survey, given_by
from stackwalk.nginx.naming import Upstream, is_nowhere, listed, nearest, nowhere, read_authority, upstream_of
from stackwalk.nginx.paths import place_of
from stackwalk.nginx.project import Found
from stackwalk.nginx.setting import Address, Setting
from stackwalk.nginx.tokens import Token

OURS = "sw_"  # the beginning of our groups' names

# The directives that pass a request on: the beginnings of their URLs, and the port of each.
SCHEMES: dict[str, dict[str, int]] = {
    "proxy_pass": {"http://": 80, "https://": 443},
    "grpc_pass": {"grpc://": 80, "grpcs://": 443, "": 80},
    "fastcgi_pass": {"": 9000},
    "uwsgi_pass": {"": 3031},
    "scgi_pass": {"": 4000},
    "memcached_pass": {"": 11211},
}
# A host, of variables too; those that hold a path end it.
_AUTHORITY = re.compile(r"(?:[^/?#$]|\$(?!\{?(?:request_uri|uri|document_uri|is_args)\b))*")
_RESOLVER = "127.0.0.11:5"  # Docker's address, and a port at which nobody listens
_GIVEN = re.compile(r"(?P<scheme>(?:https?://)?)(?P<authority>[A-Za-z0-9._-]+(?::\d+)?)(?P<path>(?:/[^$]*)?)", re.ASCII)


def upstream_server(draft: Draft, found: Found) -> None:
    """`server` in an upstream. A service of several programs becomes several servers on the same line."""
    if not found.statement.arguments:
        return
    word = found.statement.arguments[0]
    if word.text.lower().startswith("unix:"):
        _unix_socket(draft, found, word, "")
        return
    read = None if "$" in word.text else read_authority(word.text, 80)
    if read is None:
        return
    addresses = _addresses(draft, found, word, upstream_of(*read, draft.setting), word.text)
    if not addresses:
        return
    draft.put(word, shown(addresses[0]))
    rest = "".join(f" {draft.raw(each)}" for each in found.statement.arguments[1:])
    for address in addresses[1:]:
        draft.add(found.statement, f" server {shown(address)}{rest};".replace("\r", " ").replace("\n", " "))


def passed_on(draft: Draft, found: Found) -> None:
    """proxy_pass and its kin."""
    if not found.statement.arguments:
        return
    word = found.statement.arguments[0]
    schemes = SCHEMES[found.statement.name]
    scheme = next((each for each in schemes if each and word.text.lower().startswith(each)), "")
    url_start, rest = word.text[: len(scheme)], word.text[len(scheme) :]
    match = _AUTHORITY.match(rest)
    authority = match.group() if match else ""
    path = rest[len(authority) :]
    if "$" in authority and not rest.lower().startswith("unix:"):
        if scheme in schemes or rest.startswith("$"):
            _passed_to_variable(draft, found, word, url_start, authority, schemes.get(scheme, 80))
        return
    if scheme not in schemes:
        return  # nginx says what is missing
    if rest.lower().startswith("unix:"):
        _unix_socket(draft, found, word, url_start)
        return
    read = read_authority(authority, schemes[scheme])
    if read is None or read[0].lower() in draft.survey.upstreams:
        return
    if read[0].startswith(OURS) and read[0].lower() not in draft.setting.services:
        return  # it was moved before
    if "$" in path and not aiming.is_address(authority) and not _known_by_then(authority, draft.survey):
        return
    upstream = upstream_of(*read, draft.setting)
    addresses = _addresses(draft, found, word, upstream, read[0])
    if addresses:
        draft.put(word, url_start + _group(draft, upstream, addresses, authority) + path)
        if found.statement.name == "proxy_pass" and "$" not in path:
            redirects(draft, found, url_start + authority, path)


def _passed_to_variable(
    draft: Draft, found: Found, word: Token, scheme: str, authority: str, default_port: int
) -> None:
    """`proxy_pass http://$backend:8000`: what the variable is set to becomes a group, which has no port."""
    if authority.startswith(("$sw_", "${sw_")):
        return  # it was moved before
    at = BY_VARIABLE.match(word.text)
    variable = (at["braced"] or at["plain"]) if at is not None else ""
    values = draft.survey.given.get(variable, ())
    services = [_service_in(each.text, at["port"] or "" if at else "", draft.setting) for each in values]
    known = all(
        service is not None or _leads_nowhere_else(each.text, draft.survey)
        for each, service in zip(values, services, strict=True)
    )
    if at is None or not values or not known or variable in draft.survey.captured:
        aiming.aim(draft, found, word, scheme, authority, default_port)
        return
    moved = all(each is not None and _known_by_then(each[1], draft.survey) for each in services)
    if at["port"] and moved and len(draft.survey.passing[variable]) == 1:
        draft.put(word, word.text[: at.start("port")] + word.text[at.end("port") :])


def _leads_nowhere_else(value: str, survey: Survey) -> bool:
    """Whether it is a group of the learner's, or a name that nginx can't look up."""
    if re.sub(r"^https?://", "", value).partition("/")[0].lower() in survey.upstreams:
        return True
    return "$" not in value and not aiming.is_address(value) and not survey.resolves


def given(draft: Draft, found: Found) -> None:
    """`set`, `map` and `split_clients`, where a proxy_pass takes its host from what they give."""
    for variable, words in given_by(found.statement).items():
        ports = draft.survey.passing.get(variable, frozenset())
        if len(ports) == 1:
            _given(draft, found, words, next(iter(ports)))


def _given(draft: Draft, found: Found, words: tuple[Token, ...], port: str) -> None:
    for word in words:
        service = _service_in(word.text, port, draft.setting)
        if service is None:
            if aiming.is_address(word.text):
                _is_address(draft, found, word, word.text)
            continue
        scheme, authority, upstream, path = service
        if _known_by_then(authority, draft.survey):
            addresses = _addresses(draft, found, word, upstream, authority)
            draft.put(word, scheme + _group(draft, upstream, addresses, authority) + path)


def _service_in(value: str, port: str, setting: Setting) -> tuple[str, str, Upstream, str] | None:
    """Scheme, authority, program and path of a value that names a service; `port` follows where it is used."""
    at = _GIVEN.fullmatch(value)
    if at is None:
        return None
    authority = at["authority"] if ":" in at["authority"] else at["authority"] + port
    read = read_authority(authority, 443 if at["scheme"] == "https://" else 80)
    if read is None or read[0].lower() not in setting.services:
        return None
    return at["scheme"], authority, upstream_of(*read, setting), at["path"]


def _known_by_then(authority: str, survey: Survey) -> bool:
    """Whether nginx can find a name at the time of a request: by a resolver, or because it learnt it at its start."""
    return survey.resolves or authority in survey.plain


def _group(draft: Draft, upstream: Upstream, addresses: tuple[Address, ...], typed: str) -> str:
    host, _, port = upstream.typed.rpartition(":")
    name = f"{OURS}{re.sub(r'[^A-Za-z0-9.-]', '-', host).lower()}_{port}"
    draft.groups.setdefault(name, Group(name, typed, addresses))
    draft.names.setdefault(name, typed)
    return name


def _addresses(draft: Draft, found: Found, word: Token, upstream: Upstream, asked: str) -> tuple[Address, ...]:
    """Where it is, with a word about it where that is not what the learner may think. (): it stays as it is typed.

    `asked` is the name as nginx would put it.
    """
    host, _, port = upstream.typed.rpartition(":")
    services = draft.setting.services
    addresses = upstream.addresses
    every = _every_request(draft, found)
    if upstream.kind == "ours":
        return ()
    if upstream.kind == "unknown" and any(_is_nearly_group(each, host) for each in draft.project.all()):
        addresses = (nowhere(int(port)),)  # nginx itself refuses that block, and says where
    elif upstream.kind == "unknown":
        near = nearest(host, {*services, *draft.survey.upstreams})
        # With a name to offer, the others would only be names that no lesson has told of yet.
        here = f" Here {'is' if len(services) == 1 else 'are'} {listed(services)}." if services and not near else ""
        draft.remark(
            found,
            "error",
            f"No service is called “{host}”.{here}",
            f"Did you mean “{near}”?" if near else "Name one of them, or an upstream of this file.",
            said=f'host not found in upstream "{asked}"',
            word=word,
        )
        addresses = (nowhere(int(port)),)
    elif upstream.kind == "address":
        _is_address(draft, found, word, host)
        addresses = (nowhere(int(port)),)
    elif upstream.kind == "wrong port":
        right = services[host.lower()].port
        draft.remark(
            found,
            "note",
            f"{host} listens on port {right}, and nginx asks it on port {port}: {every} ends as a 502.",
            f"Write {host}:{right}.",
            word=word,
        )
    elif upstream.kind == "not running":
        draft.remark(
            found,
            "note",
            f"“{host}” is known by name, and nothing of it runs here: {every} ends as a 502.",
            "Look at what it should be started from.",
            word=word,
        )
    elif upstream.kind == "itself" and is_nowhere(addresses[0]):
        name = next((name for name, each in services.items() if each.port == int(port)), None)
        other = f"and {name} runs on another one" if name else "and every service runs on another one"
        draft.remark(
            found,
            "note",
            f"“{host}” is nginx's own machine, {other}: nobody listens on port {port} there, so {every} ends as a 502.",
            f"Name the service: {name}:{port}." if name else "Name the service.",
            word=word,
        )
    elif upstream.kind == "itself" and _asks_itself(draft, found, int(port)):
        draft.remark(
            found,
            "note",
            f"“{upstream.typed}” is nginx itself: it asks itself until it has no connection left.",
            "Name the service that should answer.",
            word=word,
        )
    for address in addresses:
        draft.also_known(address, asked if ":" in asked else upstream.typed)
    return addresses


def _every_request(draft: Draft, found: Found) -> str:
    """What fails where one that is asked does not answer; nginx then asks the next server of a group."""
    if found.statement.name != "server":
        return "every request"
    if any(word.text == "backup" for word in found.statement.arguments):
        return "what only this backup is left for"
    if len(draft.around(found).get("server", ())) > 1:
        return "what comes to this server goes on to the next of the group, and with none left it"
    return "every request"


def _asks_itself(draft: Draft, found: Found, port: int) -> bool:
    """Whether a block asks the very port at which it listens: one of another port may be meant."""
    if found.statement.name == "server":
        group = found.parents[-1].values()[:1] if found.parents else ()
        users = [each for each in draft.project.named(*SCHEMES) if _names(each.statement.values(), group)]
        return any(port in _ports_around(draft, each) for each in users)
    return port in _ports_around(draft, found)


def _names(values: tuple[str, ...], group: tuple[str, ...]) -> bool:
    host = re.sub(r"^\w+://", "", values[0]).partition("/")[0] if values else ""
    return host.lower() in {each.lower() for each in group}


def _ports_around(draft: Draft, found: Found) -> set[int]:
    """The ports of the server around a directive; of one that stands in a file of its own, every port."""
    block = next((each for each in found.parents if each.name == "server"), None)
    if block is None:
        return set(draft.setting.ports)
    inside = draft.project.inside(found.source, block.block or ())
    listens = [read_listen(each.arguments[0].text) for each in inside if each.name == "listen" and each.arguments]
    return {each.port for each in listens} or {DEFAULT_PORT}


def _is_address(draft: Draft, found: Found, word: Token, host: str) -> None:
    draft.remark(
        found,
        "note",
        f"“{host}” is an address, and a service may have another one each time it starts. "
        "In this lab nginx reaches services by their names alone: nobody answers there.",
        "Name the service: its name stays.",
        word=word,
    )


def resolver(draft: Draft, found: Found) -> None:
    """Nobody outside of this machine is asked for an address: the names that may be asked for are known."""
    for word in found.statement.arguments:
        if "=" in word.text or word.text == _RESOLVER or read_authority(word.text, 53) is None:
            continue
        draft.put(word, _RESOLVER)
        draft.names.setdefault(_RESOLVER, word.text)


def _is_nearly_group(found: Found, name: str) -> bool:
    """Whether it is a block that was to be an upstream of that name."""
    statement = found.statement
    nearly = statement.name != "upstream" and nearest(statement.name.rstrip(":"), {"upstream"}) is not None
    return nearly and statement.block is not None and statement.values()[:1] == (name,)


def _unix_socket(draft: Draft, found: Found, word: Token, url_start: str) -> None:
    rest = word.text[len(url_start) + len("unix:") :]
    path = rest.partition(":")[0]
    place = place_of(path, draft.setting)
    if place.path is not None and "$" not in path:
        draft.put(word, f"{url_start}unix:{place.path}{rest[len(path) :]}")
        draft.readings.append(Reading(place.path, word.text, found.statement.name, draft.source.name, word.line))
        return
    draft.put(word, f"{url_start}unix:{draft.setting.run}/refused.sock")
    draft.remark(
        found,
        "error",
        f"The socket {path} is not in your folder, and nothing outside of it is given to nginx.",
        "Name a service and its port instead.",
        word=word,
    )
