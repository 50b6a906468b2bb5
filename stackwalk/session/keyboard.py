"""The keys of the terminal that the lab is in: had one by one for a while, and given back as they were."""

import contextlib
import os
import time
from collections.abc import Callable

from stackwalk.screen.keys import PASTE_OFF, PASTE_ON, cbreak, single_keys
from stackwalk.screen.line_keys import Keys, Pasted, read_keys
from stackwalk.session.session.events import Key
from stackwalk.session.session.events import Pasted as PastedText


class Keyboard:
    """A terminal's descriptor. `write` sends it control sequences; `moves`: whether it obeys any."""

    def __init__(self, descriptor: int, write: Callable[[str], None], moves: bool) -> None:
        self._descriptor = descriptor
        self._write = write
        self._moves = moves
        self._keys = Keys()
        self._cooked = contextlib.ExitStack()  # undoes what was done to the terminal

    def fileno(self) -> int:
        """Readable when something was typed."""
        return self._descriptor

    def take(self, lines: bool) -> None:
        """Have keys one by one; a dumb terminal keeps its own line input where `lines` are typed."""
        self.give_back()
        if self._moves or not lines:
            with contextlib.suppress(OSError):
                self._cooked.enter_context(cbreak(self._descriptor))
        if self._moves:
            self._write(PASTE_ON)
            self._cooked.callback(self._write, PASTE_OFF)

    def give_back(self) -> None:
        """Leave the terminal as it was found."""
        self._cooked.close()

    def read(self) -> bytes:
        """What was typed; nothing where the terminal is gone."""
        try:
            return os.read(self._descriptor, 4096)
        except OSError:
            return b""

    def pressed(self, data: bytes) -> list[Key | PastedText]:
        """The keys that these bytes are."""
        self._keys, found = read_keys(self._keys, data)
        at = time.monotonic()
        return [PastedText(one.text) if isinstance(one, Pasted) else Key(one, at) for one in single_keys(found)]
