"""Where the time of an exchange went. Pure."""

from dataclasses import dataclass

from stackwalk.wire.message import Exchange


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds from the request's first byte on; None: it did not happen."""

    asked: float | None  # until the request was whole
    first_byte: float | None  # until the answer's first byte
    whole: float | None  # until its last
    reached: float | None = None  # before that: it took so long to reach the target, for a connection's first request

    @property
    def waited(self) -> float | None:
        """From the whole request to the answer's first byte: the server's time. An early answer took none."""
        if self.first_byte is None:
            return None
        return max(0.0, self.first_byte - (self.asked or 0.0))

    @property
    def receiving(self) -> float | None:
        """From the answer's first byte to its last."""
        if self.first_byte is None or self.whole is None:
            return None
        return max(0.0, self.whole - self.first_byte)


def timing_of(exchange: Exchange) -> Timing:
    """Take the times of an exchange apart.

    >>> timing_of(Exchange(1, 1, None, None, 1.0, 1.25, 2.0, 2.5))
    Timing(asked=250.0, first_byte=1000.0, whole=1500.0, reached=None)
    """
    begin = exchange.asked_at

    def since(at: float | None) -> float | None:
        return None if at is None or begin is None else max(0.0, (at - begin) * 1000)

    opened, reached = exchange.opened_at, exchange.reached_at
    return Timing(
        since(exchange.request_done_at),
        since(exchange.answered_at),
        since(exchange.done_at),
        None if opened is None or reached is None else max(0.0, (reached - opened) * 1000),
    )
