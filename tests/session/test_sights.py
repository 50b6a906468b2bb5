"""What is drawn of the traffic as it comes: a request that waits is shown before its answer."""

import io

import pytest

from stackwalk.screen.console import make_console
from stackwalk.session.sights import Sights
from stackwalk.wire.message import Exchange, Request, read_head
from stackwalk.wire.sight import Answered, Asked, Closed, Sight, Unanswered, Unreadable

REQUEST = Request(read_head(b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n"))


def waiting(sights: Sights, at: float) -> str:
    out = io.StringIO()
    make_console(out, environ={"COLUMNS": "100"}).show(*sights.quiet(at))
    return out.getvalue()


def test_a_request_without_an_answer_is_shown_after_a_while_and_once() -> None:
    sights = Sights()
    assert sights.draw(Asked(1, 10.0, REQUEST), 80, 10.0) == []
    assert waiting(sights, 10.2) == ""
    assert waiting(sights, 10.6) == "GET /slow … waiting: the answer has no end yet\n"
    assert waiting(sights, 11.2) == ""


@pytest.mark.parametrize(
    "end",
    [
        Answered(1, 10.1, Exchange(1, 1, REQUEST, None, 1.0)),
        Unanswered(1, 10.1, Exchange(1, 1, REQUEST, None, 1.0)),
        Closed(1, 10.1, "client", False, 40, 0),
    ],
    ids=["answered", "unanswered", "closed"],
)
def test_a_request_that_is_over_in_time_does_not_wait(end: Sight) -> None:
    sights = Sights()
    sights.draw(Asked(1, 10.0, REQUEST), 80, 10.0)
    sights.draw(end, 80, 10.1)
    assert waiting(sights, 12.0) == ""


def test_a_request_that_can_not_be_read_to_its_end_still_waits_for_its_answer() -> None:
    sights = Sights()
    sights.draw(Asked(1, 10.0, REQUEST), 80, 10.0)
    sights.draw(Unreadable(1, 10.1, "client", "no chunk", b"x"), 80, 10.1)
    assert waiting(sights, 12.0).count("waiting") == 1


def test_each_answer_is_that_of_the_earliest_request_of_its_connection() -> None:
    sights = Sights()
    for connection, number in ((1, 1), (1, 2), (2, 1)):
        sights.draw(Asked(connection, 10.0, REQUEST, number), 80, 10.0)
    sights.draw(Answered(1, 10.1, Exchange(1, 1, REQUEST, None, 1.0)), 80, 10.1)
    assert waiting(sights, 12.0).count("waiting") == 2
