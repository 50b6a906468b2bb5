"""YAML as a tree that remembers its lines, bounded before it is built.

Scalars stay the text that was typed: which of them is a number or a truth value is for the reader of a key to say,
as Compose itself reads by its schema. PyYAML's events come without recursion, so depth and number are counted on
them first: a tree that would not fit is refused, not tried. Source: https://yaml.org/spec/1.2.2/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from stackwalk.compose.fault import FileFault

MOST_BYTES = 256 * 1024
MOST_EVENTS = 20_000  # of the file as it is typed
MOST_NODES = 50_000  # once aliases are followed: some lines of them can stand for a billion nodes
MOST_DEPTH = 40
_NULL = ("", "~", "null", "Null", "NULL")
_MERGE = "<<"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value that is no collection; None: nothing was typed, or null."""

    text: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file; merge keys (`<<`) are followed."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    line: int

    def get(self, key: str) -> "Node | None":
        """The value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    def line_of(self, key: str) -> int:
        """The line on which a key stands; the mapping's own where it has none."""
        return next((name.line for name, _ in self.entries if name.text == key), self.line)


Node = Scalar | Sequence | Mapping


def read_document(text: str) -> Node:
    """Return the one document of a YAML text. Raises FileFault where there is none, or more than can be meant."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise FileFault(
            f"it is larger than {MOST_BYTES // 1024} KB, and no file of this kind is.", None, "Is it the right file?"
        )
    try:
        _count(text)
        root = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _fault_of(error, text) from None
    if root is None:
        raise FileFault("there is nothing in it.")
    return _Builder().node(root, 0)


def _count(text: str) -> None:
    """Hold what was typed to its bounds before anything is built of it."""
    depth = documents = 0
    for number, event in enumerate(yaml.parse(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader)):
        line = None if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > MOST_DEPTH or number > MOST_EVENTS:
            raise FileFault("more is nested or listed here than any stack of services needs.", line)
        if documents > 1:
            raise FileFault("a second document begins here with ---, and only one is read.", line)


def _fault_of(error: yaml.YAMLError, text: str) -> FileFault:
    """YAML's complaint in the words of whoever typed it."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")[: error.position]
        return FileFault("a character stands here that no text file holds.", before.count("\n") + 1)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = None if mark is None else mark.line + 1
    lines = text.split("\n")
    typed = lines[line - 1] if line is not None and line <= len(lines) else ""
    problem = str(getattr(error, "problem", None) or "")
    if re.match(r" *\t", typed):
        return FileFault("a tab stands at the beginning of the line; YAML takes spaces only.", line)
    if "mapping values are not allowed" in problem:
        return FileFault(
            "a colon that can't be meant as a key's: the line before has a value already, or this one is indented "
            "otherwise than its neighbours.",
            line,
        )
    if "undefined alias" in problem:
        return FileFault(f"an alias (*) names an anchor (&) that is not there: {problem}.", line)
    if "found unexpected end of stream" in problem or "while scanning a quoted" in str(error):
        return FileFault("a quote is opened and never closed.", line)
    if "could not find expected ':'" in problem:
        return FileFault("a key without its colon.", None if line is None else max(1, line - 1))
    return FileFault(f"it can't be read as YAML: {problem or 'it is malformed'}.", line, "Look at the indentation.")


class _Builder:
    """Turns PyYAML's nodes into ours; what an alias names is counted each time that it is named."""

    def __init__(self) -> None:
        self._count = 0
        self._open: list[yaml.Node] = []

    def node(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + 1
        self._count += 1
        if self._count > MOST_NODES or depth > MOST_DEPTH * 2:
            raise FileFault("its aliases multiply beyond what any stack of services needs.", line)
        if any(one is node for one in self._open):
            raise FileFault("an alias names what it stands in itself.", line)
        self._open.append(node)
        try:
            return self._built(node, line, depth)
        finally:
            self._open.pop()

    def _built(self, node: yaml.Node, line: int, depth: int) -> Node:
        if isinstance(node, yaml.ScalarNode):
            plain = node.style is None
            return Scalar(None if plain and node.value in _NULL else node.value, line)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.node(one, depth + 1) for one in node.value), line)
        own: dict[str, tuple[Scalar, Node]] = {}
        merged: dict[str, tuple[Scalar, Node]] = {}
        for key, value in node.value:
            name = self.node(key, depth + 1)
            if not isinstance(name, Scalar) or name.text is None:
                raise FileFault("a key is a word here, and this one is none.", key.start_mark.line + 1)
            if name.text == _MERGE and key.style is None:
                for found in self._merged(value, depth):
                    merged.setdefault(found[0].text or "", found)
            elif name.text in own:
                raise FileFault(f"the key {name.text} stands here a second time.", name.line)
            else:
                own[name.text] = (name, self.node(value, depth + 1))
        return Mapping((*own.values(), *(each for name, each in merged.items() if name not in own)), line)

    def _merged(self, node: yaml.Node, depth: int) -> Iterator[tuple[Scalar, Node]]:
        found = self.node(node, depth + 1)
        for one in found.items if isinstance(found, Sequence) else (found,):
            if not isinstance(one, Mapping):
                raise FileFault("<< takes the keys of a mapping, and what it names is none.", node.start_mark.line + 1)
            yield from one.entries
