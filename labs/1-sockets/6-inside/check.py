"""1.6: a target is not a file's name; what lies outside of the folder never comes, and pictures come whole."""

from pathlib import Path
from urllib.parse import quote

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

PICTURE = 60_000  # bytes


def expect_file(server: Server, target: str, name: str, content: bytes, final_newline: bool = True) -> None:
    answer = server.get(target)
    answer.expect_status(200, f"GET {target} names the file {name}, and so it is answered with 200.")
    answer.expect_body(content, f"The body has to be what is in {name}.", final_newline=final_newline)


def a_secret(fresh: Fresh, workspace: Workspace) -> tuple[Path, str]:
    """A file outside of the workspace, in a folder whose name begins as the workspace's does, and its words."""
    folder = workspace.root.with_name(f"{workspace.root.name}-{fresh.word()}")
    folder.mkdir()
    secret, words = folder / fresh.name(".txt"), fresh.text()
    secret.write_text(words, encoding="utf-8")
    return secret, words


def expect_nothing_of(server: Server, target: str, words: str, how: str) -> None:
    answer = server.get(target, whole=False)
    if words.split("\n", maxsplit=1)[0].encode() in answer.raw:
        fail(
            f"GET {target} brought a file from outside of your folder: {how}.",
            expected="404, or any answer without that file's contents",
            actual=answer.raw,
            hint="Find out where a name really leads, links included, before you open anything.",
        )


def test_the_query_is_ignored(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """what follows a question mark is no part of the name"""
    name, text = fresh.name(".html"), fresh.text()
    workspace.write(name, text)
    for query in (f"x={fresh.number(1, 99)}", f"{fresh.word()}={fresh.word()}&y=1", f"from=/{fresh.word()}.txt"):
        expect_file(server, f"/{name}?{query}", name, text.encode())


def test_escaped_letters(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """%C3%A9 is é, and %20 is a space"""
    for letter in ("é", " ", "日本"):
        name, text = f"{fresh.word()}{letter}{fresh.name('.html')}", fresh.text()
        workspace.write(name, text)
        expect_file(server, f"/{quote(name)}", name, text.encode())


def test_an_escaped_question_mark(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """%3F is a question mark in the name, and no query begins there"""
    name, text = f"{fresh.word()}?{fresh.name('.html')}", fresh.text()
    workspace.write(name, text)
    for target in (f"/{quote(name)}", f"/{quote(name)}?{fresh.word()}={fresh.number(1, 99)}"):
        expect_file(server, target, name, text.encode())


def test_no_way_out(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """no .. and no second slash leads out of your folder"""
    secret, words = a_secret(fresh, workspace)
    beside = f"{secret.parent.name}/{secret.name}"
    workspace.mkdir("inside")
    for target in (
        f"/../{beside}",
        f"/inside/../../{beside}",
        f"/./.././{beside}",
        f"/inside/{'../' * 40}{str(secret)[1:]}",
        f"/....//{beside}",  # what is left of it where ../ is cut out
    ):
        expect_nothing_of(server, target, words, "`..` means the folder above")
    expect_nothing_of(server, f"/{secret}", words, "a name that begins with a slash counts from the disk's root")
    expect_nothing_of(server, f"//{secret}", words, "a name that begins with a slash counts from the disk's root")


def test_no_escaped_way_out(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """nor do they when they are written as %2e%2e and %2F"""
    secret, words = a_secret(fresh, workspace)
    beside = f"{secret.parent.name}/{secret.name}"
    for target in (
        f"/%2e%2e/{beside}",
        f"/%2E%2e%2F{beside}",
        f"/.%2e/{beside}",
        f"/..%2f{beside}",
        f"/%2F{str(secret)[1:]}",
        f"/{quote(str(secret), safe='')}",
        f"/%252e%252e/{beside}",  # an escaped escape: undone once, it names no folder above
        f"/%252e%252e%252f{beside}",
    ):
        expect_nothing_of(server, target, words, "escapes are undone before you look for `..` and slashes")


def test_no_link_out(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a symbolic link does not lead out either"""
    secret, words = a_secret(fresh, workspace)
    link, folder = fresh.name(".txt"), fresh.word()
    (workspace.root / link).symlink_to(secret)
    (workspace.root / folder).symlink_to(secret.parent)
    expect_nothing_of(server, f"/{link}", words, f"{link} is a link that leads there")
    expect_nothing_of(server, f"/{folder}/{secret.name}", words, f"{folder} is a link that leads there")


def test_a_picture_comes_whole(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a picture comes byte for byte"""
    name = fresh.name(".png")
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + fresh.bytes(PICTURE) + b"\r\n\n"
    workspace.write(name, content)
    expect_file(server, f"/{name}", name, content, final_newline=False)


def test_a_folder_gets_an_answer(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a folder, and / alone, get a whole answer, whichever"""
    folder = fresh.word()
    workspace.mkdir(folder)
    for target in ("/", f"/{folder}", f"/{folder}/"):
        answer = server.get(target)
        if answer.status is None:
            fail(
                f"The answer to GET {target} does not begin with a status line.",
                expected="HTTP/1.1 404 Not Found",
                actual=answer.first_line,
            )
        answer.expect_whole_head(f"GET {target} gets a whole answer, whichever.")
