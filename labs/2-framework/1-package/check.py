"""2.1: a package with one view under two addresses; Flask says 404 for the rest."""

from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server

GREETING = b"Hello, world!"


def test_both_addresses_greet(server: Server) -> None:
    """/ and /index both answer with Hello, world!"""
    for path in ("/", "/index"):
        answer = server.get(path)
        answer.expect_status(200, f"Your view is there for {path}, so GET {path} is answered with 200.")
        answer.expect_body(GREETING, f"GET {path} is answered with what your view returns.", final_newline=True)


def test_another_address_is_404(server: Server, fresh: Fresh) -> None:
    """an address that no view has is a 404"""
    for path in (f"/{fresh.word()}", f"/{fresh.word()}/{fresh.word()}", f"/{fresh.name('.html')}"):
        server.get(path).expect_status(404, f"No view has the address {path}, so GET {path} is answered with 404.")
