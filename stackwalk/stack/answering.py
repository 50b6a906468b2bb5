"""Whether a program that listens also answers: one request of our own, asked without waiting.

For servers that open their port before they have the learner's code: Gunicorn's master listens while its workers
still import it. Never for a naive program, which takes whatever connects for its next client.
"""

import contextlib
import socket

# Nobody's address: the answer to it is "404" in most programs, and any answer at all will do. Not HEAD: Gunicorn warns
# of each program that answers it with a body.
TARGET = "/.stackwalk-is-it-up"
_REQUEST = f"GET {TARGET} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


class Question:
    """Asks one address until it has answered once."""

    def __init__(self, address: str, port: int) -> None:
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._address = (address, port)
        self._socket: socket.socket | None = None
        self._asked = False
        self.answered = False

    def look(self) -> bool:
        """Whether a byte of an answer has come by now. Never waits; one that breaks off is asked again."""
        if self.answered:
            return True
        try:
            self.answered = self._go_on()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.close()
        if self.answered:
            self.close()
        return self.answered

    def _go_on(self) -> bool:
        if self._socket is None:
            self._asked = False
            self._socket = socket.socket(self._family, socket.SOCK_STREAM)
            # On loopback a connection stands at once, or is refused.
            self._socket.settimeout(0.5)
            self._socket.connect(self._address)
            self._socket.setblocking(False)
        if not self._asked:
            self._socket.sendall(_REQUEST)
            self._asked = True
        if self._socket.recv(65536):
            return True
        self.close()
        return False

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
