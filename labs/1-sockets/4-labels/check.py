"""1.4: each answer says what its body is, how long it is in bytes, and ends the lines of its head as HTTP does."""

import re

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

SCRIPTS = ("text/javascript", "application/javascript", "application/x-javascript")
# Beside the first one of each, what is older and means the same (RFC 9239, 6). No picture is in the .png: a
# program that reads it as text is the affair of 1.6.
FILES = {
    ".html": ("<p>{word}</p>\n", ("text/html",)),
    ".css": ("h1 {{ color: teal }} /* {word} */\n", ("text/css",)),
    ".js": ("console.log('{word}')\n", SCRIPTS),
    ".png": ("{word}\n", ("image/png",)),
    ".svg": ('<svg xmlns="http://www.w3.org/2000/svg"><title>{word}</title></svg>\n', ("image/svg+xml",)),
    ".json": ('{{"word": "{word}"}}\n', ("application/json",)),
    ".txt": ("{word}\n", ("text/plain",)),
}
WITH_CHARSET = (".html", ".css", ".js", ".txt")
LETTERS = "Café {word}, Straße, Žižkov, 日本, 100 €, 🙂\n"


def answer_for(server: Server, name: str) -> Answer:
    answer = server.get(f"/{name}")
    answer.expect_status(200, f"The file {name} is there, so GET /{name} is answered with 200.")
    return answer


def content_type(answer: Answer, name: str) -> str:
    value = header(answer, "Content-Type")
    if value is None:
        fail(
            f"The answer to GET /{name} has no header Content-Type, so the client has to guess what it got.",
            expected=f"Content-Type: {FILES[name[name.rindex('.') :]][1][0]}",
            actual=head_of(answer),
            hint="Headers stand between the status line and the empty line, one a line.",
        )
    return value


def header(answer: Answer, name: str) -> str | None:
    """The value of a header; an Answer forgives a space before the colon, and HTTP does not (RFC 9112, 5.1)."""
    if re.search(rb"(?im)^" + name.encode() + rb"[ \t]+:", head_of(answer)):
        fail(
            f"There is a space between {name} and its colon, and clients may take that for another name.",
            expected=f"{name}: …",
            actual=head_of(answer),
        )
    return answer.header(name)


def head_of(answer: Answer) -> bytes:
    """The head as it came, its empty line included."""
    found = re.search(rb"\n\r?\n", answer.raw)
    return answer.raw[: found.end()] if found else answer.raw


def test_the_type_of_each_file(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """Content-Type says what a file is: html, css, js, png, svg, json, txt"""
    for ending, (content, types) in FILES.items():
        name = fresh.name(ending)
        workspace.write(name, content.format(word=fresh.word()))
        value = content_type(answer_for(server, name), name)
        if value.partition(";")[0].strip().lower() not in types:
            fail(
                f"A file that ends in {ending} is {types[0]}, and your answer calls it {value}.",
                expected=f"Content-Type: {types[0]}",
                actual=f"Content-Type: {value}",
            )


def test_the_charset_of_text(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """for html, css, js and txt it names the charset, utf-8"""
    for ending in WITH_CHARSET:
        name = fresh.name(ending)
        workspace.write(name, FILES[ending][0].format(word=f"café {fresh.word()}"))
        value = content_type(answer_for(server, name), name)
        if not re.search(r";\s*charset\s*=\s*\"?utf-?8\"?\s*(;|$)", value, re.IGNORECASE):
            fail(
                f"Content-Type of {name} does not say charset=utf-8, and so a browser shows é as Ã©.",
                expected=f"Content-Type: {FILES[ending][1][0]}; charset=utf-8",
                actual=f"Content-Type: {value}",
            )


def test_the_length_in_bytes(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """Content-Length is the number of bytes in the body"""
    for content in (fresh.text(), LETTERS.format(word=fresh.word()) * fresh.number(2, 9)):
        name = fresh.name(".html")
        workspace.write(name, content)
        answer = answer_for(server, name)
        said, came = header(answer, "Content-Length"), len(answer.body + answer.extra)
        if said is None:
            fail(
                f"The answer to GET /{name} has no header Content-Length, so the client cannot tell whether "
                "all of it came.",
                expected=f"Content-Length: {came}",
                actual=head_of(answer),
            )
        if said.strip() != str(came):
            fail(
                f"Content-Length says {said}, and the body has {came} bytes: a client keeps the first {said} "
                "of them. Count bytes, not letters.",
                expected=f"Content-Length: {came}",
                actual=f"Content-Length: {said}",
            )


def test_the_line_ends(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    r"""each line of the head ends in \r\n, also when it is a 404"""
    name = fresh.name(".html")
    workspace.write(name, fresh.text())
    for target in (name, fresh.name(".html")):
        head = head_of(server.get(f"/{target}"))
        if re.search(rb"(?<!\r)\n", head):
            fail(
                rf"A line in the head of the answer to GET /{target} ends in a bare \n. Browsers forgive it; a "
                "strict client says: Missing expected CR after response line.",
                expected=re.sub(rb"\r?\n", b"\r\n", head),
                actual=head,
            )
