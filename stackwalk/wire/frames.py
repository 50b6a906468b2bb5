"""WebSocket frames, from the bytes of one direction (RFC 6455 5). Pure.

Fed any pieces; no frame is kept but for the beginning of what it carries, and no bytes make it raise.
"""

import zlib
from dataclasses import dataclass

HEAD = 2  # bytes at least
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KINDS = {CONTINUATION: "continuation", TEXT: "text", BINARY: "binary", CLOSE: "close", PING: "ping", PONG: "pong"}
UNPACKED_LIMIT = 64 * 1024  # bytes made of one frame
TAIL = b"\0\0\xff\xff"  # what a sender leaves out at a message's end (RFC 7692 7.2.1)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `payload` is unmasked, and its first bytes alone where `size` is more."""

    opcode: int
    size: int  # bytes that it carries
    payload: bytes = b""
    is_final: bool = True  # the message ends with it
    is_packed: bool = False  # its first reserved bit is set: compressed (RFC 7692 6)

    @property
    def kind(self) -> str:
        return KINDS.get(self.opcode, f"opcode {self.opcode}")

    @property
    def is_control(self) -> bool:
        return self.opcode >= CLOSE


class FrameReader:
    """Takes the bytes of one direction; `broken` once they can't be frames any longer."""

    __slots__ = ("_head", "_kept", "_left", "_limit", "_present", "broken")

    def __init__(self, limit: int) -> None:
        self.broken = False
        self._limit = limit  # bytes of a frame that are kept
        self._head = bytearray()
        self._present: tuple[int, int, bytes] | None = None  # first byte, size, mask of the frame that is coming
        self._kept = bytearray()
        self._left = 0  # bytes of it

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that end in these bytes."""
        frames: list[Frame] = []
        position = 0
        while not self.broken and (position < len(data) or (self._present is not None and not self._left)):
            if self._present is None:
                position = self._read_head(data, position)
                continue
            end = min(len(data), position + self._left)
            room = self._limit - len(self._kept)
            self._kept += data[position : min(end, position + max(0, room))]
            self._left -= end - position
            position = end
            if self._left:
                break
            frames.append(self._end())
        return frames

    def _read_head(self, data: bytes, position: int) -> int:
        wanted = HEAD if len(self._head) < HEAD else _head_length(self._head)
        end = min(len(data), position + wanted - len(self._head))
        self._head += data[position:end]
        if len(self._head) < HEAD or len(self._head) < _head_length(self._head):
            return end
        first, second = self._head[0], self._head[1] & 0x7F
        extended = {126: 2, 127: 8}.get(second, 0)
        size = int.from_bytes(self._head[HEAD : HEAD + extended], "big") if extended else second
        opcode = first & 0x0F
        if opcode not in KINDS or first & 0x30 or size >> 63 or (opcode >= CLOSE and (size > 125 or first < 0x80)):
            self.broken = True
        self._present = (first, size, bytes(self._head[HEAD + extended :]))
        self._left = size
        self._head.clear()
        return end

    def _end(self) -> Frame:
        first, size, mask = self._present or (0, 0, b"")
        payload = _unmasked(bytes(self._kept), mask)
        self._kept.clear()
        self._present = None
        return Frame(first & 0x0F, size, payload, bool(first & 0x80), bool(first & 0x40))


class Unpacker:
    """Undoes permessage-deflate, of the frames of one direction in their order (RFC 7692)."""

    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        self._is_packed = False  # the message that is being sent
        self._is_lost = False

    def unpack(self, frame: Frame) -> bytes | None:
        """What a frame carries; None: it is compressed, and what came before it is not known."""
        if frame.is_control:
            return frame.payload
        if frame.opcode != CONTINUATION:
            self._is_packed = frame.is_packed
        if not self._is_packed:
            return frame.payload
        if len(frame.payload) < frame.size:
            self._is_lost = True
        if self._is_lost:
            return None
        try:
            data = frame.payload + (TAIL if frame.is_final else b"")
            made = self._inflating.decompress(data, UNPACKED_LIMIT)
        except zlib.error:
            self._is_lost = True
            return None
        self._is_lost = bool(self._inflating.unconsumed_tail) or self._inflating.eof
        return made


def _head_length(head: bytearray) -> int:
    extended = {126: 2, 127: 8}.get(head[1] & 0x7F, 0)
    return HEAD + extended + (4 if head[1] & 0x80 else 0)


def _unmasked(data: bytes, mask: bytes) -> bytes:
    if not mask or not data:
        return data
    whole = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(len(data), "big")
