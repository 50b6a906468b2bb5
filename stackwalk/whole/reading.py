"""The compose file of a workspace, read for what it adds to the stack. What can't be read adds nothing."""

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from stackwalk.whole.plan import Composed

if TYPE_CHECKING:
    from stackwalk.compose.dockerfile import Image
    from stackwalk.compose.services import Build

# Of the parsers nothing is imported where there is no such file: they take 20 ms of each start.
FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")  # in the order of Compose
MOST = 256 * 1024  # bytes of a file


def read_composed(workspace: Path) -> Composed:
    """What the workspace's compose file names. A file that Docker would refuse is for step 4.7 to speak about."""
    name = next((one for one in FILES if (workspace / one).is_file()), None)
    text = None if name is None else _text(workspace, name)
    if text is None:
        return Composed()
    from stackwalk.compose.env_file import read_env
    from stackwalk.compose.fault import FileFault
    from stackwalk.compose.reading import read_compose
    from stackwalk.whole.composed import composed

    try:
        env = _text(workspace, ".env")
        compose = read_compose(text, {} if env is None else read_env(env), str(workspace))
        return composed(compose, lambda build: _image(workspace, build))
    except FileFault as fault:
        return Composed(against=" ".join(filter(None, (fault.where(str(name)), fault.try_this))))


def _image(workspace: Path, build: "Build") -> "Image | None":
    from stackwalk.compose.dockerfile import read_dockerfile
    from stackwalk.compose.fault import FileFault

    name = posixpath.normpath(posixpath.join(build.context, build.dockerfile))
    text = build.inline
    if text is None and not name.startswith(("..", "/", "~")) and "://" not in build.context:
        text = _text(workspace, name)
    try:
        return None if text is None else read_dockerfile(text, build.args, build.target)
    except FileFault:
        return None


def _text(workspace: Path, name: str) -> str | None:
    try:
        if not (workspace / name).resolve().is_relative_to(workspace.resolve()):
            return None  # a link that leads out: nothing outside of the workspace is read
        with (workspace / name).open("rb") as file:
            data = file.read(MOST + 1)
    except (OSError, RuntimeError):  # the latter: links in a circle
        return None
    return None if len(data) > MOST else data.decode("utf-8", "replace")
