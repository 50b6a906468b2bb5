"""Which inner exchanges served an outer one: joined where it is sure, unknown where it is not."""

from stackwalk.nginx.served import Served, Try
from stackwalk.whole.journey import GIVE_UP, SETTLE, Joining, join, join_by_taps
from stackwalk.whole.record import Record, Seen
from stackwalk.wire.lines import on_hop, to_line
from stackwalk.wire.message import Exchange, Request, Response, read_head
from stackwalk.wire.sight import Answered, Joined

EPOCH = 1_000_000.0  # the clock of 1970 less the monotonic one
NAMES = {"127.0.0.1:9001": "application1", "127.0.0.1:9002": "application2"}


def exchange(
    at: float, *, connection: int = 1, number: int = 1, status: int = 200, method: str = "GET", more: str = ""
) -> Exchange:
    request = Request(read_head(f"{method} / HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode()), b"", 0, None)
    response = Response(read_head(f"HTTP/1.1 {status} OK\r\n\r\n".encode()), b"", 0, "length", None)
    return Exchange(number, connection, request, response, at, at, at + 0.001, at + 0.002, ())


def tried(address: str, status: int = 200, *, reached: bool = True) -> Try:
    return Try(address, status, 0.0 if reached else None, 0.001 if reached else None, 0.001)


def served(at: float, *tries: Try, port: int = 40000, nth: int = 1, seconds: float = 0.005, key: str = "i") -> Served:
    return Served(
        EPOCH + at, 1, 1, nth, ("127.0.0.1", port), key * 16, "GET / HTTP/1.1", "x", 200, seconds, "", "/", tries
    )


def test_the_exchange_of_that_time_is_the_one() -> None:
    right, other = ("application1", exchange(10.001, connection=5)), ("application1", exchange(9.0, connection=4))
    journey, taken = join(exchange(10.0), served(10.005, tried("127.0.0.1:9001")), [other, right], NAMES.get, EPOCH)

    assert journey.by == "application1"
    assert journey.legs[0].exchange is right[1]
    assert taken == [right]


def test_who_refused_comes_first_and_has_no_exchange() -> None:
    inner = [("application2", exchange(10.001, connection=5))]
    line = served(10.005, tried("127.0.0.1:9001", 502, reached=False), tried("127.0.0.1:9002"))
    journey, _ = join(exchange(10.0), line, inner, NAMES.get, EPOCH)

    assert [(leg.part, leg.status, leg.reached) for leg in journey.legs] == [
        ("application1", 502, False),
        ("application2", 200, True),
    ]
    assert journey.legs[0].exchange is None
    assert journey.legs[1].exchange is inner[0][1]


def test_of_two_that_fit_none_is_taken() -> None:
    two = [("application1", exchange(10.001, connection=5)), ("application1", exchange(10.002, connection=6))]
    journey, taken = join(exchange(10.0), served(10.005, tried("127.0.0.1:9001")), two, NAMES.get, EPOCH)

    assert journey.by == "application1", "who it was is known all the same"
    assert journey.legs[0].exchange is None
    assert taken == []


def test_the_id_that_a_learner_passes_on_settles_it() -> None:
    two = [
        ("application1", exchange(10.001, connection=5, more=f"X-Request-ID: {'a' * 16}\r\n")),
        ("application1", exchange(10.001, connection=6, more=f"X-Request-ID: {'b' * 16}\r\n")),
    ]
    journey, _ = join(exchange(10.0), served(10.005, tried("127.0.0.1:9001"), key="b"), two, NAMES.get, EPOCH)
    assert journey.legs[0].exchange is two[1][1]


def test_another_method_or_status_is_another_request() -> None:
    others = [
        ("application1", exchange(10.001, method="POST")),
        ("application1", exchange(10.001, status=404)),
        ("application2", exchange(10.001)),
    ]
    journey, _ = join(exchange(10.0), served(10.005, tried("127.0.0.1:9001")), others, NAMES.get, EPOCH)
    assert journey.legs[0].exchange is None


def test_what_the_front_answers_itself_has_no_legs() -> None:
    journey, _ = join(exchange(10.0), served(10.005), [("application1", exchange(10.001))], NAMES.get, EPOCH)
    assert journey.served is not None
    assert journey.legs == ()
    assert journey.by is None


def lines(hop: str, sight: Answered) -> list[bytes]:
    return on_hop(hop, to_line(sight)).splitlines()


def joining_with(outer: Exchange) -> tuple[Joining, list[Seen]]:
    record = Record()
    way = on_hop("nginx", to_line(Joined(outer.connection, 1.0, 40000))).rstrip(b"\n")
    seen = record.take([way, *lines("nginx", Answered(outer.connection, outer.done_at or 0.0, outer))])
    return Joining("nginx", record, NAMES.get), seen


def test_a_journey_waits_for_the_fronts_line_and_for_slower_taps() -> None:
    outer, inner = exchange(10.0), exchange(10.001, connection=7)
    joining, seen = joining_with(outer)
    joining.take(seen, [], 10.01)
    assert joining.journeys(10.01, EPOCH) == []

    joining.take([], [served(10.005, tried("127.0.0.1:9001"))], 10.02)
    assert joining.journeys(10.02, EPOCH) == [], "its inner exchange is still to be told"

    joining.take([Seen("application1", Answered(7, 10.03, inner))], [], 10.03)
    (journey,) = joining.journeys(10.03, EPOCH)
    assert journey.legs[0].exchange is inner
    assert joining.journeys(10.04, EPOCH) == [], "it is given out once"


def test_nothing_is_waited_for_in_vain() -> None:
    joining, seen = joining_with(exchange(10.0))
    joining.take(seen, [served(10.005, tried("127.0.0.1:9001"))], 10.01)
    assert joining.journeys(10.02, EPOCH) == []
    (journey,) = joining.journeys(10.03 + SETTLE, EPOCH)
    assert (journey.by, journey.legs[0].exchange) == ("application1", None)

    joining, seen = joining_with(exchange(10.0))
    joining.take(seen, [], 10.01)
    assert joining.journeys(10.0 + GIVE_UP, EPOCH) == []
    (journey,) = joining.journeys(10.02 + GIVE_UP, EPOCH)
    assert journey.served is None
    assert journey.by is None


def lasting(at: float, seconds: float, *, connection: int = 1, target: str = "/", status: int = 200) -> Exchange:
    request = Request(read_head(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()), b"", 0, None)
    response = Response(read_head(f"HTTP/1.1 {status} OK\r\n\r\n".encode()), b"", 0, "length", None)
    return Exchange(1, connection, request, response, at, at, at + seconds / 2, at + seconds, ())


def test_where_the_front_writes_nothing_down_the_taps_tell_who_was_asked() -> None:
    outer = lasting(10.0, 0.01)
    before, inner = ("application1", lasting(9.9, 0.01)), ("application2", lasting(10.002, 0.004))
    journey, taken = join_by_taps(outer, [lasting(9.8, 0.05), outer], [before, inner])

    assert journey.known and journey.by == "application2"
    assert journey.legs[0].exchange is inner[1]
    assert taken == [inner]


def test_one_that_gave_nothing_comes_before_the_one_that_answered() -> None:
    outer = lasting(10.0, 0.01)
    failed, inner = ("application1", lasting(10.001, 0.001, status=503)), ("application2", lasting(10.004, 0.004))
    journey, taken = join_by_taps(outer, [outer], [inner, failed])

    assert [(leg.part, leg.status) for leg in journey.legs] == [("application1", 503), ("application2", 200)]
    assert taken == [failed, inner]


def test_where_nobody_was_asked_the_front_has_answered_itself() -> None:
    outer = lasting(10.0, 0.01)
    journey, taken = join_by_taps(outer, [outer], [("application1", lasting(9.0, 0.01))])

    assert journey.known and journey.legs == () and taken == []


def test_of_clients_at_the_same_time_it_is_told_only_where_there_is_no_doubt() -> None:
    outer, other = lasting(10.0, 0.02, target="/a"), lasting(10.005, 0.02, target="/b", connection=2)
    mine, theirs = (
        ("application1", lasting(10.001, 0.01, target="/a")),
        ("application2", lasting(10.006, 0.01, target="/b")),
    )
    journey, taken = join_by_taps(outer, [outer, other], [mine, theirs])
    assert journey.by == "application1" and taken == [mine]

    same = lasting(10.005, 0.02, target="/a", connection=2)
    also = ("application2", lasting(10.006, 0.01, target="/a"))
    journey, taken = join_by_taps(outer, [outer, same], [mine, also])
    assert not journey.known and taken == []


def test_two_answers_for_one_request_are_a_doubt_too() -> None:
    outer = lasting(10.0, 0.02)
    two = [("application1", lasting(10.001, 0.004)), ("application2", lasting(10.006, 0.004))]
    assert not join_by_taps(outer, [outer], two)[0].known


def test_journeys_of_such_a_front_come_a_moment_later() -> None:
    joining = Joining("haproxy", Record(), NAMES.get, logs=False)
    outer, inner = lasting(10.0, 0.01), lasting(10.002, 0.004, connection=5)
    joining.take([Seen("haproxy", Answered(1, 10.01, outer))], [], 10.02)
    assert joining.waits and joining.journeys(10.03, EPOCH) == []
    joining.take([Seen("application1", Answered(5, 10.006, inner))], [], 10.03)
    (journey,) = joining.journeys(10.03 + SETTLE, EPOCH)
    assert journey.by == "application1"
    assert not joining.waits
