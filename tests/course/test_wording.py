"""A lesson fits a screen and uses no term before its step."""

from dataclasses import replace

from building import a_course, a_step
from stackwalk.course.lesson import Course, Word
from stackwalk.course.wording import prose_lines, wording_slips

WORDS = (
    Word("socket", "An end of a line.", 1, "1.1"),
    Word("TLS", "It makes a line private.", 1, "1.2"),
    Word("upstream", "Servers behind a proxy.", 4, None),
)


def course_with(text: str, essence: str = "It is short.", hint: str = "where") -> Course:
    """1.1 says this, and introduces `socket`; 1.2 introduces `TLS`."""
    first = replace(
        a_step("1.1"), text=text, essence=essence, hints=(hint, "idea", "line"), words=("socket",)
    )
    second = replace(a_step("1.2"), text="Sockets and TLS.", words=("TLS",))
    return replace(a_course(first, second), words=WORDS)


def test_a_lesson_within_the_rules_has_no_slips() -> None:
    assert wording_slips(course_with("A **socket**.")) == ()


def test_a_term_of_a_later_step_is_a_slip() -> None:
    assert wording_slips(course_with("A socket with TLS.")) == (
        ("1.1", "step.md uses the term 'TLS', and 1.2 introduces it."),
    )


def test_a_term_of_a_later_lab_is_a_slip_in_the_plural_and_in_capitals_too() -> None:
    for text in ("A socket has an upstream.", "A socket. Upstreams\nof it.", "A socket (upstream)."):
        assert wording_slips(course_with(text)) == (
            ("1.1", "step.md uses the term 'upstream', and it comes in lab 4."),
        )


def test_a_term_counts_in_the_essence_and_in_hints() -> None:
    found = wording_slips(course_with("A socket.", essence="No TLS yet.", hint="Look at the upstream."))
    assert found == (
        ("1.1", "the essence uses the term 'TLS', and 1.2 introduces it."),
        ("1.1", "hint 1 uses the term 'upstream', and it comes in lab 4."),
    )


def test_code_and_parts_of_words_are_no_terms() -> None:
    text = "A socket.\n\n```\nupstream = TLS\n```\nType `TLS`, see https://x.org/upstream and upstreamed."
    assert wording_slips(course_with(text)) == ()


def test_a_word_that_is_introduced_must_be_there() -> None:
    assert wording_slips(course_with("Nothing.")) == (("1.1", "step.md introduces 'socket' and does not use it."),)


def test_a_lesson_of_more_than_24_lines_is_a_slip_and_code_does_not_count() -> None:
    code = "\n```\n" + "code\n" * 40 + "```"
    assert wording_slips(course_with("\n".join(["A socket."] * 24) + code)) == ()
    assert wording_slips(course_with("\n".join(["A socket."] * 25))) == (
        ("1.1", "step.md has 25 lines of prose, and a screen holds 24."),
    )


def test_a_line_of_more_than_76_columns_is_a_slip_in_code_too() -> None:
    assert wording_slips(course_with("A socket." + "." * 67)) == ()
    for text in ("A socket." + "." * 68, "A socket.\n```\n" + "x" * 77 + "\n```"):
        ((step, slip),) = wording_slips(course_with(text))
        assert step == "1.1"
        assert slip.startswith("step.md has a line of 77 columns")


def test_prose_is_what_stands_outside_of_fences() -> None:
    assert prose_lines("one\n```python\ntwo\n```\nthree") == ("one", "three")
