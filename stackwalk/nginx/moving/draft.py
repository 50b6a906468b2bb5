"""A file that is being moved: what is to change in it, and what is to be said about it."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from stackwalk.nginx.complaint import Complaint, Severity
from stackwalk.nginx.editing import Edit, edited, quoted
from stackwalk.nginx.listening import Listen
from stackwalk.nginx.moved import Aim, Block, Group, Log, Reading, Rewritten
from stackwalk.nginx.moving.survey import Survey
from stackwalk.nginx.project import Found, Project, Source
from stackwalk.nginx.setting import Address, Setting
from stackwalk.nginx.tainting import numbered
from stackwalk.nginx.tokens import Statement, Token, walk

NARROW = (("if",), ("limit_except",))  # the ends of paths at which few directives may stand


class Draft:
    """One file, and the changes so far. All change through the methods, which keep every line in its place."""

    def __init__(self, source: Source, project: Project, setting: Setting, survey: Survey) -> None:
        self.source = source
        self.project = project
        self.setting = setting
        self.survey = survey
        self.edits: list[Edit] = []
        self.complaints: dict[Complaint, None] = {}
        self.groups: dict[str, Group] = {}
        self.aims: dict[str, Aim] = {}
        self.logs: list[Log] = []
        self.blocks: list[Block] = []
        self.readings: list[Reading] = []
        self.names: dict[str, str] = {}
        self.gone = -1  # the end of the last stretch that was left out
        self.keys: dict[int, str] = {}  # where a server or a location begins -> its name in our log
        self.behind: dict[int, Statement] = {}  # where a directive begins -> the next of its block
        self.listens: dict[int, set[Listen]] = {}  # where a block begins -> the ports that it asks for
        self._mine: set[int] = set()
        self._around: set[tuple[int, str]] = set()  # what was added at the head of which block
        self._within: dict[int, dict[str, list[Statement]]] = {}
        self.swapped: set[int] = set()  # where words begin that have another text
        number = next((number for number, each in enumerate(self.project.sources) if each is self.source), 0)
        self._next_to_each_other(self.source.conf.statements)
        lines: Counter[int] = Counter()
        for _, each in walk(self.source.conf.statements):
            self._mine.add(id(each))
            self._next_to_each_other(each.block or ())
            if each.name in ("server", "location") and each.block is not None:
                # Several may begin on one line.
                nth = f":{lines[each.line]}" if lines[each.line] else ""
                self.keys[each.words[0].start] = f"{number}:{each.line}{nth}"
                lines[each.line] += 1

    def _next_to_each_other(self, statements: tuple[Statement, ...]) -> None:
        self.behind |= {one.words[0].start: other for one, other in pairwise(statements)}

    def done(self) -> Rewritten:
        return Rewritten(
            edited(self.source.conf.text, self.edits),
            tuple(self.complaints),
            tuple(self.groups.values()),
            tuple(self.logs),
            tuple(self.blocks),
            tuple(self.readings),
            tuple(self.aims.values()),
            tuple(self.names.items()),
        )

    def raw(self, word: Token) -> str:
        """A word as it stands in the text."""
        return self.source.conf.text[word.start : word.end]

    def put(self, word: Token, value: str) -> None:
        """Another value in the place of a word."""
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if word.quoted else quoted(value)
        if text != self.raw(word):
            self.swap(word, text)

    def swap(self, word: Token, text: str) -> None:
        """Another text in the place of a word, as it is."""
        self.edits.append(Edit(word.start, word.end, text))
        self.swapped.add(word.start)

    def add(self, statement: Statement, text: str) -> None:
        """Something behind a directive, or at the head of its block."""
        self.edits.append(Edit(statement.end, statement.end, text))

    def add_around(self, found: Found, text: str) -> bool:
        """The same for what may stand in a location, and in no `if` or `limit_except` of one: it goes out of these.

        Whether there is such a place in this file.
        """
        if found.path[-1:] not in NARROW:
            self.add(found.statement, text)
            return True
        block = self.wide(found)
        if block is not None and (block.words[0].start, text) not in self._around:
            self._around.add((block.words[0].start, text))
            self.add(block, text)
        return block is not None

    def wide(self, found: Found) -> Statement | None:
        """The nearest block around a directive that is no `if` and the like; None: it is not in this file."""
        return next((each for each in reversed(found.parents) if (each.name,) not in NARROW), None)

    def add_before(self, found: Found, text: str) -> None:
        """Something at the head of the block around a directive, or before it where its file has no such block."""
        block = self.wide(found)
        at = found.statement.words[0].start if block is None else block.end
        if (at, text) not in self._around:
            self._around.add((at, text))
            self.edits.append(Edit(at, at, text))

    def free(self, found: Found) -> frozenset[str]:
        """The variables that a request may give any value, as a directive there has them."""
        return self.survey.free | numbered(found, self.survey.free)

    def leave_out(self, statement: Statement) -> None:
        """Take a directive out, and its block with it."""
        end = statement.end
        if statement.block is not None:
            end = statement.close + 1 if statement.close is not None else len(self.source.conf.text)
        self.edits.append(Edit(statement.words[0].start, end, ""))
        self.gone = end

    def remark(
        self,
        found: Found,
        severity: Severity,
        means: str,
        try_this: str,
        *,
        said: str = "",
        word: Token | None = None,
    ) -> None:
        """Say something about a directive, or one word of it; `said`: as nginx would put it."""
        line = word.line if word else found.statement.line
        in_full = f"[emerg] {said} in {self.source.name}:{line}" if said else ""
        self.complaints[Complaint(self.source.name, line, severity, in_full, means, try_this)] = None

    def also_known(self, address: Address, typed: str) -> None:
        """An address of this machine is what the learner calls so."""
        self.names.setdefault(shown(address), typed)

    # What stands around a directive.

    def around(self, found: Found) -> Mapping[str, list[Statement]]:
        """The directives of the same block by their names, those of included files as well."""
        return self.within(found.parents[-1] if found.parents else None)

    def has(self, statement: Statement) -> bool:
        """Whether it stands in this very file."""
        return id(statement) in self._mine

    def within(self, block: Statement | None) -> Mapping[str, list[Statement]]:
        """The same for a block of this file; None: for the file itself."""
        key = block.words[0].start if block else -1
        if key not in self._within:
            by_name: dict[str, list[Statement]] = {}
            statements = (block.block or ()) if block else self.source.conf.statements
            for each in self.project.inside(self.source, statements):
                by_name.setdefault(each.name, []).append(each)
            self._within[key] = by_name
        return self._within[key]


def shown(address: Address) -> str:
    """An address as nginx writes it.

    >>> shown(("::1", 80)), shown(("127.0.0.1", 80))
    ('[::1]:80', '127.0.0.1:80')
    """
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"


def starts_with(statement: Statement, *words: str) -> bool:
    """Whether a directive's first words are these."""
    return tuple(word.text for word in statement.words[: len(words)]) == words


def begins_with(statement: Statement, *words: str) -> bool:
    """Whether a block has such a directive among its first, where ours are put."""
    return any(starts_with(each, *words) for each in (statement.block or ())[:3])
