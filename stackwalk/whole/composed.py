"""What a learner's compose.yaml adds to a stack that runs without Docker: services by name, and folders by mount. Pure.

Only what Gunicorn runs can be run here, from the workspace and not from an image; all else stays unknown by name.
"""

from collections.abc import Callable

from stackwalk.compose.command import gunicorn_of, words_of
from stackwalk.compose.contents import source_of
from stackwalk.compose.dockerfile import Image
from stackwalk.compose.services import Build, ComposeFile, Service
from stackwalk.course.program import ProgramSpec
from stackwalk.whole.plan import Composed

DEFAULT_PORT = 8000  # Gunicorn's
SERVERS = ("nginx", "haproxy", "caddy", "httpd")  # in the names of images
_EVERYWHERE = ("0.0.0.0:", "[::]:")
ImageOf = Callable[[Build], Image | None]


def composed(compose: ComposeFile, image_of: ImageOf) -> Composed:
    """The services of a compose file, each under all its names; mounts of the others, and the web server's ports."""
    services: list[ProgramSpec] = []
    mounts: dict[str, str] = {}
    published: list[int] = []
    for service in compose.services:
        image = None if service.build is None else image_of(service.build)
        spec = _spec(service, image)
        if spec is not None:
            services += [spec._replace(name=name.lower()) for name in service.names or (service.name,)]
            continue
        if _is_server(service.image or "" if image is None else image.base):
            published += [int(one.target) for one in service.ports if one.target.isdigit() and one.protocol == "tcp"]
        for mount in service.mounts:
            source = source_of(mount)
            if source is not None:
                mounts[mount.target] = "" if source == "." else source
    return Composed(tuple(services), tuple(mounts.items()), tuple(published))


def _is_server(image: str) -> bool:
    """Whether that is the image of a web server: "nginx:1.30-alpine", "docker.io/library/caddy"."""
    name = image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    return any(server in name for server in SERVERS)


def _spec(service: Service, image: Image | None) -> ProgramSpec | None:
    environment = {**(image.environment if image else {}), **service.environment}
    command, entrypoint = service.command, service.entrypoint
    if image is not None:
        # A new entrypoint takes the image's own command away (Compose, `entrypoint`).
        command = command if command is not None or entrypoint is not None else image.command
        entrypoint = entrypoint if entrypoint is not None else image.entrypoint
    words = words_of(entrypoint, command, environment)
    gunicorn = gunicorn_of(words, environment)
    if gunicorn is None or not gunicorn.module or gunicorn.daemon:
        return None
    port = next((_port(bind) for bind in gunicorn.binds), DEFAULT_PORT)
    file = gunicorn.module.replace(".", "/") + ".py"
    # In a container every address is the container's; here it would be open to the whole network.
    run = tuple(_at_home(word) for word in words[_start(words) :])
    return ProgramSpec(service.name, run, file, port, answers=True) if port else None


def _start(words: tuple[str, ...]) -> int:
    """Where the command begins: what may stand before it (`exec`, `python -m`) is not all needed."""
    return 1 if words[:1] == ("exec",) else 0


def _at_home(word: str) -> str:
    for everywhere in _EVERYWHERE:
        word = word.replace(everywhere, "127.0.0.1:")
    return word


def _port(bind: str) -> int:
    port = bind.rpartition(":")[2]
    return int(port) if port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536 else 0
