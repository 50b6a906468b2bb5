"""Lines to type repeat the options that were given."""

import pytest

from stackwalk.course.typed import NOTHING, Typed


@pytest.mark.parametrize(
    ("typed", "text", "again"),
    [
        (NOTHING, "Next: stackwalk lab 1.2", "Next: stackwalk lab 1.2"),
        (Typed("w"), "Next: stackwalk lab 1.2", "Next: stackwalk lab 1.2 --workspace w"),
        (Typed("my work"), "stackwalk check --all, or go.", "stackwalk check --all --workspace 'my work', or go."),
        (Typed(None, "c"), "`stackwalk lab 3` opens it.", "`stackwalk lab 3 --from c` opens it."),
        (Typed("w", "c"), "(stuck? stackwalk hint 2.1)", "(stuck? stackwalk hint 2.1 --workspace w --from c)"),
        (Typed("w", "c"), "stackwalk lab 1.2. Then rest.", "stackwalk lab 1.2 --workspace w --from c. Then rest."),
        (Typed("w", "c"), "stackwalk shell", "stackwalk shell --workspace w"),
        (Typed("w", "c"), "stackwalk doctor looks.", "stackwalk doctor looks."),
        (Typed(r"a\1b"), "stackwalk list", r"stackwalk list --workspace 'a\1b'"),
    ],
)
def test_again(typed: Typed, text: str, again: str) -> None:
    assert typed.again(text) == again
