"""Others look on, and slow nothing."""

import os
import select
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meeting import PATIENCE, call, read_exactly, serving, until

from stackwalk.errors import StackwalkError
from stackwalk.tap import meeting
from stackwalk.tap.feed import Subscription, subscribe
from stackwalk.tap.meeting import Lines, feed_folder, publishing
from stackwalk.tap.tapping import Tap, tapping
from stackwalk.wire.sight import Answered, Missed, Sight

GET = b"GET / HTTP/1.1\r\n\r\n"
BIG = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60000


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A short one: the path of a socket may not be long."""
    folder = Path("/tmp") / f"sw-{os.getpid()}-{os.urandom(3).hex()}"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def clean(runtime_folder: Path) -> object:
    import shutil

    yield
    shutil.rmtree(runtime_folder)


def serve(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(BIG)


def ask(connection: socket.socket, times: int = 1) -> int:
    for _ in range(times):
        connection.sendall(GET)
        read_exactly(connection, len(BIG))
    return times


def subscribed(tap: Tap) -> Subscription:
    subscription = subscribe(tap.port)
    assert subscription is not None
    return subscription


def read_until(subscription: Subscription, kind: type) -> list[Sight]:
    seen: list[Sight] = []
    while not any(isinstance(sight, kind) for sight in seen):
        assert select.select([subscription], [], [], PATIENCE)[0], seen
        assert not subscription.ended
        seen += subscription.read()
    return seen


def test_who_subscribes_sees_what_the_tap_sees() -> None:
    with serving(serve) as (port, _), tapping(port=0, target=("127.0.0.1", port), publish=True) as tap:
        with subscribed(tap) as one, subscribed(tap) as other:
            call(tap.port, ask)
            first = [sight for sight in read_until(one, Answered) if isinstance(sight, Answered)]
            second = [sight for sight in read_until(other, Answered) if isinstance(sight, Answered)]
    assert first == second and len(first) == 1


def test_a_feed_ends_with_its_tap() -> None:
    with tapping(port=0, target=None, publish=True) as tap:
        subscription = subscribed(tap)
    with subscription:
        until(lambda: subscription.read() == [] and subscription.ended)
    assert subscribe(tap.port) is None


def test_nobody_publishes_unless_asked_to() -> None:
    with tapping(port=0, target=None) as tap:
        assert subscribe(tap.port) is None


def test_a_subscriber_that_does_not_read_slows_nothing_and_is_told_how_much_it_missed() -> None:
    times = 200
    with serving(serve) as (port, _), tapping(port=0, target=("127.0.0.1", port), publish=True) as tap:
        with subscribed(tap) as slow:
            assert call(tap.port, lambda connection: ask(connection, times)) == times
            seen = read_until(slow, Missed)
    answered = sum(isinstance(sight, Answered) for sight in seen)
    assert 0 < answered < times


def test_a_subscriber_that_goes_is_forgotten() -> None:
    with serving(serve) as (port, _), tapping(port=0, target=("127.0.0.1", port), publish=True) as tap:
        subscribed(tap).close()
        with subscribed(tap) as stays:
            call(tap.port, ask)
            read_until(stays, Answered)


def test_a_feed_can_be_entered_by_its_owner_only() -> None:
    with tapping(port=0, target=None, publish=True) as tap:
        folder = feed_folder()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / f"door-{tap.port}.sock").stat().st_mode) == 0o600


def test_a_stale_feed_is_replaced() -> None:
    made = publishing(7)
    assert made is not None
    listening, path = made
    listening.close()  # and nobody unlinks it
    assert path.exists() and subscribe(7) is None
    made = publishing(7)
    assert made is not None
    with made[0]:
        subscription = subscribe(7)
        assert subscription is not None
        subscription.close()


def test_a_living_feed_is_not_replaced() -> None:
    made = publishing(7)
    assert made is not None
    with made[0]:
        assert publishing(7) is None


def test_a_feed_is_gone_while_the_door_is_let_go() -> None:
    with tapping(port=0, target=None, publish=True) as tap:
        tap.release()
        assert subscribe(tap.port) is None
        tap.take()
        subscribed(tap).close()


def test_a_folder_that_is_a_link_is_refused(runtime_folder: Path) -> None:
    (runtime_folder / "elsewhere").mkdir()
    (runtime_folder / "stackwalk").symlink_to(runtime_folder / "elsewhere")
    with pytest.raises(StackwalkError, match="should be a folder of yours, and it is not"):
        feed_folder()
    assert subscribe(7) is None


def test_a_folder_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    feed_folder()
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("TMPDIR", "/nowhere")
    other = os.getuid() + 1
    monkeypatch.setattr(meeting, "meeting_folders", lambda: [Path("/")])
    monkeypatch.setattr(os, "getuid", lambda: other)
    with pytest.raises(StackwalkError, match=r"^/ should be a folder of yours"):
        feed_folder()


def test_a_folder_that_others_could_enter_is_closed(runtime_folder: Path) -> None:
    (runtime_folder / "stackwalk").mkdir(mode=0o755)
    assert stat.S_IMODE(feed_folder().stat().st_mode) == 0o700


def test_without_a_runtime_folder_the_temporary_one_is_used(
    runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("TMPDIR", str(runtime_folder))
    assert feed_folder() == runtime_folder / f"stackwalk-{os.getuid()}"


def test_a_path_that_is_too_long_for_a_socket_is_not_used(
    runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = runtime_folder / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    monkeypatch.setenv("TMPDIR", str(runtime_folder))
    assert feed_folder() == runtime_folder / f"stackwalk-{os.getuid()}"


@given(st.lists(st.binary(max_size=8), max_size=6))
def test_lines_are_whole_whatever_pieces_they_come_in(pieces: list[bytes]) -> None:
    ours, theirs = socket.socketpair()
    lines = Lines()
    found: list[bytes] = []
    with ours, theirs:
        ours.setblocking(False)
        for piece in pieces:
            theirs.sendall(piece)
            found += lines.read(ours)
        assert not lines.ended
    assert found == b"".join(pieces).split(b"\n")[:-1]
