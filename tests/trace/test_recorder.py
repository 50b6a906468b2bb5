"""The recorder: exact and bounded, whatever the screen does."""

import contextlib
import json
import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stackwalk.errors import StackwalkError
from stackwalk.trace.recorder import ROOM, Choice, Recorder
from stackwalk.trace.saving import Saver
from stackwalk.wire.filter import read_filter
from stackwalk.wire.lines import to_line
from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.plain import read_plain
from stackwalk.wire.scribe import Scribe
from stackwalk.wire.sight import Answered, Missed, Opened, Sight

PATIENCE = 60.0  # seconds
BATCH = 500


class Told:
    """A source that tells batches, one at a time, and then either stays or fails."""

    def __init__(self, batches: Iterator[list[bytes]], fails: bool = False) -> None:
        self._batches = batches
        self._fails = fails
        self._ready, self._end = os.pipe()
        os.write(self._end, b"!")
        self.is_done = False

    def fileno(self) -> int:
        return self._ready

    def read_lines(self) -> list[bytes]:
        batch = next(self._batches, None)
        if batch is not None:
            return batch
        if self._fails:
            raise StackwalkError("The tap has ended.", "Start again.")
        if not self.is_done:
            os.read(self._ready, 1)
            self.is_done = True
        return []

    def mark(self) -> Callable[[], bool]:
        return lambda: self.is_done

    def close(self) -> None:
        os.close(self._ready)
        os.close(self._end)


def answered(number: int, path: bytes = b"/", body: bytes = b"hi") -> Answered:
    request = Request(read_head(b"GET %s HTTP/1.1\r\n\r\n" % path))
    response = Response(read_head(b"HTTP/1.1 200 OK\r\n\r\n"), body, len(body), "length")
    return Answered(1, 1.0, Exchange(number, 1, request, response, 1.0, 1.0, 1.0, 1.0))


def wait_until_done(told: Told) -> None:
    for _ in range(int(PATIENCE / 0.02)):
        if told.is_done:
            return
        select.select([], [], [], 0.02)
    raise AssertionError("it has not read everything")


def plain_line() -> bytes:
    """As a tap tells an exchange that looks like most."""
    scribe = Scribe(1)
    scribe.feed("client", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1.0)
    line = scribe.feed("server", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 1.0)
    assert read_plain(line) is not None
    return line


@pytest.mark.parametrize(("is_plain", "count"), [(True, 200_000), (False, 30_000)])
def test_a_screen_that_takes_nothing_costs_neither_counts_nor_memory(
    is_plain: bool, count: int, tmp_path: Path
) -> None:
    """Many exchanges while nobody looks: all counted and saved, what waits for the screen bounded, the rest said."""
    line = plain_line() if is_plain else to_line(answered(1, body=b"x" * 1000))
    batches = iter([[line] * BATCH] * (count // BATCH))
    saved = tmp_path / "a.jsonl"
    with contextlib.closing(Told(batches)) as told, contextlib.closing(Saver(saved, 0.0)) as saver:
        before = psutil.Process().memory_info().rss
        with Recorder(told, saver, Choice(None)) as recorder:
            wait_until_done(told)
            grown = psutil.Process().memory_info().rss - before
            taken = list(recorder.take())
            assert recorder.tally.exchanges == saver.count == count
    assert isinstance(taken[-1], Missed)
    assert len(taken) - 1 + taken[-1].count == count
    assert grown < 2 * ROOM
    with saved.open("rb") as file:
        assert sum(1 for _ in file) == count


def test_only_what_the_filter_takes_is_counted() -> None:
    choice = Choice(read_filter("path=/a"))
    sights: list[Sight] = [Opened(1, 1.0, ""), answered(1, b"/a"), answered(2, b"/b")]
    batches = [[to_line(sight) for sight in sights]]
    with contextlib.closing(Told(iter(batches))) as told, Recorder(told, None, choice) as recorder:
        wait_until_done(told)
        recorder.stop()
        assert [type(sight) for sight in recorder.take()] == [Opened, Answered]
        assert (recorder.tally.exchanges, choice.left_out) == (1, 1)


def test_a_source_that_fails_is_said_once_all_before_it_was_taken(tmp_path: Path) -> None:
    saved = tmp_path / "a.jsonl"
    with contextlib.closing(Told(iter([[to_line(answered(1))]]), fails=True)) as told:
        with contextlib.closing(Saver(saved, 0.0)) as saver, Recorder(told, saver, Choice(None)) as recorder:
            while not recorder.ended:
                select.select([recorder], [], [], PATIENCE)
            assert len(list(recorder.take())) == 1
            with pytest.raises(StackwalkError):
                recorder.take()
    assert json.loads(saved.read_bytes())["status"] == 200
