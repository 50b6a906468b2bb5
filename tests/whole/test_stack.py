"""A stack that runs: started whole, killed in pieces, changed while it runs, ended whole."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from standing import ONE, PATIENT, TWO, ask, port_of, prepared, service, standing, until

from stackwalk.stack import kin
from stackwalk.whole.journey import Joining
from stackwalk.whole.stack import Refused

BOTH = [service("application1"), service("application2")]


def lives(pid: int) -> bool:
    look = kin.look(pid)
    return look is not None and not look.dead


def test_three_copies_take_turns_and_what_nobody_names_does_not_run(tmp_path: Path) -> None:
    with standing(tmp_path, ONE, [service("application", copies=3), service("api")]) as stack:
        asked = [ask(stack, f"/{number}") for number in range(6)]
        names = [part.name for part in stack.parts]

        assert names == ["application-1", "application-2", "application-3", "nginx"]
        assert [status for status, _, _ in asked] == [200] * 6
        assert [served for _, _, served in asked] == [(name,) for name in (*names[:3], *names[:3])]
        by = {served[0]: body.rpartition(" ")[2] for _, body, served in asked}
        assert by == {part.name: str(part.pid) for part in stack.parts[:3]}, "it is really that one which answered"


def test_who_comes_to_a_dead_part_is_refused_and_the_next_one_serves(tmp_path: Path) -> None:
    with standing(tmp_path, TWO, BOTH) as stack:
        first = stack.running("application1")
        pids = first.program.processes() if first.program else ()
        address = first.address
        first.kill()

        assert not any(lives(pid) for pid in pids)
        answers = [ask(stack, "/", "POST", b"hello ") for _ in range(3)]
        assert {status for status, _, _ in answers} == {200}, "a POST that was never sent goes to the next one"
        assert ("application1", "application2") in [served for _, _, served in answers]
        assert stack.front is not None
        assert stack.front.errors is not None
        assert "(111: Connection refused)" in stack.front.errors.read_text()

        stack.start_part("application1")
        assert stack.await_ready(PATIENT)
        assert first.address == address, "nginx finds it where it was"
        assert first.pid not in pids


def test_a_part_that_is_killed_by_somebody_else_shows_at_the_next_look(tmp_path: Path) -> None:
    with standing(tmp_path, TWO, BOTH) as stack:
        running = stack.running("application2")
        assert running.pid is not None
        os.kill(running.pid, signal.SIGKILL)

        assert until(lambda: stack.look() or running.state == "ended")
        assert running.state == "ended"
        assert running.ending is not None
        assert running.ending.signal == signal.SIGKILL
        assert not running.door_open
        assert [ask(stack)[0] for _ in range(2)] == [200, 200]


def test_a_paused_part_takes_a_request_and_answers_once_it_goes_on(tmp_path: Path) -> None:
    with standing(tmp_path, ONE, [service("application")]) as stack:
        running = stack.running("application")
        running.pause()
        stack.look()
        assert running.state == "paused"
        answers: list[int] = []
        client = threading.Thread(target=lambda: answers.append(ask(stack)[0]))
        client.start()
        assert until(lambda: any(each.hop == "application" for each in stack.hear()))
        assert answers == []
        running.resume()
        client.join(PATIENT)
        assert answers == [200]


def test_no_client_notices_one_of_two_dying_under_load(tmp_path: Path) -> None:
    with standing(tmp_path, TWO, BOTH) as stack:
        statuses: list[int] = []
        stop = threading.Event()

        def load() -> None:
            while not stop.is_set():
                statuses.append(ask(stack)[0])

        clients = [threading.Thread(target=load) for _ in range(3)]
        for client in clients:
            client.start()
        assert until(lambda: len(statuses) > 20)
        stack.running("application1").kill()
        seen = len(statuses)
        assert until(lambda: len(statuses) > seen + 20)
        stop.set()
        for client in clients:
            client.join(PATIENT)
        assert set(statuses) == {200}


def test_a_worker_that_ends_itself_is_replaced_and_its_client_told(tmp_path: Path) -> None:
    with standing(tmp_path, ONE, [service("application")]) as stack:
        assert ask(stack, "/die")[0] == 502
        assert ask(stack)[0] == 200
        assert stack.running("application").state == "ready"


@pytest.mark.parametrize("module", ["wsgi", "not_there"])
def test_an_application_that_cannot_start_has_ended(tmp_path: Path, module: str) -> None:
    broken = "def application(:\n    pass\n"
    with prepared(tmp_path, ONE, [service("application", module=module)], broken) as stack:
        stack.start()
        assert not stack.await_ready(PATIENT)
        running = stack.running("application")
        assert running.state == "ended"
        assert running.program is not None
        wanted = "SyntaxError" if module == "wsgi" else "No module named 'not_there'"
        assert wanted in running.program.output.text()


def test_an_application_at_another_port_is_not_ready_and_nginx_says_502(tmp_path: Path) -> None:
    with prepared(tmp_path, ONE, [service("application", port=9000)]) as stack:
        stack.start()
        running = stack.running("application")
        assert until(lambda: running.program is not None and bool(running.program.listeners()))
        assert until(lambda: stack.look() or stack.running("nginx").state == "ready")
        assert running.state == "starting"
        assert not stack.ready
        assert ask(stack)[0] == 502


def test_when_nginx_is_killed_its_workers_go_too(tmp_path: Path) -> None:
    with standing(tmp_path, ONE, [service("application")]) as stack:
        nginx = stack.running("nginx")
        assert nginx.program is not None
        processes = nginx.program.processes()
        assert len(processes) > 1
        nginx.kill()
        assert not any(lives(pid) for pid in processes)
        assert nginx.state == "ended"
        stack.start_part("nginx")
        assert stack.await_ready(PATIENT)
        assert ask(stack)[0] == 200


def test_a_new_file_is_taken_without_a_restart_and_starts_what_it_names(tmp_path: Path) -> None:
    with standing(tmp_path, ONE, [service("application"), *BOTH]) as stack:
        nginx = stack.running("nginx").pid
        conf = tmp_path / "my stück" / "nginx.conf"
        conf.write_text(TWO)
        stack.reload()

        assert stack.running("nginx").pid == nginx
        assert [part.name for part in stack.parts] == ["application1", "application2", "nginx"]
        assert [ask(stack)[2] for _ in range(2)] == [("application1",), ("application2",)]


def test_a_file_with_a_mistake_is_refused_and_the_one_before_goes_on(tmp_path: Path) -> None:
    with standing(tmp_path, ONE, [service("application")]) as stack:
        conf = tmp_path / "my stück" / "nginx.conf"
        conf.write_text(ONE.replace("listen 80;", "listen 80"))
        with pytest.raises(Refused) as refused:
            stack.reload()
        assert refused.value.what.startswith("nginx.conf, line 2")
        assert ask(stack)[:1] == (200,)
        conf.write_text(ONE.replace("location /", "location /new/"))
        stack.reload()
        assert ask(stack, "/new/x")[0] == 200
        assert ask(stack, "/x")[2] == (), "nginx itself says 404"


def test_a_name_that_nobody_knows_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused, prepared(tmp_path, ONE, [service("app")]):
        pass
    assert "application" in refused.value.what


def test_every_hop_is_seen_and_a_journey_joins_them(tmp_path: Path) -> None:
    with standing(tmp_path, TWO, BOTH) as stack:
        stack.running("application1").kill()
        joining = Joining("nginx", stack.record, stack.name_at)
        joining.take(stack.hear(), stack.logged(), 0.0)
        status, _, served = ask(stack, "/journey")
        seen = stack.hear()

    assert status == 200
    assert served[-1] == "application2"
    assert {each.hop for each in seen} == {"application2"}, "who was refused is at no tap"
    (arrival,) = [each for each in stack.record.arrivals if each.hop == "application2"]
    assert arrival.request.target == "/journey"
    assert arrival.request.head.header("host") is not None


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from standing import ONE, service, standing
with standing(Path(sys.argv[1]), ONE, [service("application")]) as stack:
    pids = [pid for part in stack.parts for pid in part.program.processes()]
    print(*pids, stack.tap.pid, flush=True)
    sys.stdin.read()
"""


