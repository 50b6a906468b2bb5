"""A learner's file and all that it includes, as one: what stands in which block, wherever it was typed."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from stackwalk.nginx.tokens import Conf, Statement, read_conf, walk

# In these blocks a first word is a value that the learner made up and no directive.
DATA = frozenset({"types", "map", "geo", "split_clients", "charset_map", "match"})


class Source(NamedTuple):
    """One file. `name` is its path in the workspace; `within` are the blocks around its first line, outermost first.

    `includes` are the files that each `include` of it takes in, by what was typed.
    """

    name: str
    conf: Conf
    within: tuple[str, ...] = ()
    includes: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def path_of(self, parents: tuple[Statement, ...]) -> tuple[str, ...]:
        """The names of the blocks around a statement."""
        return (*self.within, *(parent.name for parent in parents))


class Found(NamedTuple):
    """A statement, the file that it stands in, and the blocks around it in that file."""

    source: Source
    parents: tuple[Statement, ...]
    statement: Statement

    @property
    def path(self) -> tuple[str, ...]:
        return self.source.path_of(self.parents)

    @property
    def is_data(self) -> bool:
        return any(name in DATA for name in self.path)


class Project(NamedTuple):
    """All files, the one that nginx begins with first."""

    sources: tuple[Source, ...]

    @property
    def main(self) -> Source:
        return self.sources[0]

    @property
    def whole(self) -> bool:
        """Whether it is a full nginx.conf, and not what is included in its `http` block."""
        return not self.main.within

    def source(self, name: str) -> Source | None:
        return next((each for each in self.sources if each.name == name), None)

    def all(self) -> Iterator[Found]:
        """Every directive of every file; what stands in the blocks of `map` and the like is none."""
        for source in self.sources:
            for parents, statement in walk(source.conf.statements):
                found = Found(source, parents, statement)
                if not found.is_data:
                    yield found

    def named(self, *names: str) -> Iterator[Found]:
        """The directives of these names."""
        return (each for each in self.all() if each.statement.name in names)

    def inside(self, source: Source, block: tuple[Statement, ...], depth: int = 8) -> Iterator[Statement]:
        """What stands directly in a block, with that of the files that it includes in their place."""
        for statement in block:
            typed = statement.arguments[0].text if statement.name == "include" and statement.arguments else ""
            included = [self.source(name) for name in source.includes.get(typed, ())]
            if not included or not depth:
                yield statement
            for other in included:
                if other is not None and depth:
                    yield from self.inside(other, other.conf.statements, depth - 1)

    def in_http(self) -> list[Statement]:
        """What stands directly in the `http` block, wherever it was typed."""
        if not self.whole:
            return list(self.inside(self.main, self.main.conf.statements))
        top = self.inside(self.main, self.main.conf.statements)
        return [
            inner
            for each in top
            if each.name == "http" and each.block is not None
            for inner in self.inside(self.main, each.block)
        ]

    def upstreams(self) -> frozenset[str]:
        """The names of the learner's own groups."""
        return frozenset(
            each.statement.arguments[0].text
            for each in self.named("upstream")
            if each.statement.block is not None and each.statement.arguments
        )


def within_of(conf: Conf) -> tuple[str, ...]:
    """The blocks around a learner's first file: none where it has its own `http` or `events`."""
    return () if any(each.name in ("http", "events") for each in conf.statements) else ("http",)


def project_of(text: str, name: str = "nginx.conf") -> Project:
    """One file on its own."""
    conf = read_conf(text)
    return Project((Source(name, conf, within_of(conf)),))
