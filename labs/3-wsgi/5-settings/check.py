"""3.5: the settings of gunicorn.conf.py are those of the running processes; a view that hangs is cut off."""

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import text_of
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

WORKERS = 3
LARGEST = 1_000_000  # bytes of a log
CUT = 6.0  # seconds within which a request is cut off; the timeout is 2, and the master looks every second


def test_three_workers_run(server: Server) -> None:
    """three workers run, as the file says"""
    count = len(server.await_processes(1 + WORKERS)) - 1
    if count != WORKERS:
        fail(f"{WORKERS} workers are to run, and the master has {count}.", expected=str(WORKERS), actual=str(count))


def is_in_a_file(workspace: Workspace, text: str) -> bool:
    """Whether a file of the workspace holds that text: a log may go into one."""
    files = (file for file in workspace.root.rglob("*") if file.is_file() and not file.is_symlink())
    return any(text.encode() in file.read_bytes() for file in files if file.stat().st_size < LARGEST)


def test_each_request_is_logged(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """each request has its line in the log"""
    path = f"/hello/{fresh.word()}"
    server.get(path).expect_status(200, f"GET {path} is answered with 200.")
    if not server.await_output(path) and not is_in_a_file(workspace, path):
        fail(f"GET {path} was answered, and no line of the log names it.", hint='accesslog = "-"')


def test_a_short_sleep_is_answered(server: Server) -> None:
    """/sleep/0 and /sleep/1 are answered"""
    for seconds in (0, 1):
        answer = server.get(f"/sleep/{seconds}")
        answer.expect_status(200, f"GET /sleep/{seconds} is answered with 200, after so many seconds.")
        if not text_of(answer):
            fail(f"GET /sleep/{seconds} is answered with a word or two.", actual=answer.body)


def test_a_view_that_hangs_is_cut_off(server: Server, fresh: Fresh) -> None:
    """a view that hangs is cut off, and the next client is served"""
    seconds = fresh.number(30, 90)
    answer = server.get(f"/sleep/{seconds}", patience=CUT, whole=False)
    if answer.status is not None and answer.status < 500:
        fail(f"GET /sleep/{seconds} sleeps for {seconds} seconds, and was answered before.", actual=answer.first_line)
    name = fresh.word()
    server.get(f"/hello/{name}").expect_status(200, "After a worker was cut off, the next client is served as ever.")