def test_nothing_is_left_when_stackwalk_is_killed(tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), here], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        pids = [int(word) for word in holder.stdout.readline().split()]
        assert len(pids) > 4, "gunicorn and its worker, nginx and its worker, the tap"
        assert all(lives(pid) for pid in pids)
        holder.kill()
        holder.wait(PATIENT)
        assert until(lambda: not any(lives(pid) for pid in pids)), [kin.command_line(pid) for pid in pids if lives(pid)]


def test_ended_whole(tmp_path: Path) -> None:
    with standing(tmp_path, TWO, BOTH) as stack:
        pids = [pid for part in stack.parts if part.program for pid in part.program.processes()]
        port = port_of(stack)
        pids.append(stack.tap.pid)
    assert port > 0
    assert until(lambda: not any(lives(pid) for pid in pids))


@pytest.mark.parametrize(
    ("typed", "published", "port"),
    [("8080", (8080,), 8080), ("80", (8080,), 80), ("8080", (443, 8080), 8080), ("8081", (8080,), 80)],
)
def test_clients_are_led_to_the_port_that_a_compose_file_publishes(
    tmp_path: Path, typed: str, published: tuple[int, ...], port: int
) -> None:
    conf = ONE.replace("listen 80;", f"listen {typed};")
    with prepared(tmp_path, conf, [service("application")], published=published) as stack:
        assert stack.running("nginx").port == port
        told = [one.means for one in stack.complaints if "No server listens" in one.means]
        assert bool(told) == (typed == "8081")
        if not told:
            stack.start()
            assert stack.await_ready(PATIENT)
            assert ask(stack)[0] == 200
