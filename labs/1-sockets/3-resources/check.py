"""1.3: the file that the path names comes back whole; a name that is not there is a 404."""

from stackwalk.check import LearnerFailure
from stackwalk.check.fresh import Fresh
from stackwalk.check.server import Server
from stackwalk.check.workspace import Workspace

SEVERAL_PACKETS = 200_000  # bytes: more than one send, and more than a socket's buffers take at once


def expect_file(server: Server, path: str, text: str) -> None:
    answer = server.get(f"/{path}")
    answer.expect_status(200, f"The file {path} is there, so GET /{path} is answered with 200.")
    answer.expect_body(
        text.encode(),
        f"The body has to be what is in {path}, all of it and nothing else.",
        final_newline=True,
    )


def test_a_file_comes_back(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """the file that the path names comes back whole"""
    for ending in (".html", ".css", ".txt"):
        name, text = fresh.name(ending), fresh.text()
        if ending == ".css":
            text = f"  {text}"  # that is the file's as well
        if ending == ".txt":
            name = fresh.choice(("TEG", "GET", "EGG")) + name  # lstrip("GET /") takes letters, and not that beginning
        workspace.write(name, text)
        expect_file(server, name, text)


def test_a_file_in_a_sub_folder(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """so does a file in a sub-folder"""
    path = f"{fresh.word()}/{fresh.name('.html')}"
    text = fresh.text()
    workspace.write(path, text)
    expect_file(server, path, text)


def test_letters_beyond_ascii(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """letters such as é, ß and 日 come back as they are in the file"""
    name = fresh.name(".html")
    text = f"<p>Café {fresh.word()}, Straße, Žižkov, 日本, {fresh.number(100, 999)} €</p>\n"
    workspace.write(name, text)
    expect_file(server, name, text)


def test_a_big_file(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a file of 200 KB comes back whole"""
    name = fresh.name(".txt")
    line = f"{fresh.word()} {fresh.word()} {fresh.word()}\n"
    lines = SEVERAL_PACKETS // len(line)
    text = "".join(f"{number} {line}" for number in range(lines)) + f"the end, {fresh.word()}\n"
    workspace.write(name, text)
    expect_file(server, name, text)


def test_a_missing_file_is_404(server: Server, fresh: Fresh, workspace: Workspace) -> None:
    """a name that is not there is a 404 in the status line, and the server goes on"""
    for missing in (fresh.name(".html"), f"{fresh.word()}/{fresh.name('.css')}"):
        server.get(f"/{missing}").expect_status(
            404, f"There is no file {missing}, so GET /{missing} is answered with 404 in the status line."
        )
    name, text = fresh.name(".html"), fresh.text()
    workspace.write(name, text)
    try:
        expect_file(server, name, text)
    except LearnerFailure as failure:
        failure.message = (
            f"Missing files were answered with 404, and then a client asked for {name}, which is there. "
            f"{failure.message}"
        )
        raise
