"""What came of a comparison, as values. Pure."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """How one program took one kind of client."""

    got: str  # what that client saw, in a few words: "200 OK", "nothing"
    after: str = ""  # what became of the program: "it dies: ValueError"; "" where it serves the next client
    right: bool | None = None  # whether that is as it should be; None: nobody says how it should be

    @property
    def good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.after and self.right is not False


@dataclass(frozen=True, slots=True)
class Column:
    """One program; `problem` says why it, or the rest of its rows, was not asked."""

    name: str
    cells: tuple[Cell, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """The whole table."""

    title: str
    says: str
    rows: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def scores(self) -> str:
        """ "server.py: 4 of 12 · Flask: 12 of 12"."""
        told = [column for column in self.columns if column.cells]
        return " · ".join(
            f"{column.name}: {sum(cell.good for cell in column.cells)} of {len(self.rows)}" for column in told
        )


def to_json(compared: Compared) -> str:
    """The table as one line."""
    return json.dumps(asdict(compared))


def from_json(line: str | bytes) -> Compared:
    """The table that a line tells; ValueError where it tells none."""
    try:
        told = json.loads(line)
        columns = tuple(
            Column(one["name"], tuple(Cell(**cell) for cell in one["cells"]), one["problem"]) for one in told["columns"]
        )
        return Compared(told["title"], told["says"], tuple(told["rows"]), columns)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"not a comparison: {line[:80]!r}") from problem
