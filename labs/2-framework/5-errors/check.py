"""2.5: own pages for 404 and 500 with the right status; a view that raises tells nobody what happened."""

import builtins
import re
from collections.abc import Iterable
from html import unescape

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import tags_of, text_of
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

FLASKS_404 = "If you entered the URL manually"
FLASKS_500 = "unable to complete your request"
LEAST = 10  # letters of a message or a line of code that nobody writes by chance
DIVISORS = (2, 4, 5, 10, 20, 25, 50)
ALWAYS = r"Traceback \(most recent call last\)|site-packages|division (or modulo )?by zero"
ERRORS = [name for name in vars(builtins) if name.endswith("Error")]


def inside_of(page: str, traceback: str, files: Iterable[str]) -> str:
    """What a page shows of what really happened, by the traceback and the learner's files; "" where nothing is."""
    frames = re.findall(r'(?m)^ *File "(?:.*/)?(.+)", line (\d+), in .*\n +(\S.*)$', traceback)
    error, _, message = traceback.rstrip().rpartition("\n")[2].partition(": ")
    own = [name for name in [error.rpartition(".")[2]] if re.search("[a-z][A-Z]", name)]  # Oops is a word, too
    names = {*ERRORS, *files, *own, *(file for file, _, _ in frames)}
    words = [rf"\b{re.escape(name)}\b" for name in sorted(names)] + [rf"\bline {line}\b" for _, line, _ in frames]
    texts = [re.escape(text) for text in (message, *(line for _, _, line in frames)) if len(text) >= LEAST]
    found = re.search("|".join([ALWAYS, *words, *texts]), unescape(page))
    return found[0] if found else ""


def test_the_sweets_are_shared(server: Server, fresh: Fresh) -> None:
    """/share/N says what a hundred shared by N is"""
    for _ in range(2):
        number = fresh.choice(DIVISORS)
        path = f"/share/{number}"
        answer = server.get(path)
        answer.expect_status(200, f"GET {path} is answered with 200.")
        if str(100 // number) not in re.findall(r"\d+", text_of(answer)):
            fail(f"GET {path} says how many sweets each child gets.", expected=str(100 // number), actual=answer.body)


def test_an_own_404(server: Server, fresh: Fresh) -> None:
    """an address that is not there gets a page of your own, with status 404"""
    path = f"/{fresh.word()}/{fresh.word()}"
    answer = server.get(path)
    answer.expect_status(404, f"There is no {path}: that is a 404 in the status line, whatever the page says.")
    if FLASKS_404 in text_of(answer):
        fail("That is Flask's own page for a 404, and not yours.", actual=text_of(answer))
    if path not in text_of(answer):
        fail("Your page for a 404 names the path that was asked for.", expected=path, actual=text_of(answer))


def test_the_path_is_shown_and_not_obeyed(server: Server, fresh: Fresh) -> None:
    """a tag in that path is shown, and not obeyed by the browser"""
    tag = f"{fresh.word()}x"
    answer = server.get(f"/%3C{tag}%3E")
    if tag in tags_of(answer):
        fail(f"The <{tag}> of the path stands in your page as a tag, and a browser obeys it.",
            expected=f"&lt;{tag}&gt;", actual=answer.body)  # fmt: skip
    if f"<{tag}>" not in text_of(answer):
        fail("The path had a tag in it, and a person does not see it.", expected=f"<{tag}>", actual=text_of(answer))


def test_an_own_500(server: Server) -> None:
    """a view that raises gets a page of your own, with status 500"""
    answer = server.get("/share/0")
    answer.expect_status(500, "GET /share/0 raises an exception in your view: that is a 500 in the status line.")
    if FLASKS_500 in text_of(answer):
        fail("That is Flask's own page for a 500, and not yours.", actual=text_of(answer))


def test_nothing_from_inside(server: Server, workspace: Workspace) -> None:
    """that page shows nothing from inside: no error, no file, no line"""
    answer = server.get("/share/0")
    if not answer.body.strip():
        fail("The page for /share/0 is empty: a person should read that something went wrong.")
    files = [file.name for file in workspace.root.rglob("*.py")]
    inside = inside_of(answer.body.decode("utf-8", "replace"), server.crash(), files)
    if inside:
        fail("The page for /share/0 shows a stranger what happened inside.", actual=inside)


def test_it_goes_on(server: Server, fresh: Fresh) -> None:
    """the next client is served as ever"""
    for _ in range(3):
        server.get("/share/0")
    name = fresh.word()
    answer = server.get(f"/hello/{name}")
    answer.expect_status(200, "After a view has raised, the next client is served as ever.")
