"""4.2: the learner's log names who served each request, in whatever format."""

import time

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.stack import Stack

ROUNDS = 9  # requests, one after the other
PATIENCE = 2.0  # seconds until a line is in the log
GLANCE = 0.005  # seconds


def new_lines(stack: Stack, before: dict[str, int], wanted: str) -> list[str]:
    """The lines that came into the learner's logs since; waits for one that has a text in it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        lines = [line for name in stack.log_names for line in stack.log(name)[before[name] :].splitlines()]
        if any(wanted in line for line in lines) or (lines and wanted == "") or time.monotonic() > deadline:
            return lines
        time.sleep(GLANCE)


def test_each_line_names_who_served(stack: Stack, fresh: Fresh) -> None:
    """each request has a line in your log, with the address of who served it"""
    if not stack.log_names:
        fail("nginx.conf says nowhere to which file the lines go.",
            expected="access_log /var/log/nginx/access.log NAME;")  # fmt: skip
    for _ in range(ROUNDS):
        before = {name: len(stack.log(name)) for name in stack.log_names}
        target = f"/hello/{fresh.word()}"
        answer = stack.get(target)
        asked = stack.served(answer)
        if not asked:
            fail(f"GET {target} was answered by nginx itself, and no application was asked.", actual=answer.first_line)
        address = stack.part(asked[-1]).address
        lines = new_lines(stack, before, address)
        if not lines:
            fail(f"GET {target} was answered {PATIENCE:.0f} s ago, and no line of it has come into your log.",
                expected="access_log /var/log/nginx/access.log NAME;")  # fmt: skip
        if not any(address in line for line in lines):
            fail(f"GET {target} was served by {asked[-1]} at {address}, and its line in your log does not say so.",
                expected="$upstream_addr in the format, and its name behind access_log", actual=lines[-1])  # fmt: skip


def test_all_three_turn_up(stack: Stack, fresh: Fresh) -> None:
    """all three of your application are asked in turn"""
    met = [asked for _ in range(ROUNDS) for asked in stack.served(stack.get(f"/hello/{fresh.word()}"))[-1:]]
    three = [part.name for part in stack.parts[:-1]]
    if len(three) != 3:
        fail("Three of application run, behind the one name, and your file does not ask that name.",
            expected="application", actual=", ".join(three))  # fmt: skip
    missing = [name for name in three if name not in met]
    if missing:
        fail(f"Of {ROUNDS} requests none went to {' and '.join(missing)}.", expected=", ".join(three),
            actual=", ".join(f"{name}: {met.count(name)}" for name in three))  # fmt: skip
