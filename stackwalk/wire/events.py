"""The events of a text/event-stream, as they come (WHATWG HTML 9.2.6). Pure."""

import re
from dataclasses import dataclass

STREAM = b"text/event-stream"
LINE_END = re.compile(rb"\r\n|\n|\r")
MARK = b"\xef\xbb\xbf"  # that a stream may begin with


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    name: bytes  # b"message", where it has none
    data: bytes  # what was kept of it
    size: int  # bytes of its data
    id: bytes | None = None  # None: it has none of its own


class EventReader:
    """Fed the bytes of a body. It keeps `limit` bytes of each event; what is no field of an event is left out."""

    __slots__ = (
        "_data",
        "_data_size",
        "_had_return",
        "_has_data",
        "_id",
        "_is_first",
        "_limit",
        "_line",
        "_name",
        "_size",
    )

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._line = bytearray()  # the first bytes of the present line
        self._size = 0  # bytes of that line
        self._had_return = False  # the last byte ended a line, unless a newline follows
        self._is_first = True
        self._name = b""
        self._data = bytearray()
        self._data_size = 0
        self._has_data = False
        self._id: bytes | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes end."""
        events: list[Event] = []
        position = 1 if self._had_return and data[:1] == b"\n" else 0
        self._had_return = data[-1:] == b"\r" if data else self._had_return
        while position < len(data):
            found = LINE_END.search(data, position)
            end = len(data) if found is None else found.start()
            room = self._limit + len(MARK) + 16 - len(self._line)  # a field's name, too
            if room > 0:
                self._line += data[position : min(end, position + room)]
            self._size += end - position
            if found is None:
                break
            position = found.end()
            self._end_line(events)
        return events

    def _end_line(self, events: list[Event]) -> None:
        line, size = bytes(self._line), self._size
        self._line.clear()
        self._size = 0
        if self._is_first and line.startswith(MARK):
            line, size = line[len(MARK) :], size - len(MARK)
        self._is_first = False
        if not line:
            if self._has_data:
                events.append(Event(self._name or b"message", bytes(self._data), self._data_size, self._id))
            self._clear()
            return
        field, colon, value = line.partition(b":")
        size -= len(field) + len(colon) + value.startswith(b" ")
        value = value.removeprefix(b" ")
        if field == b"data":
            if self._has_data:
                self._data += b"\n"
                self._data_size += 1
            self._has_data = True
            self._data += value
            self._data_size += size
            del self._data[self._limit :]
        elif field == b"event":
            self._name = value
        elif field == b"id" and b"\0" not in value:
            self._id = value

    def _clear(self) -> None:
        self._name = b""
        self._data.clear()
        self._data_size = 0
        self._has_data = False
        self._id = None
