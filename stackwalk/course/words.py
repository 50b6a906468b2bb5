"""The course's map: words.toml, joined with the steps that introduce its words."""

from pathlib import Path
from typing import cast

from stackwalk.course.lesson import Lab, Step, Word
from stackwalk.course.table import Table, read_table
from stackwalk.errors import StackwalkError


def read_words(file: Path, labs: tuple[Lab, ...]) -> tuple[Word, ...]:
    """Return the words of a words.toml, each with the step of these labs that introduces it.

    No file is no words. Raises StackwalkError where a step lists a word that is not there, where a word is
    introduced twice, and where it says nothing about when it comes.
    """
    introduced: dict[str, Step] = {}
    for step in (step for lab in labs for step in lab.steps):
        for name in step.words:
            if name in introduced:
                raise StackwalkError(
                    f"{step.folder / 'step.md'}: {name!r} is already introduced by {introduced[name].id}.",
                    "A word lights up once: take it out of one of the two.",
                )
            introduced[name] = step
    words: dict[str, Word] = {}
    if file.exists():
        table = read_table(file)
        table.whole("format", 1, 1)
        for entry in table.tables("word"):
            word = _read_word(entry, introduced)
            if word.name in words:
                raise StackwalkError(f"{file}: the word {word.name!r} is there twice.", "Keep one of the two.")
            words[word.name] = word
        table.finish()
    for name, step in introduced.items():
        if name not in words:
            raise StackwalkError(
                f"{step.folder / 'step.md'}: the word {name!r} is not in {file}.",
                "Add it there with one sentence, or take it out of words.",
            )
    return tuple(words.values())


def _read_word(table: Table, introduced: dict[str, Step]) -> Word:
    name, says = table.text("name"), table.text("says")
    lab, step = table.optional_whole("lab", 1, 9999), introduced.get(name)
    table.finish()
    if step is None and lab is None:
        raise table.wrong(f"no step introduces {name!r} yet", "Say where it will come: lab = NUMBER.")
    if step is not None and lab is not None and step.lab != lab:
        raise table.wrong(
            f"{name!r} is said to come in lab {lab}, and {step.id} introduces it",
            f"Write lab = {step.lab}, or leave it out.",
        )
    if step is not None:
        return Word(name, says, step.lab, step.id)
    return Word(name, says, cast(int, lab), None)
