"""What RUN puts into an image: which packages, and whether it can at that place. Pure.

Only pip, apt-get and apk are read word by word; of all else its text is taken for what it may install.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator, Mapping

from stackwalk.compose.dockerfile import Image, Run
from stackwalk.compose.fault import FileFault

# Images of others that bring no pip.
_NO_PIP = re.compile(r"(?:.*/)?(alpine|busybox|caddy|debian|fedora|golang|httpd|nginx|node|ubuntu)(?::.*)?")
_BRINGS_PIP = re.compile(r"python3-pip|python3-full|py3-pip|get-pip|ensurepip|-m venv|python-pip|\buv\b|conda")
_PIP = re.compile(r"pip[0-9.]*")
_WITH_VALUE = frozenset({"-c", "-i", "-t", "-f", "--index-url", "--extra-index-url", "--constraint", "--target",
    "--prefix", "--root", "--find-links", "--timeout", "--retries", "--cache-dir", "--trusted-host",
    "--platform"})  # fmt: skip
_OF_SYSTEM = {"flask": ("python3-flask", "py3-flask"), "gunicorn": ("gunicorn", "python3-gunicorn", "py3-gunicorn")}
LISTS = re.compile(r"(requirements[^/]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg))$")


def installed(image: Image, there: Callable[[int], Mapping[str, str]], text: Callable[[str], str]) -> str:
    """All that names a package. there: path in the image -> file, after so many COPY. Raises FileFault."""
    said: list[str] = []
    before = ""
    for run in image.steps:
        folder = run.folder
        for words in _commands(run.text):
            if words[0] == "cd" and len(words) == 2:
                folder = posixpath.normpath(posixpath.join(folder, words[1]))
                continue
            pip = _of_pip(words)
            if pip is not None:
                if (base := _NO_PIP.fullmatch(image.base)) and not _BRINGS_PIP.search(before + run.text):
                    raise FileFault(f"the image {image.base} has no pip: {base[1]} is not Python's.", run.line,
                        "Begin FROM python:3.13-slim.")  # fmt: skip
                said += _by_pip(run, pip, folder, there(run.copies), text, image.is_foreign, before + run.text)
            elif words[0] in ("apt-get", "apt", "apk") and {"install", "add"} & {*words}:
                said += _by_system(run, words)
            else:
                said.append(" ".join(words))
                if re.search(r"uv sync|poetry|pipenv|install", " ".join(words)):
                    said += [text(file) for path, file in sorted(there(run.copies).items()) if LISTS.search(path)]
        before += f"{run.text}\n"
    return "\n".join(said)


def _commands(line: str) -> Iterator[list[str]]:
    """The commands of a line of shell, each as its words."""
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&;|")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        words = line.split()
    found: list[str] = []
    for word in [*words, ";"]:
        if word and set(word) <= {"&", ";", "|"}:
            if found:
                yield found
            found = []
        elif found or not re.match(r"\w+=|sudo$|exec$|set$", word):
            found.append(word)


def _of_pip(words: list[str]) -> list[str] | None:
    """What stands behind `pip install`."""
    names = [posixpath.basename(word) for word in words]
    at = next((place for place, name in enumerate(names[:4]) if _PIP.fullmatch(name)), None)
    if at is None or "install" not in words[at:] or "uv" in names[:at]:
        return None
    return words[words.index("install", at) + 1 :]


def _by_pip(
    run: Run, words: list[str], folder: str, there: Mapping[str, str], text: Callable[[str], str], foreign: bool,
    so_far: str,
) -> Iterator[str]:  # fmt: skip
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-r", "--requirement") or word.startswith(("-r", "--requirement=")):
            name = (
                rest.pop(0) if word in ("-r", "--requirement") and rest else re.sub(r"^(-r|--requirement=)", "", word)
            )
            file = there.get(posixpath.normpath(posixpath.join(folder, name)))
            made = foreign or run.has_mounts or re.search(rf">\s*\S*{re.escape(posixpath.basename(name))}", so_far)
            if file is not None:
                yield text(file)
            elif not made and not re.search(r"[:(<]|^/dev/", name):
                raise FileFault(f"RUN reads {name}, and no COPY above has brought it into the image.", run.line,
                    f"COPY {name} . above it, or the whole RUN below COPY . .")  # fmt: skip
        elif word in _WITH_VALUE:
            rest[:1] = []
        elif word.startswith("-"):
            continue
        elif word.endswith(",") or word == ",":
            raise FileFault(f"pip takes names with spaces between them, and “{word}” has a comma.", run.line,
                "RUN pip install flask gunicorn")  # fmt: skip
        elif word.startswith(".") or "/" in word:
            yield word
            yield from (text(file) for path, file in sorted(there.items()) if LISTS.search(path))
        else:
            yield word


def _by_system(run: Run, words: list[str]) -> Iterator[str]:
    for package, names in _OF_SYSTEM.items():
        if {*names} & {*words}:
            yield package
        elif package in words:
            raise FileFault(f"{words[0]} knows no package {package}: that is one of Python's, which pip installs.",
                run.line, "RUN pip install flask gunicorn")  # fmt: skip
