"""Fresh draws: repeated by the seed, and the same whatever else is drawn."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from stackwalk.check.fresh import WORDS, Fresh


def draws(fresh: Fresh) -> tuple[object, ...]:
    return (
        fresh.word(),
        fresh.name(".html"),
        fresh.text(),
        fresh.number(1, 10**6),
        fresh.bytes(8),
        fresh.choice(range(99)),
    )


@given(st.text(), st.text())
def test_a_seed_repeats_its_draws(seed: str, check: str) -> None:
    assert draws(Fresh(seed, check)) == draws(Fresh(seed, check))


def test_checks_and_seeds_draw_differently() -> None:
    assert len({draws(Fresh(seed, check)) for seed in ("a", "b") for check in ("1.1.x", "1.1.y")}) == 4


def test_a_word_is_never_given_twice() -> None:
    fresh = Fresh("seed")
    assert len({fresh.word() for _ in range(500)}) == 500


def test_shapes() -> None:
    fresh = Fresh("seed")
    assert re.fullmatch(r"([a-z]+\d{4}){2}", fresh.word())
    assert fresh.name(".css").endswith(".css")
    assert fresh.text(2).count("\n") == 2 and fresh.text(1).isascii()
    assert 3 <= fresh.number(3, 4) <= 4
    assert len(fresh.bytes(5)) == 5


def test_a_word_is_made_of_plain_words_and_nobody_guesses_it() -> None:
    assert len(set(WORDS)) == len(WORDS)
    assert all(re.fullmatch("[a-z]{3,8}", word) for word in WORDS)
    assert math.log2((len(WORDS) * 10_000) ** 2) >= 40
    fresh = Fresh("5060c05b")
    drawn = [part for _ in range(200) for part in re.findall("[a-z]+", fresh.word())]
    assert len(drawn) == 400 and set(drawn) <= set(WORDS)
