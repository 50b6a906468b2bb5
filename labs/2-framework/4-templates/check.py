"""2.4: the page comes from a template, and links a style sheet that lies in app/static."""

import re
from urllib.parse import urljoin, urlsplit

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import media_type, style_sheets_of, text_of
from stackwalk.check.plugin import Launch
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

GREETING = "Hello, world!"
HERE = "http://localhost:5000/"
STATIC, TEMPLATES = "app/static", "app/templates"


def page(server: Server, path: str = "/") -> Answer:
    answer = server.get(path)
    answer.expect_status(200, f"GET {path} is answered with 200 and your page.")
    return answer


def sheet_of(server: Server) -> str:
    """The target of the first style sheet that the page links and this server sends."""
    links = style_sheets_of(page(server))
    if not links:
        fail('The page links no style sheet: <link rel="stylesheet" href="…">.')
    own = [
        link for link in map(urlsplit, (urljoin(HERE, link) for link in links)) if link.netloc == urlsplit(HERE).netloc
    ]
    if not own:
        fail("The page links no style sheet of yours: what it links comes from elsewhere.", actual=links[0])
    return own[0].path


def files_in(workspace: Workspace, folder: str) -> list[str]:
    """The files of a folder, by their names in the workspace."""
    files = sorted(file for file in (workspace.root / folder).rglob("*") if file.is_file())
    return [str(file.relative_to(workspace.root)) for file in files if not file.name.startswith(".")]


def test_the_page_greets(server: Server) -> None:
    """/ and /index are a page that greets"""
    for path in ("/", "/index"):
        answer = page(server, path)
        if GREETING not in text_of(answer):
            fail(f"GET {path} is a page on which a person reads {GREETING}", expected=GREETING, actual=text_of(answer))
        if media_type(answer) != "text/html":
            fail(f"GET {path} is a page, and its type is text/html.", actual=answer.header("Content-Type"))


def test_the_style_sheet_comes(server: Server) -> None:
    """the page links a style sheet, and that comes as text/css"""
    target = sheet_of(server)
    answer = server.get(target)
    answer.expect_status(200, f"The page links {target}, so GET {target} is answered with 200.")
    if media_type(answer) != "text/css":
        fail(f"{target} is a style sheet.", expected="Content-Type: text/css",
            actual=f"Content-Type: {answer.header('Content-Type')}")  # fmt: skip


def test_the_style_sheet_is_a_file(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """it is sent just as it lies in app/static"""
    target = sheet_of(server)
    body = server.get(target).body
    same = [file for file in files_in(workspace, STATIC) if workspace.read(file) == body]
    if not same:
        fail(f"What comes for {target} is none of the files in {STATIC}.", actual=body)
    changed = f"h1 {{ color: #{fresh.number(100000, 999999)}; }} /* {fresh.word()} */\n".encode()
    for file in same:  # of several that are alike, the target need not tell which one is sent
        workspace.write(file, changed)
    names = [file.rpartition("/")[2] for file in same]
    name = next((name for name in names if target.endswith(f"/{name}")), names[0])
    server.get(target).expect_body(changed, f"{name} was changed, and {target} does not show it.")


def test_the_page_is_a_template(launch: Launch, fresh: Fresh, workspace: Workspace) -> None:
    """what is written into the template shows up on the page"""
    word = fresh.word()
    templates = files_in(workspace, TEMPLATES)  # a template may be called anything
    if not templates:
        fail(f"There is no template in the folder {TEMPLATES}.")
    for file in templates:
        text, added = workspace.read(file), f"<p>{word}</p>".encode()
        marked = re.sub(b"(?i)</body>", added + b"</body>", text, count=1)
        workspace.write(file, marked if marked != text else text + b"\n" + added + b"\n")
    server = launch(["flask", "--app", "service", "run"], file="service.py", port=5000, answers=True)
    shown = text_of(page(server))
    if word not in shown:
        fail("A word was written into your templates, and the page does not show it.", expected=word, actual=shown)
