"""Words, blocks and lines, as nginx cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.nginx.tokens import DEEPEST, Trouble, read_conf, walk

PIECES = [
    "server",
    " ",
    "\n",
    "{",
    "}",
    ";",
    '"',
    "'",
    "\\",
    "#",
    "$",
    "${",
    "a b",
    "listen 80;",
    "\r\n",
    "\x00",
    "é",
    ")",
]


def flat(text: str) -> list[tuple[str, ...]]:
    return [tuple(word.text for word in each.words) for _, each in walk(read_conf(text).statements)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b;", [("a", "b")]),
        ("a;b;", [("a",), ("b",)]),
        ("a#b c;", [("a#b", "c")]),
        ("a # b;\nc;", [("a", "c")]),
        ("a 'b c' \"d;e\";", [("a", "b c", "d;e")]),
        ("a b\\ c;", [("a", "b\\ c")]),
        ('a "x\\"y" z\\ty;', [("a", 'x"y', "z\ty")]),
        ("a ${b}c;", [("a", "${b}c")]),
        ("a ${{b;", [("a", "${{b")]),
        ("a b}c;", [("a", "b}c")]),
        ("a\u00a0b;", [("a\u00a0b",)]),
        ("if ($a = 'b') { c; }", [("if", "($a", "=", "b", ")"), ("c",)]),
        ("a { b { c; } } d;", [("a",), ("b",), ("c",), ("d",)]),
        ("a\r\n  b;\r\n", [("a", "b")]),
        ("", []),
    ],
)
def test_words_are_cut_where_nginx_cuts_them(text: str, words: list[tuple[str, ...]]) -> None:
    assert flat(text) == words
    assert read_conf(text).trouble is None


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("a 'b'c;", Trouble("unexpected", 1, 5, "c")),
        ("a;\n}", Trouble("unexpected", 2, 3, "}")),
        ("a {\n b\n}", Trouble("unexpected", 3, 7, "}")),
        (";", Trouble("unexpected", 1, 0, ";")),
        ("{", Trouble("unexpected", 1, 0, "{")),
        ("a {\n", Trouble("end of file", 2, 4)),
        ("a\nb", Trouble("end of file", 2, 3)),
        ("a 'b\nc;", Trouble("open quote", 1, 2, "'")),
    ],
)
def test_reading_stops_where_nginx_stops(text: str, trouble: Trouble) -> None:
    assert read_conf(text).trouble == trouble


def test_what_was_read_before_the_trouble_is_there() -> None:
    conf = read_conf("a {\n b;\n c 'd'e;\n}")
    assert flat("a {\n b;\n c 'd'e;\n}") == [("a",), ("b",)]
    assert [word.text for word in conf.unfinished] == ["c", "d"]
    assert conf.statements[0].close is None


def test_blocks_within_blocks_have_a_bound() -> None:
    conf = read_conf("a { " * 100_000)
    assert conf.trouble is not None
    assert conf.trouble.kind == "too deep"
    assert len(list(walk(conf.statements))) == DEEPEST


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
def test_every_word_stands_where_it_says(text: str) -> None:
    conf = read_conf(text)
    for _, each in walk(conf.statements):
        for word in each.words:
            raw = text[word.start : word.end]
            assert raw == raw.strip(" \t\r\n") or "\\" in raw or word.quoted
            assert word.line == text.count("\n", 0, word.start) + 1
            if "\\" not in raw:
                assert word.text == (raw[1:-1] if word.quoted else raw)
