"""3.1: the application of lab 2 answers as before, and Gunicorn speaks HTTP for it."""

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import text_of
from stackwalk.check.server import Server

GREETING = "Hello, world!"


def test_the_pages_are_as_before(server: Server, fresh: Fresh) -> None:
    """your pages of lab 2 come as they did there, and Gunicorn sends them"""
    for path in ("/", "/index"):
        answer = server.get(path)
        answer.expect_status(200, f"GET {path} is answered with 200 by your application, under any server.")
        if GREETING not in text_of(answer):
            fail(f"GET {path} shows another page than in lab 2.", expected=GREETING, actual=text_of(answer))
        if answer.header("Server") != "gunicorn":
            fail("Something else than Gunicorn sends the pages.", expected="Server: gunicorn",
                actual=f"Server: {answer.header('Server')}")  # fmt: skip
    name = fresh.word()
    answer = server.get(f"/hello/{name}")
    answer.expect_status(200, f"GET /hello/{name} is answered with 200 by your application, under any server.")
    if name not in text_of(answer):
        fail(f"GET /hello/{name} does not show the name, as it does in lab 2.", expected=name, actual=text_of(answer))


def test_another_address_is_404(server: Server, fresh: Fresh) -> None:
    """an address that no view has is still a 404"""
    path = f"/{fresh.word()}"
    server.get(path).expect_status(404, f"No view has the address {path}, so GET {path} is answered with 404.")
