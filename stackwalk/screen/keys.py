"""A terminal whose keys arrive one by one, and that is given back as it was.

In cbreak mode a key arrives at once and unechoed, while Ctrl+C still is a signal. What the bytes mean is read
by `line_keys`; here a burst of letters is told from keys: nobody pressed those one by one.
"""

import contextlib
import termios
import tty
from collections.abc import Iterator

from stackwalk.screen.line_keys import Character, Key, Pasted

BURST = 4  # letters in one reading; people are slower
PASTE_ON, PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"  # bracketed paste, of xterm's control sequences


@contextlib.contextmanager
def cbreak(descriptor: int) -> Iterator[None]:
    """Have a terminal deliver keys at once; it is given back as it was, however the block ends."""
    before = termios.tcgetattr(descriptor)
    try:
        # Never "drain": a terminal that nobody reads would hold us up for ever.
        tty.setcbreak(descriptor, termios.TCSANOW)
        yield
    finally:
        with contextlib.suppress(termios.error, OSError):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)


def single_keys(found: tuple[Key, ...]) -> tuple[str | Pasted, ...]:
    """Return the names of keys that were pressed one by one; several letters at once are a paste.

    >>> single_keys((Character("n"), "up"))
    ('n', 'up')
    >>> single_keys(tuple(Character(letter) for letter in "check"))
    (Pasted(text='check'),)
    """
    letters = [key.text for key in found if isinstance(key, Character)]
    if len(letters) >= BURST:
        return (Pasted("".join(letters)),)
    return tuple(key.text if isinstance(key, Character) else key for key in found)
