"""Stories of step 1.0: events in, acts out, no socket and no terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackwalk.session.human import (
    Brought,
    Called,
    Close,
    Command,
    Connected,
    HangUp,
    Human,
    HumanAct,
    HumanEvent,
    Left,
    Line,
    Odd,
    Received,
    Send,
    Show,
    Succeeded,
    Tell,
    react_human,
)

BROWSER = b"GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
ICON = b"GET /favicon.ico HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
CURL = b"GET /x HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n"
ANSWER = (Line("HTTP/1.1 200 OK"), Line(""), Line("Hi there!"))


def play(*events: HumanEvent, human: Human | None = None) -> tuple[Human, list[HumanAct]]:
    """The state after these events, and what the last of them led to."""
    human = human or Human()
    acts: tuple[HumanAct, ...] = ()
    for event in events:
        human, acts = react_human(human, event)
    return human, list(acts)


def sent(*events: HumanEvent, human: Human | None = None) -> dict[int, bytes]:
    """The bytes that each caller got; a caller that was hung up on has b"<end>" behind them."""
    human = human or Human()
    got: dict[int, bytes] = {}
    for event in events:
        human, acts = react_human(human, event)
        for act in acts:
            if isinstance(act, Send):
                got[act.caller] = got.get(act.caller, b"") + act.data
            if isinstance(act, Close):
                got[act.caller] = got.get(act.caller, b"") + b"<end>"
    return got


def told(acts: list[HumanAct], *kinds: str) -> str:
    return "\n".join(act.text for act in acts if isinstance(act, Tell) and (not kinds or act.kind in kinds))


def test_a_caller_is_shown_byte_for_byte_and_waits_for_a_first_line() -> None:
    human, acts = play(Connected(1), Called(1, BROWSER))
    assert acts[0] == Tell("asks", "The browser asks for /. This is what it sent, byte for byte:")
    assert acts[1] == Show(1, BROWSER)
    assert "HTTP/1.1 200 OK" in told(acts, "type")
    assert human.phase == "first line"
    assert not human.silent


def test_three_typed_lines_are_an_answer_and_the_end_of_the_connection() -> None:
    got = sent(Called(1, BROWSER), *ANSWER)
    assert got == {1: b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>"}


def test_each_line_goes_out_when_it_is_typed() -> None:
    human, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"))
    assert acts[0] == Send(1, b"HTTP/1.1 200 OK\r\n")
    assert "an empty line" in told(acts, "type")
    human, acts = play(Line(""), human=human)
    assert acts[0] == Send(1, b"\r\n")
    assert "Hi there!" in told(acts, "type")
    human, acts = play(Line("Hi there!"), human=human)
    assert acts[0] == Send(1, b"Hi there!\r\n")
    assert acts[-1] == Close(1)
    assert "the connection's end says that the page is complete" in told(acts)
    assert human.answered == 1


def test_it_is_done_only_when_the_client_got_the_end() -> None:
    human, acts = play(Called(1, BROWSER), *ANSWER)
    assert not any(isinstance(act, Succeeded) for act in acts)
    assert not human.succeeded
    human, acts = play(Received(1), human=human)
    assert acts[0] == Succeeded(1)
    assert "“Hi there!” came from your fingers. You were the server." in told(acts, "done")
    assert human.succeeded


def test_a_client_that_broke_off_before_the_end_is_no_success() -> None:
    human, acts = play(Called(1, BROWSER), *ANSWER, Left(1))
    assert "broke off before it had read the end" in told(acts, "gone")
    assert not human.succeeded


def test_a_second_success_is_seen_but_not_celebrated_again() -> None:
    human, _ = play(Called(1, BROWSER), *ANSWER, Received(1))
    _, acts = play(Called(2, CURL), *ANSWER, Received(2), human=human)
    assert acts == [Succeeded(2)]


def test_curl_is_called_by_its_name() -> None:
    _, acts = play(Called(1, CURL))
    assert "curl asks for /x." in told(acts, "asks")
    _, acts = play(Called(1, CURL), *ANSWER, Received(1))
    assert "Look at what curl printed" in told(acts, "done")


def test_two_tabs_are_answered_one_after_the_other_and_it_is_said_who_waits() -> None:
    human, acts = play(Called(1, BROWSER), Called(2, CURL))
    assert told(acts, "waits") == "curl asks for /x as well. It waits until this one has its answer."
    human, acts = play(Called(3, ICON), human=human)
    assert "Now 2 wait" in told(acts, "waits")
    human, acts = play(*ANSWER, human=human)
    assert Show(2, CURL) in acts
    assert human.current is not None
    assert human.current.number == 2
    assert sent(*ANSWER, *ANSWER, human=human) == {
        2: b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>",
        3: b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>",
    }


def test_connections_that_say_nothing_are_counted_and_never_waited_for() -> None:
    human, acts = play(Connected(1), Connected(2), Connected(3), Called(2, BROWSER))
    assert human.silent == {1, 3}
    assert Show(2, BROWSER) in acts
    human, acts = play(*ANSWER, Received(2), human=human)
    assert "2 more connections are open, and have said nothing yet" in told(acts, "note")
    human, acts = play(Called(4, BROWSER), *ANSWER, Received(4), human=human)
    assert told(acts) == ""
    human, acts = play(Left(1), human=human)
    assert human.silent == {3}
    assert acts == []


def test_the_icon_is_explained_and_a_404_proposed() -> None:
    _, acts = play(Called(1, ICON))
    assert "Nobody typed that address" in told(acts, "note")
    assert "HTTP/1.1 404 Not Found" in told(acts, "type")


def test_an_empty_first_line_is_not_sent() -> None:
    human, acts = play(Called(1, BROWSER), Line(""))
    assert "The empty line comes later" in told(acts, "held")
    assert human.phase == "first line"
    assert sent(Called(1, BROWSER), Line("  ")) == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("HTTP 200 OK", "The version is missing"),
        ("Hi there!", "as the page"),
        ("GET / HTTP/1.1", "how a client asks"),
    ],
)
def test_a_first_line_that_is_none_is_held_and_the_same_once_more_is_sent(line: str, words: str) -> None:
    human, acts = play(Called(1, BROWSER), Line(line))
    assert words in told(acts, "held")
    assert "Not sent." in told(acts, "held")
    assert not any(isinstance(act, Send) for act in acts)
    human, acts = play(Line(line), human=human)
    assert acts[0] == Send(1, line.encode() + b"\r\n")
    assert "let us see what the browser makes of it" in told(acts, "type")
    human, acts = play(Left(1), human=human)
    assert "what you sent is no answer to it" in told(acts, "gone")


def test_another_wrong_line_is_held_for_itself() -> None:
    assert sent(Called(1, BROWSER), Line("HTTP 200 OK"), Line("200 OK"), Line("HTTP 200 OK")) == {}


def test_an_answer_with_a_forced_line_is_no_success() -> None:
    human, acts = play(Called(1, CURL), Line("200 OK"), Line("200 OK"), Line(""), Line("Hi"), Received(1))
    assert acts == []
    assert not human.succeeded


def test_a_page_without_the_empty_line_before_it_is_held() -> None:
    human, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line("Hi there!"))
    assert "Before the page comes an empty line, just Enter" in told(acts, "held")
    human, acts = play(Line(""), Line("Hi there!"), Received(1), human=human)
    assert Succeeded(1) in acts


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (" ", "There is a space on that line"),
        (r"\r\n", "Enter alone is the empty line"),
        ("HTTP/1.1 200 OK", "The first line is on its way already"),
        ("Content-Type text/html", "Before the page comes an empty line"),
        ("<p>Hi: there</p>", "Before the page comes an empty line"),
    ],
)
def test_what_is_no_header_is_held(line: str, words: str) -> None:
    _, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line(line))
    assert words in told(acts, "held")
    assert not any(isinstance(act, Send) for act in acts)


def test_headers_go_out_before_the_empty_line() -> None:
    lines = (
        Line("HTTP/1.1 200 OK"),
        Line("Content-Type: text/html"),
        Line("X:1"),
        Line(""),
        Line("<b>Hi</b>"),
    )
    assert sent(Called(1, BROWSER), *lines) == {
        1: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX:1\r\n\r\n<b>Hi</b>\r\n<end>"
    }


def test_a_block_pasted_at_once_is_the_same_as_its_lines() -> None:
    block = Line("HTTP/1.1 200 OK\n\nHi there!")
    assert sent(Called(1, BROWSER), block) == {1: b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>"}
    assert sent(Called(1, BROWSER), Line("HTTP/1.1 200 OK\r\n\r\nHi there!\r\n")) == {
        1: b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>"
    }


def test_what_is_left_of_a_pasted_block_never_goes_to_the_next_client() -> None:
    human, _ = play(Called(1, BROWSER), Called(2, CURL))
    block = Line("HTTP/1.1 200 OK\n\nHi there!\nHTTP/1.1 200 OK\n\nand more")
    assert sent(block, human=human) == {1: b"HTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>"}
    human, acts = play(block, human=human)
    assert "2 lines of it were not sent" in told(acts, "note")


def test_a_pasted_block_stops_at_a_line_that_is_held() -> None:
    human, acts = play(Called(1, BROWSER), Line("HTTP 200 OK\n\nHi there!"))
    assert "The version is missing" in told(acts, "held")
    assert "one line of it was not sent" in told(acts, "note")
    assert human.phase == "first line"


def test_spaces_behind_the_words_go_along_and_are_mentioned() -> None:
    _, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK  "))
    assert acts[0] == Send(1, b"HTTP/1.1 200 OK  \r\n")
    assert "The spaces behind it went along" in told(acts, "note")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_no_page_follows_some_numbers(status: str) -> None:
    human, acts = play(Called(1, BROWSER), Line(f"HTTP/1.1 {status}"))
    assert "no page follows" in told(acts, "note")
    human, acts = play(Line(""), human=human)
    assert acts[0] == Send(1, b"\r\n")
    assert acts[-1] == Close(1)


def test_a_word_on_the_way_is_followed_by_the_answer_itself() -> None:
    request = b"POST / HTTP/1.1\r\nUser-Agent: curl/8\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    human, acts = play(Called(1, request))
    assert "asks first whether it may" in told(acts, "note")
    lines = (Line("HTTP/1.1 100 Continue"), Line(""), Brought(1, b"a=1&b=222"), *ANSWER)
    assert sent(*lines, human=human) == {1: b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nHi there!\r\n<end>"}
    human, acts = play(*lines, Received(1), human=human)
    assert Succeeded(1) in acts


def test_head_is_over_after_the_empty_line() -> None:
    request = b"HEAD / HTTP/1.1\r\nUser-Agent: curl/8\r\n\r\n"
    human, acts = play(Called(1, request))
    assert "the head of an answer only" in told(acts, "note")
    assert sent(Line("HTTP/1.1 200 OK"), Line(""), human=human) == {1: b"HTTP/1.1 200 OK\r\n\r\n<end>"}
    human, acts = play(Line("HTTP/1.1 200 OK"), Line(""), Received(1), human=human)
    assert not human.succeeded, "no page was sent"


def test_a_redirect_is_told_where_its_goal_stands() -> None:
    _, acts = play(Called(1, BROWSER), Line("HTTP/1.1 301 Moved Permanently"))
    assert "Location: /other" in told(acts, "note")


def test_any_number_with_a_page_is_an_answer() -> None:
    _, acts = play(Called(1, BROWSER), Line("HTTP/1.1 404 Not Found"), Line(""), Line("no"), Received(1))
    assert Succeeded(1) in acts


def test_what_a_post_brings_is_shown_also_when_it_had_to_wait() -> None:
    request = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n"
    _, acts = play(Called(1, request), Brought(1, b"a=1"))
    assert acts == [Show(1, b"a=1")]
    human, acts = play(Called(2, BROWSER), Called(3, request), Brought(3, b"a="), Brought(3, b"2"))
    assert acts == []
    _, acts = play(*ANSWER, human=human)
    assert Show(3, b"a=2") in acts


def test_headers_that_promise_something_else_are_remarked() -> None:
    start = (Called(1, CURL), Line("HTTP/1.1 200 OK"))
    _, acts = play(*start, Line("Content-Length: 9"), Line(""), Line("Hi there!"))
    assert "You promised 9 bytes and sent 11" in told(acts, "note")
    _, acts = play(*start, Line("Content-Length: 11"), Line(""), Line("Hi there!"))
    assert "promised" not in told(acts, "note")
    _, acts = play(*start, Line("Transfer-Encoding: chunked"), Line(""), Line("Hi there!"))
    assert "You promised chunks" in told(acts, "note")


def test_letters_beyond_ascii_go_as_utf_8_and_it_is_said() -> None:
    _, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line(""), Line("Grüß dich"))
    assert acts[0] == Send(1, "Grüß dich\r\n".encode())
    assert "What is not ASCII went as UTF-8" in told(acts, "note")


def test_an_empty_page_line_is_no_page() -> None:
    human, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line(""), Line(""))
    assert "The empty line was sent already" in told(acts, "held")
    assert human.phase == "body"


@pytest.mark.parametrize("letter", ["n", "Q", " h ", "?"])
def test_a_letter_by_itself_is_a_command_even_where_the_page_is_due(letter: str) -> None:
    human, acts = play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line(""), Line(letter))
    assert acts == [Command(letter.strip().lower())]
    assert human.phase == "body"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ((), "Hung up without a word"),
        ((Line("HTTP/1.1 200 OK"),), "in the middle of the head"),
        ((Line("HTTP/1.1 200 OK"), Line("")), "a page with nothing on it"),
    ],
)
def test_the_learner_may_hang_up_at_any_moment(before: tuple[HumanEvent, ...], words: str) -> None:
    human, acts = play(Called(1, BROWSER), *before, HangUp())
    assert words in told(acts, "note")
    assert Close(1) in acts
    human, acts = play(Received(1), human=human)
    assert not human.succeeded


def test_hanging_up_on_nobody_is_answered() -> None:
    _, acts = play(HangUp())
    assert "Nobody is connected" in told(acts, "note")


@pytest.mark.parametrize(
    ("typed", "letter"),
    [("q", "q"), ("Q", "q"), (" n ", "n"), ("?", "?"), ("quit", "q"), ("help", "?"), ("h", "h")],
)
def test_a_single_letter_is_meant_for_stackwalk(typed: str, letter: str) -> None:
    assert play(Line(typed))[1] == [Command(letter)]
    assert play(Called(1, BROWSER), Line(typed))[1] == [Command(letter)]
    assert play(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line(typed))[1] == [Command(letter)]


@pytest.mark.parametrize("page", ["x", "quit"])
def test_on_the_page_another_letter_or_a_word_is_the_page(page: str) -> None:
    got = sent(Called(1, BROWSER), Line("HTTP/1.1 200 OK"), Line(""), Line(page))
    assert got == {1: b"HTTP/1.1 200 OK\r\n\r\n%s\r\n<end>" % page.encode()}


def test_with_nobody_there_the_address_is_said() -> None:
    human = Human(address="http://localhost:8083")
    _, acts = play(Line("HTTP/1.1 200 OK"), human=human)
    assert "First open http://localhost:8083." in told(acts, "held")
    _, acts = play(Line(""), human=human)
    assert "Open http://localhost:8083 in a browser." in told(acts, "type")
    human, _ = play(Called(1, BROWSER), *ANSWER, Received(1), human=human)
    _, acts = play(Line("HTTP/1.1 200 OK"), human=human)
    assert "once more" in told(acts, "held")


def test_a_client_that_goes_away_makes_room_for_the_next() -> None:
    human, acts = play(Called(1, BROWSER), Called(2, CURL), Line("HTTP/1.1 200 OK"), Left(1))
    assert told(acts, "gone") == "The browser has gone in the middle of your answer."
    assert Show(2, CURL) in acts
    assert human.phase == "first line"
    human, acts = play(Left(2), human=human)
    assert "curl has gone" in told(acts, "gone")
    assert human.current is None


def test_one_that_waits_may_go_as_well() -> None:
    human, acts = play(Called(1, BROWSER), Called(2, CURL), Left(2))
    assert told(acts, "gone") == "curl that waited for /x has gone."
    assert human.waiting == ()


@pytest.mark.parametrize(("oddity", "words"), [("tls", "tried https"), ("too long", "cut off"), ("crowd", "oldest")])
def test_odd_clients_get_a_sentence(oddity: str, words: str) -> None:
    human, acts = play(Connected(1), Odd(1, oddity))  # type: ignore[arg-type]
    assert words in told(acts, "note")
    assert not human.silent


def test_a_request_that_is_no_http_is_shown_all_the_same() -> None:
    _, acts = play(Called(1, b"\x00\xff\r\n\r\n"))
    assert Show(1, b"\x00\xff\r\n\r\n") in acts
    assert "The client asks for something." in told(acts, "asks")


numbers = st.integers(1, 4)
requests = st.sampled_from([BROWSER, ICON, CURL, b"HEAD / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"POST /\n\n"])
lines = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["HTTP/1.1 200 OK", "", "Hi there!", "HTTP/1.1 204 x", "a: b", "q", "HTTP/1.1 100 x", "x\ny"]),
)
events: st.SearchStrategy[HumanEvent] = st.one_of(
    st.builds(Connected, numbers),
    st.builds(Called, numbers, requests),
    st.builds(Brought, numbers, st.binary(max_size=5)),
    st.builds(Left, numbers),
    st.builds(Received, numbers),
    st.builds(Line, lines),
    st.just(HangUp()),
)


@given(st.lists(events, max_size=40))
def test_bytes_go_only_to_the_caller_whose_turn_it_is(story: list[HumanEvent]) -> None:
    human = Human()
    for event in story:
        before = human.current
        human, acts = react_human(human, event)
        for act in acts:
            if isinstance(act, Send | Close):
                assert before is not None
                assert act.caller == before.number
            if isinstance(act, Send):
                assert act.data.endswith(b"\r\n")
        assert human.current is not None or not human.waiting
