"""A TOML table of a course, read key by key; whatever is wrong is said with its file and the cure."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from stackwalk.errors import StackwalkError

MOST = 1_000_000  # bytes of one file of a course; a lesson has some 3,000


class Table:
    """One table of one file. Each key is taken once; `finish` refuses those that nobody took."""

    def __init__(self, file: Path, values: dict[str, object], name: str = "") -> None:
        self.file = file
        self._values = dict(values)
        self._name = f"[[{name}]] " if name else ""
        self._taken: list[str] = []

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty, or the default where the key is missing."""
        value = self._take(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{key} must be a text that is not empty", f'Write {key} = "…".')
        return value.strip()

    def holds(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def optional_text(self, key: str) -> str | None:
        """A text that is not empty; None where the key is missing."""
        return self.text(key) if key in self._values else None

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number from low to high."""
        value = self._take(key, None)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(f"{key} must be a whole number from {low} to {high}", f"Write {key} = {low}.")
        return value

    def wholes(self, key: str, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers from low to high; empty where the key is missing."""
        value = self._take(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"{key} must be a list of whole numbers", f"Write {key} = [{low}].")
        for one in value:
            if not isinstance(one, int) or isinstance(one, bool) or not low <= one <= high:
                raise self.wrong(f"{key} must be whole numbers from {low} to {high}", f"Write {key} = [{low}].")
        return tuple(value)

    def optional_whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number from low to high; None where the key is missing."""
        return self.whole(key, low, high) if key in self._values else None

    def optional_seconds(self, key: str, high: float) -> float | None:
        """A number above 0 and at most high; None where the key is missing."""
        if key not in self._values:
            return None
        value = self._take(key, None)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= high:
            raise self.wrong(f"{key} must be seconds, above 0 and at most {high:g}", f"Write {key} = {high:g}.")
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false; false where the key is missing."""
        value = self._take(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} must be true or false", f"Write {key} = true, or leave it out.")
        return value

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts that are not empty and not there twice; empty where the key is missing."""
        value = self._take(key, None if needed else [])
        if not isinstance(value, list) or (needed and not value):
            raise self.wrong(f"{key} must be a list of texts", f'Write {key} = ["…"].')
        texts: list[str] = []
        for one in value:
            if not isinstance(one, str) or not one.strip():
                raise self.wrong(f"{key} must be a list of texts, none of them empty", f'Write {key} = ["…"].')
            texts.append(one)
        if len(set(texts)) != len(texts):
            raise self.wrong(f"{key} says the same thing twice", "Keep one of the two.")
        return tuple(texts)

    def tables(self, key: str) -> "tuple[Table, ...]":
        """The tables written as [[key]], in their order; none where there are none."""
        value = self._take(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"{key} must be written as [[{key}]]", f"Use double brackets: [[{key}]].")
        tables: list[Table] = []
        for one in value:
            if not isinstance(one, dict):
                raise self.wrong(f"{key} must be written as [[{key}]]", f"Use double brackets: [[{key}]].")
            tables.append(Table(self.file, one, key))
        return tuple(tables)

    def lists(self, key: str) -> dict[str, list[object]]:
        """The lists of a table whose keys are free, by their names; at least one, none of them empty."""
        value = self._take(key, None)
        if not isinstance(value, dict) or not value:
            raise self.wrong(f"{key} must be a table of lists", f"Write [{key}], and below it: name = […].")
        for name, one in value.items():
            if not isinstance(one, list) or not one:
                raise self.wrong(f"{key}: {name!r} must be a list that is not empty", "Write: name = […].")
        return value

    def one_of(self, key: str, choices: Iterable[str]) -> str:
        """One of the given texts."""
        allowed = tuple(choices)
        value = self._take(key, None)
        if not isinstance(value, str) or value not in allowed:
            listed = " or ".join(f'"{one}"' for one in allowed)
            raise self.wrong(f"{key} must be {listed}", f'Write {key} = "{allowed[0]}".')
        return value

    def finish(self) -> None:
        """Refuse the keys that nothing knows."""
        for key in self._values:
            if key not in self._taken:
                known = ", ".join(sorted(self._taken))
                raise self.wrong(f"{key!r} is no key that is known here", f"Known are: {known}.")

    def wrong(self, what: str, try_this: str) -> StackwalkError:
        """The error that says what is wrong in this table."""
        return StackwalkError(f"{self.file}: {self._name}{what}.", try_this)

    def _take(self, key: str, default: object) -> object:
        self._taken.append(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.wrong(f"{key} is missing", f"Write a line that begins with {key} =.")
        return value


def read_text(file: Path) -> str:
    """Return a file's text. Raises StackwalkError where it is missing, unreadable, too big or not UTF-8."""
    try:
        with file.open("rb") as source:
            data = source.read(MOST + 1)
    except FileNotFoundError:
        raise StackwalkError(f"{file} is missing.", "Write it; docs/writing-labs.md says what it holds.") from None
    except IsADirectoryError:
        raise StackwalkError(f"{file} is a folder.", "Put a file there instead.") from None
    except OSError as error:
        raise StackwalkError(
            f"{file} cannot be read: {error.strerror or error}.", "Make it readable, then try again."
        ) from error
    if len(data) > MOST:
        raise StackwalkError(f"{file} is larger than {MOST:,} bytes.", "A file of a course is short: cut it.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StackwalkError(f"{file} is not UTF-8 (line {line}).", "Save it as UTF-8 in your editor.") from None
    if "\x00" in text:
        raise StackwalkError(f"{file} holds a NUL byte.", "Save it as plain text.")
    return text.replace("\r\n", "\n").removeprefix("\ufeff")


def read_table(file: Path) -> Table:
    """Return a TOML file as a table. Raises StackwalkError where it cannot be read or is no TOML."""
    return table_from(file, read_text(file))


def table_from(file: Path, text: str) -> Table:
    """Return a TOML text as a table; `file` is named in errors."""
    try:
        return Table(file, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise StackwalkError(
            f"{file} is not valid TOML: {error}.", "Put that line right; https://toml.io shows the format."
        ) from None
