"""Servers and locations: the ports of this machine, and a mark that says where a request was served."""

from stackwalk.nginx.editing import quoted
from stackwalk.nginx.listening import DEFAULT_PORT, Kind, Listen, read_listen
from stackwalk.nginx.moved import Block
from stackwalk.nginx.moving.draft import Draft, begins_with
from stackwalk.nginx.paths import name_in_run, ours
from stackwalk.nginx.project import Found, Project
from stackwalk.nginx.tokens import Token

WHERE = "$sw_at"  # the variable that says which block served a request
_LONGEST_TITLE = 200  # characters
_ON_A_PORT = ("any", "any6", "loopback", "loopback6", "elsewhere")


def ports_of(project: Project) -> tuple[int, ...]:
    """Every port that the file listens on, in its order: each needs one of this machine."""
    found: dict[int, None] = {}
    for each in project.named("server"):
        if each.path[-1:] != ("http",) or each.statement.block is None:
            continue
        listens = [
            read_listen(inner.arguments[0].text)
            for inner in project.inside(each.source, each.statement.block)
            if inner.name == "listen" and inner.arguments
        ]
        found |= dict.fromkeys(each.port for each in listens if each.kind in _ON_A_PORT)
        if not listens:
            found[DEFAULT_PORT] = None
    return tuple(found)


def http(draft: Draft, found: Found) -> None:
    """The head of a learner's own `http` block."""
    outermost = not found.path and found.statement.block is not None
    if outermost and not begins_with(found.statement, "include", draft.setting.http):
        draft.add(found.statement, f" include {quoted(draft.setting.http)};")


def server(draft: Draft, found: Found) -> None:
    """A server that does not listen gets the port that it has in the official image."""
    if found.statement.block is None or found.path[-1:] != ("http",):
        return
    _mark(draft, found)
    if DEFAULT_PORT in draft.setting.ports and "listen" not in draft.within(found.statement):
        here = _here(draft, "any", DEFAULT_PORT)
        draft.add(found.statement, f" listen {here};")
        draft.names.setdefault(here, f"0.0.0.0:{DEFAULT_PORT}")


def location(draft: Draft, found: Found) -> None:
    if found.statement.block is not None and found.path[-1:] in (("server",), ("location",)):
        _mark(draft, found)


def _mark(draft: Draft, found: Found) -> None:
    key = draft.keys[found.statement.words[0].start]
    title = " ".join(draft.raw(word) for word in found.statement.words)[:_LONGEST_TITLE]
    around = tuple(draft.keys[each.words[0].start] for each in found.parents if each.words[0].start in draft.keys)
    statement = found.statement
    draft.blocks.append(Block(key, draft.source.name, statement.line, statement.name, title, around))
    if not begins_with(statement, "set", WHERE):
        draft.add(statement, f" set {WHERE} {key};")


def listen(draft: Draft, found: Found) -> None:
    """`listen` in all its forms; what is none is left for nginx to say."""
    if not found.statement.arguments:
        return
    word = found.statement.arguments[0]
    at = read_listen(word.text)
    if at.kind in ("any", "loopback", "loopback6") and at.port in draft.setting.ports.values():
        return  # it was moved before
    if at.kind == "unix":
        if not ours(word.text[5:], draft.setting):
            draft.put(word, f"unix:{draft.setting.run}/socket-{name_in_run(word.text[5:])}")
    elif at.kind in _ON_A_PORT and at.port in draft.setting.ports:
        _listen_on(draft, found, word, at)
    elif at.kind in ("name", "range"):
        _no_port(draft, found, word, at)


def _listen_on(draft: Draft, found: Found, word: Token, at: Listen) -> None:
    both = [each for each in found.statement.arguments[1:] if each.text == "ipv6only=off"]
    kind: Kind = "any" if both else at.kind
    if kind in ("any6", "loopback6") and not draft.setting.ipv6:
        if _listens_besides(draft, found, ("any", "loopback"), None):
            draft.leave_out(found.statement)
            return
        kind = "any"
    elif kind in ("loopback", "elsewhere") and _listens_besides(draft, found, ("any",), at.port):
        draft.leave_out(found.statement)  # on any address, so on this one too; here they would be the same
        return
    for each in both:
        draft.swap(each, "")
    here = _here(draft, kind, at.port)
    draft.put(word, here)
    draft.names.setdefault(here, at.shown)


def _here(draft: Draft, kind: Kind, port: int) -> str:
    address = "[::1]" if kind in ("any6", "loopback6") else "127.0.0.1"
    return f"{address}:{draft.setting.ports[port]}"


def _listens_besides(draft: Draft, found: Found, kinds: tuple[Kind, ...], port: int | None) -> bool:
    """Whether the same server listens in one of these ways as well."""
    block = found.parents[-1].words[0].start if found.parents else -1
    if block not in draft.listens:
        typed = {each.arguments[0].text for each in draft.around(found).get("listen", ()) if each.arguments}
        draft.listens[block] = {read_listen(each) for each in typed}
    return any(at.kind in kinds and port in (None, at.port) for at in draft.listens[block])


def _no_port(draft: Draft, found: Found, word: Token, at: Listen) -> None:
    draft.put(word, f"unix:{draft.setting.run}/refused.sock")
    if at.kind == "range":
        means, said = f"“listen {at.typed}” asks for a range of ports, which this lab does not open.", ""
    else:
        means = f"“listen” takes a port or an address of nginx's own machine, and “{at.typed}” is a name."
        said = f'host not found in "{at.typed}" of the "listen" directive'
    draft.remark(found, "error", means, "Write the port alone: listen 80;", said=said, word=word)
