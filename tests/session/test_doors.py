"""The door of an open lab: another one where it is taken, and the wanted one again once it can be had."""

import socket
from collections.abc import Iterator

import pytest
from ports import unused_port

from stackwalk.session.doors import Doors
from stackwalk.session.session.events import DoorOpened


@pytest.fixture
def doors() -> Iterator[Doors]:
    opened = Doors()
    yield opened
    opened.close()


def test_a_door_is_taken_back_once_it_can_be_had(doors: Doors) -> None:
    port = unused_port()
    with socket.create_server(("127.0.0.1", port)):
        first = doors.open(port)
        assert isinstance(first, DoorOpened) and first.port > port and not first.resting
        assert doors.reclaim(port) is None
        assert doors.tap is not None and doors.tap.port == first.port
    assert doors.reclaim(port) == DoorOpened(port)
    assert doors.tap is not None and doors.tap.port == port
