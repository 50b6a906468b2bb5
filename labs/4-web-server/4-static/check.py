"""4.4: nginx sends files itself, with what a browser needs to ask for them cleverly, and lets nobody out."""

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import media_type
from stackwalk.check.stack import Stack
from stackwalk.check.workspace import Workspace

TYPES = {
    ".css": ("text/css",), ".js": ("text/javascript", "application/javascript"), ".svg": ("image/svg+xml",),
    ".png": ("image/png",),
}  # fmt: skip
FOLDER = "app/static"


def own(stack: Stack, target: str, headers: list[tuple[str, str]] | None = None) -> Answer:
    """An answer that nginx gave without asking anybody."""
    answer = stack.get(target, headers=headers or [])
    asked = stack.served(answer)
    if asked:
        fail(f"GET {target} was passed on to {asked[-1]}; nginx is to send it from the folder itself.",
            expected="no application is asked", actual=answer.first_line)  # fmt: skip
    return answer


def test_nginx_sends_the_files(stack: Stack, workspace: Workspace, fresh: Fresh) -> None:
    """files under /static/ come from the folder, and no application is asked"""
    for ending, types in TYPES.items():
        name = fresh.name(ending)
        content = f"/* {fresh.text()} {fresh.word()} */".encode()
        place = f"{fresh.word()}/{name}" if ending == ".js" else name
        workspace.write(f"{FOLDER}/{place}", content)
        answer = own(stack, f"/static/{place}")
        answer.expect_status(200, f"{FOLDER}/{place} is there, so GET /static/{place} is answered with 200.")
        answer.expect_body(content, f"GET /static/{place} brings the file as it is.")
        if media_type(answer) not in types:
            fail(f"The type of a file that ends in {ending} is another one.", expected=f"Content-Type: {types[0]}",
                actual=f"Content-Type: {answer.header('Content-Type')}")  # fmt: skip


def test_a_missing_file_is_404(stack: Stack, fresh: Fresh) -> None:
    """a file that is not there is a 404"""
    target = f"/static/{fresh.name('.css')}"
    stack.get(target).expect_status(404, f"There is no such file, so GET {target} is answered with 404.")


def test_what_a_browser_has_is_not_sent_again(stack: Stack, workspace: Workspace, fresh: Fresh) -> None:
    """who has the version that ETag names gets 304, who wants a piece that piece"""
    name, content = fresh.name(".css"), fresh.text(lines=4).encode()
    workspace.write(f"{FOLDER}/{name}", content)
    target = f"/static/{name}"
    whole = own(stack, target)
    whole.expect_status(200, f"GET {target} is answered with 200.")
    tag = whole.header("ETag")
    if tag is None:
        fail(f"The answer to GET {target} has no ETag.", expected='ETag: "…"',
            actual=", ".join(name for name, _ in whole.headers))  # fmt: skip
    again = own(stack, target, [("If-None-Match", tag)])
    again.expect_status(304, f"Whoever has the version {tag} already is answered with 304.")
    start = fresh.number(0, 5)
    piece = own(stack, target, [("Range", f"bytes={start}-{start + 6}")])
    piece.expect_status(206, "Whoever asks for a range of bytes is answered with 206 and that range.")
    piece.expect_body(content[start : start + 7], "The piece is another one than was asked for.")


def test_nobody_gets_out_of_the_folder(stack: Stack, workspace: Workspace, fresh: Fresh) -> None:
    """no path under /static leads out of the folder"""
    name, code, settings = fresh.name(".txt"), fresh.text(), fresh.text()
    workspace.write(f"app/{name}", code)
    workspace.write(name, settings)
    ways = (
        f"/static../{name}", f"/static/../{name}", f"/static/%2e%2e/{name}", f"/static..%2f{name}",
        f"/static/..%2f..%2f{name}", f"/static../../{name}", f"/static//../../{name}",
    )  # fmt: skip
    for way in ways:
        answer = stack.get(way)
        if settings.encode() in answer.body:
            why = "" if way in (ways[0], ways[3]) else (
                f" nginx makes /{name} of that address before it looks for a location, so it is the one for all other "
                "paths that gives away your whole folder."
            )  # fmt: skip
            fail(f"GET {way} brings {name}, which lies beside your nginx.conf: anybody could read your code.{why}",
                expected=f"GET /{name} is for an application" if why else f"no file outside of {FOLDER}",
                actual=answer.first_line)  # fmt: skip
        if code.encode() in answer.body:
            fail(f"GET {way} brings app/{name}, a file that lies outside of {FOLDER}: anybody could read your code.",
                expected="location /static/ with its last slash, and alias with one as well",
                actual=answer.first_line)  # fmt: skip
