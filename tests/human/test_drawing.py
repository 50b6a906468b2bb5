"""Step 1.0 on the screen, as exact text."""

from rich.console import Console, RenderableType

from stackwalk.screen.human import MOST_LINES, draw_send, draw_show, draw_tell, prompt
from stackwalk.session.human import Called, Human, Line, Send, Show, Tell, react_human


def text_of(drawn: RenderableType, width: int = 72) -> str:
    console = Console(width=width, color_system=None, force_terminal=False, markup=False)
    with console.capture() as captured:
        console.print(drawn)
    return captured.get()


def test_a_request_is_drawn_line_by_line_with_its_line_ends() -> None:
    show = Show(1, b"GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n")
    assert text_of(draw_show(show)) == "> GET / HTTP/1.1\\r\\n\n> Host: localhost:8080\\r\\n\n> \\r\\n\n"


def test_what_was_sent_is_drawn_the_other_way() -> None:
    assert text_of(draw_send(Send(1, b"HTTP/1.1 200 OK\r\n"))) == "< HTTP/1.1 200 OK\\r\\n\n"


def test_nothing_of_a_client_reaches_the_terminal_raw() -> None:
    drawn = text_of(draw_show(Show(1, b"\x1b]0;evil\x07\xff[bold]\x9b2J\r\n")))
    assert drawn == "> \\x1b]0;evil\\x07\\xff[bold]\\x9b2J\\r\\n\n"
    assert "\x1b" not in text_of(draw_tell(Tell("asks", "x asks for /\x1b[2J\u202e")))


def test_a_long_request_is_cut_and_it_is_said() -> None:
    drawn = text_of(draw_show(Show(1, b"X: y\r\n" * (MOST_LINES + 1200))))
    assert drawn.endswith("  … (1,200 more lines)\n")
    assert drawn.count("\n") == MOST_LINES + 1


def test_sentences_have_a_mark_that_is_not_only_a_colour() -> None:
    assert text_of(draw_tell(Tell("held", "No."))) == "✗ No.\n"
    assert text_of(draw_tell(Tell("done", "Yes."))) == "✓ Yes.\n"


def test_at_40_columns_sentences_are_set_in_below_their_mark() -> None:
    told = Tell("note", "Sent, and hung up: the connection's end says that the page is complete.")
    lines = text_of(draw_tell(told), width=40).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("  ") and len(line) <= 40 for line in lines)


def test_the_prompt_says_what_is_waited_for() -> None:
    human = Human()
    assert prompt(human) == "(nobody yet) "
    human, _ = react_human(human, Called(1, b"GET / HTTP/1.1\r\n\r\n"))
    assert prompt(human) == "first line: "
    human, _ = react_human(human, Line("HTTP/1.1 200 OK"))
    assert prompt(human) == "empty line: "
    human, _ = react_human(human, Line(""))
    assert prompt(human) == "page: "
