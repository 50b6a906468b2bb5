"""The file .env, and the variables of a compose file."""

import pytest

from stackwalk.compose.env_file import read_env
from stackwalk.compose.fault import FileFault
from stackwalk.compose.interpolation import fill_in


@pytest.mark.parametrize(
    ("typed", "filled"),
    [
        ("$A", "one"),
        ("${A}", "one"),
        ("x${A}y$B", "xoney"),
        ("${B:-two}", "two"),
        ("${B-two}", ""),
        ("${C-two}", "two"),
        ("${C:-${A}}", "one"),
        ("${C:-${D:-x}}}", "x}"),
        ("${A:+set}${C:+set}", "set"),
        ("${B+set}", "set"),
        ("${A:?no}", "one"),
        ("$$A $${A}", "$A ${A}"),
    ],
)
def test_a_variable_is_filled_in_as_compose_does(typed: str, filled: str) -> None:
    assert fill_in(typed, {"A": "one", "B": ""}) == filled


@pytest.mark.parametrize("typed", ["$", "$1", "${", "${A", "${A-b", "${}", "${A!b}", "${C?}", "${B:?}", "${1}"])
def test_what_is_no_variable_is_said(typed: str) -> None:
    with pytest.raises(FileFault):
        fill_in(typed, {"A": "one", "B": ""})


def test_defaults_nested_without_end_are_refused() -> None:
    with pytest.raises(FileFault, match="nested too deeply"):
        fill_in("${A:-" * 30 + "}" * 30, {})


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b", "b"),
        ("A = b", "b"),
        ("export A=b", "b"),
        ("A: b", "b"),
        ("A=b # c", "b"),
        ("A=b#c", "b#c"),
        ("A='b # c'", "b # c"),
        ('A="b # c" # d', "b # c"),
        (r'A="b\"c"', 'b"c'),
        (r"A='$B'", "$B"),
        ("A=x${B}", "xbefore"),
        ("A=", ""),
        ("A=a=b", "a=b"),
    ],
)
def test_a_line_of_env(line: str, value: str) -> None:
    assert read_env(f"# first\n\nB=before\n{line}\n")["A"] == value


@pytest.mark.parametrize(("text", "line"), [("A\n", 1), ("A=1\n=2\n", 2), ("A='b\n", 1), ('\nA="b\n', 2)])
def test_what_is_no_variables_line_is_said(text: str, line: int) -> None:
    with pytest.raises(FileFault) as found:
        read_env(text)
    assert found.value.line == line


def test_a_flood_is_refused() -> None:
    with pytest.raises(FileFault, match="larger"):
        read_env("A=1\n" * 100_000)
