"""What came from the wire or from a learner never reaches the terminal raw."""

import doctest
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from stackwalk.screen import safe as module
from stackwalk.screen.safe import safe, safe_block

NASTY = "\x1b\x9b\x9d\x07\x08\r\n\x00\x7f\u202e\u2066\u2069\u200e\u061c\u200b\u2028\ufeff\U000e0041"


def obeyed(text: str) -> list[str]:
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]


@given(st.one_of(st.binary(max_size=300), st.text(st.characters(), max_size=300)))
def test_nothing_that_a_terminal_obeys_comes_out(data: str | bytes) -> None:
    assert obeyed(safe(data)) == []
    assert set(obeyed(safe_block(data))) <= {"\n", "\t"}


@given(st.one_of(st.binary(max_size=300), st.text(st.characters(), max_size=300)), st.integers(0, 100))
def test_what_is_shown_is_bounded_and_what_was_cut_is_said(data: str | bytes, limit: int) -> None:
    shown = safe(data, limit)
    kept, _, cut = shown.partition(" … (")
    assert obeyed(shown) == []
    if cut:
        assert len(kept) <= limit
        assert cut.endswith(("more characters)", "more character)", "more bytes)", "more byte)"))
    else:
        assert shown == safe(data)


@given(st.text(st.characters(), max_size=100))
def test_markup_stays_text(data: str) -> None:
    screen = Console(file=io.StringIO(), width=2000, force_terminal=True, color_system="truecolor")
    with screen.capture() as capture:
        screen.print(Text(safe("[bold red]" + data + "[/][link=x]")), soft_wrap=True)
    assert capture.get() == "[bold red]" + safe(data) + "[/][link=x]\n"


def test_lone_surrogates_and_invalid_utf8_are_named() -> None:
    assert safe("\ud800x\udcff") == "\\ud800x\\xff"
    assert safe(b"caf\xc3\xa9 caf\xe9") == "café caf\\xe9"


@pytest.mark.parametrize("character", NASTY)
def test_each_of_the_nasty_ones_is_shown_as_an_escape(character: str) -> None:
    assert safe(character).startswith("\\")
    assert safe(character).isprintable()


def test_words_of_other_languages_stay_as_they_are() -> None:
    text = "Grüße, 日本語, שלום, 🙂, a\u00a0b"
    assert safe(text) == text


def test_a_cut_never_splits_a_character_and_counts_the_bytes_left() -> None:
    assert safe("ü".encode() * 10, 3) == "üüü … (14 more bytes)"
    assert safe(b"ab\x1bcd", 4) == "ab … (3 more bytes)"


def test_a_gigabyte_is_not_decoded_to_show_its_beginning() -> None:
    huge = memoryview(bytearray(64)).tobytes() * (1 << 20)
    assert safe(huge, 8) == f"\\x00\\x00 … ({len(huge) - 2:,} more bytes)"


def test_the_examples_in_the_documentation_hold() -> None:
    assert doctest.testmod(module).failed == 0
