"""Where a program that hangs stands, as a sentence."""

import pytest

from stackwalk.check.where import stands
from stackwalk.stack.standing import Frame, Standing

LINES = {
    ("server.py", 9): "    client, address = listener.accept()\n",
    ("server.py", 12): "        data += client.recv(4096)\n",
    ("server.py", 20): "    threading.Thread(target=serve).start()\n",
    ("server.py", 30): "server.serve_forever()",
    ("app/routes.py", 7): "    time.sleep(600)",
    ("server.py", 40): "answer = " + "x" * 100,
}


def told(*threads: tuple[tuple[str, int], ...], busy: bool = False) -> str:
    frames = tuple(tuple(Frame(file, line) for file, line in thread) for thread in threads)
    return stands([Standing(busy, frames)], "/copy/my stack", lambda file, line: LINES.get((file, line), ""))


OWN = "/copy/my stack/server.py"


@pytest.mark.parametrize(
    ("threads", "busy", "sentence"),
    [
        (((("/usr/lib/socket.py", 5), (OWN, 12), (OWN, 20)),), False,
            "waits in line 12 of server.py: `data += client.recv(4096)`."),
        ((((OWN, 12),),), True, "is busy in line 12 of server.py"),
        ((((OWN, 9),),), False, "waits in line 9 of server.py: `client, address = listener.accept()`."),
        ((((OWN, 30),), ((OWN, 12),)), False, "waits in line 12 of server.py"),  # not who waits for clients
        ((((OWN, 12),), (("/copy/my stack/app/routes.py", 7),)), False, "stands in line 12 of server.py: `data += "
            "client.recv(4096)`, and in line 7 of app/routes.py: `time.sleep(600)`."),
        ((((OWN, 99),),), False, "waits in line 99 of server.py."),  # a line that can't be read
        (((("server.py", 12),),), False, "waits in line 12 of server.py: `data"),  # before Python 3.9
        ((((OWN, 40),),), False, "more characters]`."),
    ],
)  # fmt: skip
def test_the_learners_own_line_is_named(
    threads: tuple[tuple[tuple[str, int], ...], ...], busy: bool, sentence: str
) -> None:
    assert sentence in told(*threads, busy=busy)


@pytest.mark.parametrize(
    "thread",
    [
        (),
        (("/usr/lib/python3/threading.py", 5),),
        (("/copy/my stack/.venv/lib/python3.11/site-packages/flask/app.py", 5),),
        (("/usr/lib/selectors.py", 1), ("/usr/lib/asyncio/base_events.py", 2), (OWN, 30)),  # many things at once
        (("<string>", 1),),
    ],
)
def test_nothing_is_said_where_nothing_is_known(thread: tuple[tuple[str, int], ...]) -> None:
    assert told(thread) == ""
    assert stands([], "/copy/my stack", lambda file, line: "") == ""


def test_what_a_check_has_written_is_not_the_learners() -> None:
    frames = (Frame("/copy/my stack/copies.py", 3), Frame(OWN, 12), Frame(OWN, 20))
    told = stands(
        [Standing(False, (frames,))], "/copy/my stack", lambda file, line: "", lambda name: name == "server.py"
    )
    assert told == "Your program waits in line 12 of server.py."
