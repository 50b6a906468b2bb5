"""reload, down, status and logs: what another terminal asks of a stack that is up."""

import json
import time

from rich.text import Text

from stackwalk.course.workspace import Workspace
from stackwalk.screen.console import Screen
from stackwalk.screen.safe import safe
from stackwalk.up.control import RELOAD_PATIENCE, ask, end_and_wait
from stackwalk.up.view import draw_line, draw_status

AGAIN = 0.25  # seconds between two questions of `logs --follow`


def take_down(workspace: Workspace, screen: Screen) -> int:
    """End the stack; returns when all of it is gone."""
    end_and_wait(workspace.root)
    screen.show(Text(safe(f"The stack of {workspace.root} has ended.")))
    return 0


def take_in(workspace: Workspace, screen: Screen, *, part: str | None) -> int:
    """Let the stack, or one part, take its files as they are now: 0 where it has, 1 where one was not taken."""
    told = ask(workspace.root, {"do": "reload", "part": part}, patience=RELOAD_PATIENCE)
    screen.show(*(Text(safe(one)) for one in told["told"]))
    return 0 if told["took"] else 1


def show_status(workspace: Workspace, screen: Screen, *, as_json: bool) -> int:
    """Show each part: 0 where all are ready, else 1."""
    told = ask(workspace.root, {"do": "status"})
    if as_json:
        screen.write(json.dumps(told, indent=2) + "\n")
    else:
        screen.show(*draw_status(told))
    return 0 if told["ready"] else 1


def show_logs(workspace: Workspace, screen: Screen, *, part: str | None, follow: bool) -> int:
    """Show what the parts have printed and logged; with `follow`, until Ctrl+C or until the stack ends."""
    told = ask(workspace.root, {"do": "logs", "part": part})
    while True:
        lines = told["lines"]
        width = max((len(name) for name, _ in lines), default=0)
        if lines:
            screen.show(*(draw_line(name, text, width) for name, text in lines))
        if not follow or screen.closed:
            return 0
        time.sleep(AGAIN)
        told = ask(workspace.root, {"do": "logs", "part": part, "after": told["last"]})
