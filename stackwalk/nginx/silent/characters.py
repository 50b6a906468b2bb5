"""Characters that look like others, and the semicolon that is not there."""

from collections.abc import Iterator
from itertools import pairwise

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.directives import NAMES
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent.note import Look, note
from stackwalk.nginx.tokens import walk

# What a directive ends with: those of blocks with a brace, all others with a semicolon.
ENDS = {
    "": ("does not end with a semicolon", ";"),
    **dict.fromkeys(
        ("events", "geo", "http", "if", "limit_except", "location", "map", "types", "upstream"),
        ("opens no block with a “{”", "{"),
    ),
}
CURLY = frozenset("“”„‟‘’‚‛«»")
INVISIBLE = {
    "\u00a0": "a no-break space",
    "\u200b": "a zero-width space",
    "\u200c": "a zero-width non-joiner",
    "\u200d": "a zero-width joiner",
    "\u2060": "a word joiner",
    "\ufeff": "a byte-order mark",
    "\u00ad": "a soft hyphen",
}


def characters(project: Project, _: Setting) -> Iterator[Complaint]:
    """Curly quotes and invisible characters, of which nginx complains only where a directive should begin."""
    for source in project.sources:
        seen: set[tuple[int, str]] = set()
        for _parents, statement in walk(source.conf.statements):
            for word in statement.arguments:
                for character in set(source.conf.text[word.start : word.end]):
                    line = word.line
                    if character in CURLY and (line, "curly") not in seen:
                        seen.add((line, "curly"))
                        yield note(
                            source,
                            line,
                            f"The quotes {character} are letters to nginx, and stand in the value as they are.",
                            "Type them again as ' or \": a word processor made them curly.",
                        )
                    elif character in INVISIBLE and not word.quoted and (line, character) not in seen:
                        seen.add((line, character))
                        yield note(
                            source,
                            line,
                            f"“{statement.name}” has {INVISIBLE[character]} in its value, which can't be seen.",
                            "Delete the line and type it again.",
                        )


def semicolons(project: Project, _: Setting) -> Iterator[Complaint]:
    """A directive that takes any number of values takes the next line in as well."""
    for found in project.all():
        for before, word in pairwise(found.statement.words):
            if word.line > before.line and not word.quoted and word.text in NAMES:
                lacks, sign = ENDS.get(found.statement.name, ENDS[""])
                yield note(
                    found.source,
                    before.line,
                    f"“{found.statement.name}” on line {found.statement.line} {lacks}, "
                    f"so “{word.text}” of line {word.line} is only a value of it.",
                    f"Put a {sign} at the end of line {before.line}.",
                )
                break


LOOKS: tuple[Look, ...] = (characters, semicolons)
