"""What is worth knowing about an exchange: a table of explanations, one short line each, with its source. Pure.

They are made when somebody looks, not when traffic passes. What an exchange's own notes say already (the reader
made them, who saw it come) is not said again. A row that fails is told as one: no slip of ours may end a tap.
"""

from stackwalk.wire.explain.table import MORE, ODD, ORDINARY, Explanation
from stackwalk.wire.message import Exchange, Note

SLIP = "slip"  # instead of a note that could not be made


def explain(exchange: Exchange) -> tuple[Note, ...]:
    """All that the table, and the reader, know about an exchange; the odd first."""
    notes = _found(exchange, (*ODD, *MORE))
    return tuple(sorted(notes, key=lambda note: not is_odd(note)))


def oddities(exchange: Exchange) -> tuple[Note, ...]:
    """What is odd about it alone, which is quicker to find."""
    return tuple(note for note in _found(exchange, ODD) if is_odd(note))


def is_odd(note: Note) -> bool:
    """Whether it is worth a line even to those who did not ask."""
    return note.code not in ORDINARY


def _found(exchange: Exchange, rows: tuple[Explanation, ...]) -> list[Note]:
    notes = list(exchange.notes)
    known = {note.code for note in notes}
    for row in rows:
        if row.code not in known:
            try:
                text = row.find(exchange)
            except Exception as slip:  # noqa: BLE001 - see above
                notes.append(Note(SLIP, f"a slip of stackwalk's own: {row.code} ({type(slip).__name__})", ""))
                continue
            if text is not None:
                notes.append(Note(row.code, text, row.source))
    return notes
