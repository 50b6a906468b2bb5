"""What is noted of the bytes that crossed, beside the bytes themselves."""

from stackwalk.check.transcript import KEPT, Transcript


def test_what_came_is_counted_from_the_last_request_on() -> None:
    transcript = Transcript()
    assert transcript.came == 0
    transcript.add("client", b"GET / HTTP/1.1\r\n\r\n")
    transcript.add("server", b"x" * KEPT)
    transcript.add("server", b"more than is kept")
    assert transcript.came == KEPT + len(b"more than is kept")
    transcript.add("client", b"GET /next HTTP/1.1\r\n\r\n")
    assert transcript.came == 0
