"""A line that is typed at the bottom of the screen while output scrolls by above it.

Pure: a key makes the next editor or an entered line, and an editor is drawn into one row of the screen,
whatever its length. What was typed or pasted is drawn safely, a character at a time: no text bends the row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rich.cells import cell_len

from stackwalk.screen.line_keys import LONGEST, Character, Key, Pasted
from stackwalk.screen.safe import safe

MOST_PASTED = 200  # lines of one paste
HISTORY = 50  # lines that can be fetched back


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered: one line, or several with "\\n" between them from a paste."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Ctrl+D on an empty line, or the end of the input."""


@dataclass(frozen=True, slots=True)
class Editor:
    """The line under way."""

    text: str = ""
    cursor: int = 0  # 0 … len(text)
    history: tuple[str, ...] = ()
    back: int = 0  # how far in the history; 0 is the line under way
    kept: str = ""  # the line under way, while an older one is shown
    before: str = ""  # lines of a paste that were not entered yet, each with its "\n"


def edit(editor: Editor, key: Key) -> Editor | Entered | Ended:
    """What one key makes of the line. After `Entered` begin with `following`."""
    if isinstance(key, Pasted):
        return _paste(editor, key.text)
    if isinstance(key, Character):
        return _insert(editor, key.text)
    if key == "enter":
        return Entered(editor.before + editor.text)
    if key == "ctrl+d" and not editor.text and not editor.before:
        return Ended()
    act = _ACTS.get(key)
    return editor if act is None else act(editor)


def following(editor: Editor, entered: Entered) -> Editor:
    """The empty line after one that was entered, which the arrow up fetches back."""
    lines = [line for line in entered.text.split("\n") if line.strip()]
    return Editor(history=(*editor.history, *lines)[-HISTORY:])


def _insert(editor: Editor, text: str) -> Editor:
    text = text[: max(0, LONGEST - len(editor.text))]
    whole = editor.text[: editor.cursor] + text + editor.text[editor.cursor :]
    return replace(editor, text=whole, cursor=editor.cursor + len(text))


def _paste(editor: Editor, text: str) -> Editor | Entered:
    """One line goes into the text; a block that ends with a line end is entered, else Enter is awaited."""
    if "\n" not in text:
        return _insert(editor, text)
    first, *others = text.split("\n")[:MOST_PASTED]
    lines = [editor.text[: editor.cursor] + first, *others]
    lines[-1] += editor.text[editor.cursor :]
    if lines[-1]:
        # The last line has no end yet: Enter gives it one, and then all of it goes together.
        last = lines[-1]
        before = editor.before + "".join(line + "\n" for line in lines[:-1])
        return replace(editor, text=last[:LONGEST], cursor=len(last[:LONGEST]), before=before)
    return Entered(editor.before + "\n".join(lines[:-1]))


def _moved(editor: Editor, cursor: int) -> Editor:
    return replace(editor, cursor=min(max(cursor, 0), len(editor.text)))


def _cut(editor: Editor, start: int, end: int) -> Editor:
    start = max(start, 0)
    return replace(editor, text=editor.text[:start] + editor.text[end:], cursor=start)


def _word_start(editor: Editor) -> int:
    return len(re.sub(r"\S*\s*$", "", editor.text[: editor.cursor]))


def _word_end(editor: Editor) -> int:
    found = re.compile(r"\s*\S*").match(editor.text, editor.cursor)
    return found.end() if found else len(editor.text)


def _backspace(editor: Editor) -> Editor:
    if not editor.text and editor.before:
        lines = editor.before.split("\n")[:-1]
        before = "".join(f"{line}\n" for line in lines[:-1])
        return replace(editor, text=lines[-1], cursor=len(lines[-1]), before=before)
    return _cut(editor, editor.cursor - 1, editor.cursor)


def _recall(editor: Editor, step: int) -> Editor:
    back = editor.back + step
    if not 0 <= back <= len(editor.history):
        return editor
    kept = editor.text if editor.back == 0 else editor.kept
    text = editor.history[-back] if back else kept
    return replace(editor, text=text, cursor=len(text), back=back, kept=kept)


_ACTS: dict[str, Callable[[Editor], Editor]] = {
    "backspace": _backspace,
    "delete": lambda editor: _cut(editor, editor.cursor, editor.cursor + 1),
    "ctrl+d": lambda editor: _cut(editor, editor.cursor, editor.cursor + 1),
    "left": lambda editor: _moved(editor, editor.cursor - 1),
    "right": lambda editor: _moved(editor, editor.cursor + 1),
    "home": lambda editor: _moved(editor, 0),
    "end": lambda editor: _moved(editor, len(editor.text)),
    "word left": lambda editor: _moved(editor, _word_start(editor)),
    "word right": lambda editor: _moved(editor, _word_end(editor)),
    "cut before": lambda editor: replace(_cut(editor, 0, editor.cursor), before=""),
    "cut after": lambda editor: _cut(editor, editor.cursor, len(editor.text)),
    "cut word": lambda editor: _cut(editor, _word_start(editor), editor.cursor),
    "up": lambda editor: _recall(editor, 1),
    "down": lambda editor: _recall(editor, -1),
}


# The one row ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in the row, and the column (0 is the first) where the cursor belongs."""

    text: str
    column: int

    @property
    def redraw(self) -> str:
        """What makes the terminal's present row into this one."""
        right = f"\x1b[{self.column}C" if self.column else ""
        return f"\r\x1b[K{self.text}\r{right}"


def drawn(editor: Editor, prompt: str, width: int) -> Row:
    """The prompt and as much of the line around the cursor as `width` cells hold, never more than a row."""
    # The last cell stays free: a terminal would wrap there.
    prompt = _fitting(safe(_counted(editor, prompt)), max(width // 2, 1))
    room = max(width - 1 - cell_len(prompt), 2)
    pieces = [safe(character) for character in editor.text]
    sizes = [cell_len(piece) for piece in pieces]
    start = editor.cursor
    used = 0
    # The cell of the cursor itself counts as well, so that it is always inside.
    while start > 0 and used + sizes[start - 1] <= room - 1:
        start -= 1
        used += sizes[start]
    column = used
    end = editor.cursor
    while end < len(pieces) and used + sizes[end] <= room:
        used += sizes[end]
        end += 1
    return Row(prompt + "".join(pieces[start:end]), cell_len(prompt) + column)


def _counted(editor: Editor, prompt: str) -> str:
    count = editor.before.count("\n")
    return f"({count} lines above) {prompt}" if count else prompt


def _fitting(text: str, room: int) -> str:
    while cell_len(text) > room:
        text = text[1:]
    return text
