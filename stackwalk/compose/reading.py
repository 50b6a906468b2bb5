"""compose.yaml -> ComposeFile: the short and the long forms, as Compose takes them. Pure.

What Compose refuses is a FileFault with its line. Source: https://docs.docker.com/reference/compose-file/
"""

import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping as Values
from dataclasses import replace
from typing import Literal

from stackwalk.compose import keys
from stackwalk.compose.document import Mapping, Node, Scalar, Sequence, read_document
from stackwalk.compose.fault import FileFault
from stackwalk.compose.interpolation import Filling
from stackwalk.compose.services import DEFAULT_NETWORK, Build, ComposeFile, Mount, Port, Service
from stackwalk.compose.typed import STRAIGHT, curly, image_fault

FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")  # in the order of Compose
VERSION_NOTE = "version: was needed once; Compose reads all files alike today, ignores it and says so. Leave it out."
_NAME = re.compile(r"[a-zA-Z0-9._-]+", re.ASCII)
_PORT = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[0-9]+(?:\.[0-9]+){3}):)?(?:(?P<published>[0-9]*(?:-[0-9]+)?):)?"
    r"(?P<target>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>tcp|udp|sctp))?",
    re.ASCII,
)
_TRUE = ("true", "yes", "on", "y", "1")
_RISKS = ("privileged", "cap_add", "devices", "security_opt", "use_api_socket")  # with any value but a false one
_HOST_RISKS = ("pid", "ipc", "network_mode", "userns_mode", "uts", "cgroup")  # with the value host
_MOST_DEPTH = 10  # of services that extend each other
_WORDED = ("labels", "annotations", "environment", "healthcheck")  # their values are texts of any kind


def read_compose(text: str, environment: Values[str, str], folder: str = "") -> ComposeFile:
    """Return what a compose file says. Raises FileFault.

    environment is what `${NAME}` finds, the .env file's. folder is where the file lies: `${PWD}` is that, and an
    absolute path to what lies below it is read as the relative one.
    """
    filling = Filling({"PWD": folder, **environment} if folder else environment)
    document = _filled(filling, read_document(text))
    if not isinstance(document, Mapping):
        raise FileFault("a compose file is a list of keys with their values, and this is none.", document.line)
    services = document.get("services")
    if services is None:
        _none_at_the_top(document)
    _known(document, keys.TOP, "A compose file")
    if services is None:
        raise FileFault("the key services: is missing; what runs stands below it.", document.line)
    if not isinstance(services, Mapping) or not services.entries:
        raise FileFault("below services: stand names with their keys, and none does here.", services.line)
    reader = _Reader(document, services, folder)
    found = tuple(reader.service(name) for name, _ in services.entries)
    _hold_together(found, services)
    notes: tuple[str, ...] = (VERSION_NOTE,) if document.get("version") is not None else ()
    if document.get("include") is not None:
        notes += ("include: names further files, which stackwalk does not read.",)
    return ComposeFile(found, (*notes, *reader.notes), tuple((name, line or 0) for name, line in filling.unset))


def _filled(filling: Filling, node: Node) -> Node:
    """The tree with the variables in its values filled in; keys stay as they are."""
    match node:
        case Scalar(text, line):
            return node if text is None else Scalar(filling.filled(text, line), line)
        case Sequence(items, line):
            return Sequence(tuple(_filled(filling, one) for one in items), line)
        case Mapping(entries, line):
            return Mapping(tuple((key, _filled(filling, value)) for key, value in entries), line)


