"""Names, contents and numbers that a check draws anew on each run, all of them from the run's seed.

Each check draws from a source of its own, made of the seed and its name, so that the same seed repeats
the same draws whichever other checks run beside it.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_SYLLABLES = 4  # 70 to the power of 4: nobody hits one by chance


class Fresh:
    """The draws of one check."""

    def __init__(self, seed: str, check: str = "") -> None:
        self._random = random.Random(f"{seed}/{check}")
        self._given: set[str] = set()

    def word(self) -> str:
        """Eight lower-case letters that can be read aloud; never the same one twice."""
        while True:
            pairs = [self._random.choice(_CONSONANTS) + self._random.choice(_VOWELS) for _ in range(_SYLLABLES)]
            word = "".join(pairs)
            if word not in self._given:
                self._given.add(word)
                return word

    def name(self, suffix: str = "") -> str:
        """A file name: a word and the suffix, as in "kalomizu.html"."""
        return self.word() + suffix

    def text(self, lines: int = 3) -> str:
        r"""Lines of words in plain ASCII, each ended by \n."""
        return "".join(" ".join(self.word() for _ in range(4)) + "\n" for _ in range(lines))

    def number(self, low: int, high: int) -> int:
        """A whole number, low and high included."""
        return self._random.randint(low, high)

    def bytes(self, count: int) -> bytes:
        """That many random bytes."""
        return self._random.randbytes(count)

    def choice(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return self._random.choice(items)
