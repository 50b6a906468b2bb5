"""The files that oddities ask for, laid into the copy of a workspace."""

from stackwalk.check.fresh import Fresh
from stackwalk.check.workspace import Workspace

BIG = 16 * 1024 * 1024  # bytes: more than the sockets of both ends hold


def lay_out(
    fresh: Fresh, workspace: Workspace, page_name: str, page: str, picture: bytes, secret: str
) -> dict[str, str]:
    """Write the files that oddities ask for; what their names stand for."""
    names = {
        "page": page_name,
        "missing": fresh.name(".html"),
        "folder": fresh.word(),
        "picture": fresh.name(".png"),
        "big": fresh.name(".txt"),
        "link": fresh.name(".txt"),
        "first": f"{ord(page_name[0]):02X}",
        "rest": page_name[1:],
        "first2": page_name[:3],
        "rest2": page_name[3:],
    }
    workspace.write(page_name, page)
    workspace.write(names["picture"], picture)
    workspace.write(f"{names['folder']}/{fresh.name('.html')}", fresh.text())
    workspace.write(names["big"], "all day long\n" * (BIG // 13))
    outside = workspace.root.with_name(f"{workspace.root.name}-{fresh.word()}")
    outside.mkdir()
    (outside / "secret.txt").write_text(secret, encoding="utf-8")
    (workspace.root / names["link"]).symlink_to(outside / "secret.txt")
    return names | {"outside": str(outside / "secret.txt")[1:], "beside": f"{outside.name}/secret.txt"}
