"""Which of the learner's files a container finds, and where: COPY, .dockerignore and mounts followed by hand. Pure.

Files are named by their paths in the workspace, with / and without a leading one; paths in a container are absolute.
"""

import posixpath
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase

from e2b_dockerfile_utils import PatternMatcher

from stackwalk.compose.dockerfile import Copy, Image
from stackwalk.compose.fault import FileFault
from stackwalk.compose.services import Mount


def inside(folder: str, files: Iterable[str]) -> tuple[str, ...]:
    """The files in a folder of the workspace, named from there; "" or "." is the workspace itself."""
    start = posixpath.normpath(folder)
    if start == ".":
        return tuple(files)
    return tuple(posixpath.relpath(one, start) for one in files if one.startswith(f"{start}/"))


def not_ignored(files: Iterable[str], ignore: str) -> tuple[str, ...]:
    """The files of a build's context that its .dockerignore leaves in. Raises FileFault."""
    patterns = [line.strip() for line in ignore.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    try:
        matcher = PatternMatcher(patterns)
        return tuple(one for one in files if not matcher.matches(one))
    except ValueError as error:
        raise FileFault(f"a pattern can't be read: {error}.") from None


def copied(image: Image, files: Collection[str]) -> dict[str, str]:
    """Return path in the image -> file of the context, after all COPY and ADD. Raises FileFault.

    A source that names nothing is one: a build ends there.
    """
    found: dict[str, str] = {}
    for copy in image.copies:
        for source in copy.sources:
            found.update(_of_source(copy, source, files))
    return found


def _of_source(copy: Copy, source: str, files: Collection[str]) -> Mapping[str, str]:
    if "://" in source or source.startswith("git@"):
        return {}
    name = posixpath.normpath("/" + source).lstrip("/")  # `..` ends at the context
    if not name:
        return {posixpath.join(copy.target, one): one for one in files}
    entries = {one[: len(name)] for one in files if one == name or one.startswith(f"{name}/")}
    if any(sign in name for sign in "*?["):
        depth = name.count("/") + 1
        tops = ("/".join(one.split("/")[:depth]) for one in files)
        parts = name.split("/")
        entries = {
            top for top in tops
            if top.count("/") + 1 == depth and all(map(fnmatchcase, top.split("/"), parts))
        }  # fmt: skip
    if not entries:
        raise FileFault(f"it copies {source}, and there is no such file or folder to copy.", copy.line)
    found = {}
    for entry in entries:
        for one in files:
            if one == entry:
                into = copy.target.endswith("/") or len(entries) > 1
                found[posixpath.join(copy.target, posixpath.basename(one)) if into else copy.target] = one
            elif one.startswith(f"{entry}/"):  # what is in a folder is copied, not the folder itself
                found[posixpath.join(copy.target, one[len(entry) + 1 :])] = one
    return found


def with_mounts(contents: Mapping[str, str], mounts: Iterable[Mount], files: Collection[str]) -> dict[str, str]:
    """What a container finds once its mounts lie over what its image holds."""
    found = dict(contents)
    for mount in mounts:
        target = posixpath.normpath(mount.target)
        hidden = [path for path in found if path == target or path.startswith(f"{target}/")]
        source = source_of(mount)
        if mount.kind != "tmpfs" and source is None:
            continue  # a volume of Docker's own is filled with what the image has there
        for path in hidden:
            del found[path]
        if source is None:
            continue
        for one in files:
            if one == source:
                found[target] = one
            elif source == "." or one.startswith(f"{source}/"):
                found[posixpath.join(target, posixpath.relpath(one, source))] = one
    return found


def source_of(mount: Mount) -> str | None:
    """The file or folder of the workspace that a mount brings; None where it lies elsewhere."""
    if mount.kind not in ("bind", "config") or mount.source.startswith(("/", "~")):
        return None
    source = posixpath.normpath(mount.source)
    return None if source.startswith("..") else source
