"""What the doctor says of a port, for each of those who can have it."""

import socket

import pytest

from stackwalk.course.folders import find_course
from stackwalk.course.reading import read_course
from stackwalk.doctor import _door, examine
from stackwalk.tap.tapping import tapping


def test_the_door_of_an_open_lab_is_no_fault() -> None:
    with tapping(port=0, target=None) as tap:
        symptom = _door(tap.port, "")
    assert symptom.fine and not symptom.try_this
    assert "has the door of a stackwalk that is open" in symptom.says


def test_another_program_at_the_port_is_named_and_to_be_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        symptom = _door(other.getsockname()[1], "On a Mac it is AirPlay.")
    assert not symptom.fine
    assert "taken by process" in symptom.says and "End that program" in symptom.try_this
    assert symptom.try_this.endswith("On a Mac it is AirPlay.")


@pytest.mark.parametrize("name", ["course"])
def test_labs_are_counted_as_one_says_it(name: str) -> None:
    course = read_course(find_course())
    says = next(symptom.says for symptom in examine(course, {}) if symptom.name == name)
    assert says.startswith("1 lab with " if len(course.labs) == 1 else f"{len(course.labs)} labs with ")
