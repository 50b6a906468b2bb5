"""Draw a comparison: a row for each kind of client, a column for each program."""

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stackwalk.check.compared import Cell, Compared
from stackwalk.screen.safe import safe

NARROW = 76  # columns; below, the programs stand under each other
LONGEST = 60  # characters of what a client saw


def draw_comparison(compared: Compared, width: int) -> RenderableType:
    """Return the table, and how many rows each program took well."""
    asked = [column for column in compared.columns if column.cells]
    parts: list[RenderableType] = [Text(safe(compared.title), style="bold"), Text(safe(compared.says)), Text()]
    if asked and width >= NARROW:
        parts.append(_table(compared))
    elif asked:
        parts += _list(compared)
    parts += [Text(safe(column.problem), style="yellow") for column in compared.columns if column.problem]
    if asked:
        parts.append(Text(safe(f"As it should be: {compared.scores}"), style="bold"))
    return Group(*parts)


def _table(compared: Compared) -> Table:
    columns = [column for column in compared.columns if column.cells]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    longest = max(cell_len(safe(row)) for row in compared.rows)
    table.add_column("the client", min_width=min(longest, 32))
    for column in columns:
        table.add_column(Text(safe(column.name)))
    for place, row in enumerate(compared.rows):
        cells = [_cell(column.cells[place]) if place < len(column.cells) else Text("not asked") for column in columns]
        table.add_row(Text(safe(row)), *cells)
    return table


def _list(compared: Compared) -> list[Text]:
    lines = []
    for place, row in enumerate(compared.rows):
        lines.append(Text(safe(row), style="bold"))
        for column in compared.columns:
            if place < len(column.cells):
                lines.append(Text(f"  {safe(column.name)}: ").append_text(_cell(column.cells[place])))
    return lines


def _cell(cell: Cell) -> Text:
    mark, style = ("✔", "green") if cell.good else ("✘", "yellow")
    said = ", ".join(safe(part, LONGEST) for part in (cell.got, cell.after) if part) or "all is well"
    return Text(f"{mark} ", style=style).append(said, style="none" if cell.good else style)