class _Reader:
    """Reads the services of one document."""

    def __init__(self, document: Mapping, services: Mapping, folder: str) -> None:
        self.notes: dict[str, None] = {}
        self._services = services
        self._folder = folder.rstrip("/")
        self._volumes = _declared(document, "volumes")
        self._networks = {*_declared(document, "networks"), DEFAULT_NETWORK}
        self._configs = _declared(document, "configs")

    def service(self, name: Scalar) -> Service:
        """One service, with what it extends."""
        called = name.text or ""
        if not _NAME.fullmatch(called):
            raise FileFault(f"{called!r} can't be a service's name: letters, digits, - and _ only.", name.line)
        body = self._body(called, name.line, 0)
        _known(body, keys.SERVICE, f"The service {called}")
        _straight(body)
        image, build = _text(body, "image"), self._build(body)
        if image is None and build is None:
            raise FileFault(f"the service {called} has neither an image: nor a build:, so nothing can run.", name.line)
        if image is not None and not image:
            raise FileFault(f"the image of {called} is empty: a variable that nobody sets?", body.line_of("image"))
        if image is not None and (wrong := image_fault(image)):
            raise FileFault(wrong, body.line_of("image"))
        networks, aliases = self._networks_of(body)
        container = _text(body, "container_name")
        return Service(
            name=called,
            line=name.line,
            image=image,
            build=build,
            command=_words(body, "command"),
            entrypoint=_words(body, "entrypoint"),
            working_dir=_text(body, "working_dir"),
            environment=dict(_pairs(body, "environment")),
            ports=tuple(_ports(body)),
            mounts=tuple(self._mounts(body, called)),
            names=(called, *aliases, *([container] if container else [])),
            networks=networks,
            network_mode=_text(body, "network_mode"),
            waits_for=_waits_for(body),
            profiles=tuple(one.text or "" for one in _scalars(body.get("profiles"), "profiles")),
            copies=_copies(body),
            restarts=(_text(body, "restart") or "no") != "no",
            risks=tuple(_risks(body)),
            lines={key.text or "": key.line for key, _ in body.entries},
        )

    def _body(self, name: str, line: int, depth: int) -> Mapping:
        body = self._services.get(name)
        if not isinstance(body, Mapping):
            raise FileFault(f"the service {name} has no keys: is what belongs to it indented?", line)
        extends = body.get("extends")
        if extends is None:
            return body
        of = extends.get("service") if isinstance(extends, Mapping) else extends
        if isinstance(extends, Mapping) and extends.get("file") is not None:
            raise FileFault(
                "extends: names another file, which stackwalk does not read: keep all in one.", extends.line
            )
        base = of.text if isinstance(of, Scalar) and of.text else ""
        if depth > _MOST_DEPTH or self._services.get(base) is None:
            raise FileFault(f"{name} extends {base or 'nothing'}, and no service is called that.", extends.line)
        rest = Mapping(tuple(each for each in body.entries if each[0].text != "extends"), body.line)
        return _laid_over(self._body(base, extends.line, depth + 1), rest)

    def _build(self, body: Mapping) -> Build | None:
        found = body.get("build")
        if found is None:
            return None
        if isinstance(found, Scalar):
            if not found.text:
                raise FileFault("build: names the folder of the Dockerfile; the present one is a dot.", found.line)
            return Build(found.text, line=found.line)
        if not isinstance(found, Mapping):
            raise FileFault("build: is a folder, or keys such as context: and dockerfile:.", found.line)
        _known(found, keys.BUILD, "build:")
        return Build(
            context=_text(found, "context") or ".",
            dockerfile=_text(found, "dockerfile") or "Dockerfile",
            inline=_text(found, "dockerfile_inline"),
            target=_text(found, "target"),
            args=dict(_pairs(found, "args")),
            line=found.line,
        )

    def _networks_of(self, body: Mapping) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The networks of a service, and the further names that it has on them."""
        found = body.get("networks")
        if found is None or (isinstance(found, Scalar) and found.text is None):
            return (DEFAULT_NETWORK,), ()
        names, aliases = [], []
        for name, value in _named(found, "networks"):
            if (name.text or "") not in self._networks:
                raise FileFault(
                    f"the network {name.text} is used here, and declared nowhere: networks: at the top.", name.line
                )
            names.append(name.text or "")
            if isinstance(value, Mapping):
                aliases += [one.text or "" for one in _scalars(value.get("aliases"), "aliases")]
        return tuple(names), tuple(aliases)

    def _mounts(self, body: Mapping, called: str) -> Iterator[Mount]:
        for one in _items(body, "volumes"):
            mount = self._at_home(_mount(one))
            if mount.kind == "volume" and mount.source and mount.source not in self._volumes:
                raise FileFault(
                    f"{mount.source} is taken for a volume's name, and no volume is called that: a file or folder "
                    f"beside the compose file begins with ./ here.",
                    mount.line,
                    f"./{mount.source}:{mount.target}",
                )
            yield mount
        for one in _items(body, "tmpfs"):
            if isinstance(one, Scalar) and one.text:
                yield Mount("tmpfs", "", one.text.partition(":")[0], line=one.line)
        for one in _items(body, "configs"):
            name = one.text if isinstance(one, Scalar) else _text(one, "source") if isinstance(one, Mapping) else None
            declared = self._configs.get(name or "")
            if declared is None:
                raise FileFault(f"{called} uses the config {name}, and configs: at the top has none of it.", one.line)
            target = _text(one, "target") if isinstance(one, Mapping) else None
            source = _text(declared, "file") if isinstance(declared, Mapping) else None
            yield Mount("config", source or "", target or f"/{name}", True, one.line)

    def _at_home(self, mount: Mount) -> Mount:
        """The mount with a relative source, where an absolute one leads into the folder of the file."""
        if not self._folder or mount.kind != "bind" or not f"{mount.source}/".startswith(f"{self._folder}/"):
            return mount
        relative = "." + mount.source[len(self._folder) :].rstrip("/")
        said = (
            f"Line {mount.line}: {mount.source} is there on this machine alone; {relative} is wherever your folder is."
        )
        self.notes[said] = None
        return replace(mount, source=relative)


def _known(body: Mapping, known: frozenset[str], whose: str) -> None:
    for key, _ in body.entries:
        name = key.text or ""
        if name not in known and not name.startswith("x-"):
            raise FileFault(f"{whose} has no key {name}.", key.line, keys.near(name, known))


def _straight(node: Node) -> None:
    """Raise FileFault where a value stands in typographic quotes; what is a text for people may."""
    match node:
        case Scalar(text, line):
            if said := curly(text or ""):
                raise FileFault(said, line, STRAIGHT)
        case Sequence(items=items):
            for one in items:
                _straight(one)
        case Mapping(entries=entries):
            for key, value in entries:
                if key.text not in _WORDED:
                    _straight(value)


def _none_at_the_top(document: Mapping) -> None:
    for key, value in document.entries:
        if key.text not in keys.TOP and isinstance(value, Mapping) and (value.get("image") or value.get("build")):
            raise FileFault(
                f"{key.text} stands at the top, and services stand below the key services:.",
                key.line,
                "Write services: above them, and indent them by two spaces.",
            )


def _declared(document: Mapping, key: str) -> dict[str, Node]:
    found = document.get(key)
    return {name.text or "": value for name, value in found.entries} if isinstance(found, Mapping) else {}


def _laid_over(base: Mapping, over: Mapping) -> Mapping:
    """What `extends` makes of two services: lists are joined, mappings merged, a single value is replaced."""
    merged = {name.text: (name, value) for name, value in base.entries}
    for name, value in over.entries:
        before = merged.get(name.text, (name, None))[1]
        both: Node = value
        if isinstance(before, Sequence) and isinstance(value, Sequence) and name.text not in ("command", "entrypoint"):
            both = Sequence((*before.items, *value.items), value.line)
        elif isinstance(before, Mapping) and isinstance(value, Mapping):
            both = _laid_over(before, value)
        merged[name.text] = (name, both)
    return Mapping(tuple(merged.values()), over.line)


def _text(body: Mapping, key: str) -> str | None:
    found = body.get(key)
    if found is None:
        return None
    if not isinstance(found, Scalar):
        raise FileFault(f"{key}: has one value, and no list or keys below it.", body.line_of(key))
    return found.text


def _items(body: Mapping, key: str) -> tuple[Node, ...]:
    """What a key lists; a single value counts as a list of one where Compose takes it so."""
    found = body.get(key)
    if found is None or (isinstance(found, Scalar) and found.text is None):
        return ()
    if isinstance(found, Sequence):
        return found.items
    if isinstance(found, Scalar) and key == "tmpfs":
        return (found,)
    raise FileFault(f"{key}: is a list: each of its lines begins with a hyphen and a space.", body.line_of(key))


def _scalars(found: Node | None, key: str) -> tuple[Scalar, ...]:
    if found is None:
        return ()
    items = found.items if isinstance(found, Sequence) else (found,)
    for one in items:
        if not isinstance(one, Scalar):
            raise FileFault(f"{key}: lists single words.", one.line)
    return tuple(one for one in items if isinstance(one, Scalar))


def _named(found: Node, key: str) -> tuple[tuple[Scalar, Node], ...]:
    """The names of a list, or the keys of a mapping, with what belongs to each."""
    if isinstance(found, Mapping):
        return found.entries
    return tuple((one, one) for one in _scalars(found, key))


def _words(body: Mapping, key: str) -> tuple[str, ...] | None:
    """A command: a list of words, or one text that is cut as a shell would cut it."""
    found = body.get(key)
    if found is None or (isinstance(found, Scalar) and found.text is None):
        return None
    if isinstance(found, Scalar):
        try:
            return tuple(shlex.split(found.text or ""))
        except ValueError:
            raise FileFault(f"{key}: a quote is opened and never closed.", found.line) from None
    if isinstance(found, Mapping):
        raise FileFault(f"{key}: is a line or a list of words, and has no keys.", found.line)
    return tuple(one.text or "" for one in _scalars(found, key))


def _pairs(body: Mapping, key: str) -> Iterator[tuple[str, str]]:
    """NAME=value lines, or NAME: value keys."""
    found = body.get(key)
    if isinstance(found, Mapping):
        for name, value in found.entries:
            if not isinstance(value, Scalar):
                raise FileFault(f"{key}: each name has one value.", value.line)
            yield name.text or "", value.text or ""
    else:
        for one in _scalars(found, key):
            name_text, _, value_text = (one.text or "").partition("=")
            yield name_text, value_text


def _ports(body: Mapping) -> Iterator[Port]:
    for one in _items(body, "ports"):
        if isinstance(one, Mapping):
            _known(one, keys.PORT, "A port")
            target = _text(one, "target")
            if not target:
                raise FileFault("a port in its long form needs target:, the port in the container.", one.line)
            yield Port(
                target, _text(one, "published") or "", _text(one, "host_ip") or "", _text(one, "protocol") or "tcp",
                one.line,
            )  # fmt: skip
            continue
        match = _PORT.fullmatch(one.text or "") if isinstance(one, Scalar) else None
        if match is None:
            typed = one.text if isinstance(one, Scalar) else "what stands here"
            raise FileFault(
                f"{typed} is no port: the machine's, a colon, the container's.", one.line, '"8080:80", in quotes'
            )
        for number in re.findall("[0-9]+", f"{match['published'] or ''} {match['target']}"):
            if int(number[:9]) > 65535 or len(number) > 5:
                raise FileFault(f"{number} is no port: they end at 65535.", one.line)
        yield Port(
            match["target"], match["published"] or "", match["ip"] or "", match["protocol"] or "tcp", one.line
        )  # fmt: skip


def _mount(one: Node) -> Mount:
    if isinstance(one, Mapping):
        _known(one, keys.VOLUME, "A volume")
        kinds: dict[str, Literal["bind", "volume", "tmpfs"]] = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs"}
        kind, target = kinds.get(_text(one, "type") or ""), _text(one, "target")
        if kind is None or not target:
            raise FileFault("a volume in its long form needs type: (bind or volume) and target:.", one.line)
        read_only = (_text(one, "read_only") or "").lower() in _TRUE
        return Mount(kind, _text(one, "source") or "", target, read_only, one.line)
    parts = (one.text or "").split(":") if isinstance(one, Scalar) else []
    if not parts or not parts[0] or len(parts) > 3:
        raise FileFault("a volume is written as SOURCE:TARGET, or SOURCE:TARGET:ro.", one.line)
    if len(parts) == 1:
        return Mount("volume", "", parts[0], line=one.line)
    source, target, *mode = parts
    if not target.startswith("/"):
        raise FileFault(f"{target} is where the container finds it, and begins with a slash there.", one.line)
    return Mount(
        "bind" if source.startswith((".", "/", "~")) else "volume", source, target,
        bool(mode) and "ro" in mode[0].split(","), one.line,
    )  # fmt: skip


def _waits_for(body: Mapping) -> tuple[str, ...]:
    depends, links = body.get("depends_on"), _scalars(body.get("links"), "links")
    named = () if depends is None else _named(depends, "depends_on")
    return (*(name.text or "" for name, _ in named), *((one.text or "").partition(":")[0] for one in links))


def _copies(body: Mapping) -> str:
    deploy = body.get("deploy")
    typed = _text(deploy, "replicas") if isinstance(deploy, Mapping) else None
    return _text(body, "scale") or typed or "1"


def _risks(body: Mapping) -> Iterator[tuple[str, int]]:
    for key in (*_RISKS, *_HOST_RISKS):
        found = body.get(key)
        if found is None:
            continue
        value = (found.text or "").lower() if isinstance(found, Scalar) else "listed"
        if key in _HOST_RISKS:
            risky = value == "host"
        elif key in ("privileged", "use_api_socket"):
            risky = value in _TRUE
        else:
            risky = isinstance(found, Sequence) and bool(found.items)
        if risky:
            yield key, body.line_of(key)


def _hold_together(services: tuple[Service, ...], bodies: Mapping) -> None:
    """What each service waits for must be there."""
    known = {service.name for service in services}
    for service in services:
        body = bodies.get(service.name)
        depends = body.get("depends_on") if isinstance(body, Mapping) else None
        for name, _ in () if depends is None else _named(depends, "depends_on"):
            if (name.text or "") not in known:
                raise FileFault(f"{service.name} depends on {name.text}, and no service is called that.", name.line)
