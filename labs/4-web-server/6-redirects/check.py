"""4.6: what has moved is told so by nginx, path and query kept, and no application hears of it."""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.stack import Stack

SECURE = "secure.localhost"


def led_to(stack: Stack, answer: Answer, what: str) -> SplitResult:
    """Where a redirect leads that nginx has given itself."""
    asked = stack.served(answer)
    if asked:
        fail(f"{what} was passed on to {asked[-1]}; nginx is to answer it by itself.", actual=answer.first_line)
    if answer.status in (302, 303, 307):
        fail(f"{what}: {answer.status} is for today only. For good is 301.", expected="301", actual=answer.first_line)
    answer.expect_status(301, f"{what} is answered with 301: it has moved for good.")
    location = answer.header("Location")
    if location is None:
        fail(f"{what} is answered with 301, and no Location says where to go.", actual=answer.raw[:200])
    return urlsplit(location)


def test_old_leads_to_new(stack: Stack, fresh: Fresh, note: Callable[[str], None]) -> None:
    """/old leads to /new by 301, query and all, and no application is asked"""
    for query in ("", f"{fresh.word()}={fresh.number(1, 99)}&x=%20y"):
        target = f"/old?{query}" if query else "/old"
        answer = stack.get(target)
        place = led_to(stack, answer, f"GET {target}")
        if place.path != "/new":
            fail(f"GET {target} leads to another path.", expected="/new", actual=place.path)
        if place.query != query:
            fail(f"GET {target} leads to /new, and the query is not what it was.", expected=query or "no query",
                actual=place.query or "no query")  # fmt: skip
        if (answer.header("Location") or "").endswith("?"):
            note(
                "GET /old leads to /new?, with a ? and nothing behind it: $is_args is a ? only where there is a query."
            )
        if place.hostname not in (None, "localhost"):
            fail(f"GET {target} leads to another host.", expected="localhost", actual=place.hostname)


def test_only_old_has_moved(stack: Stack, fresh: Fresh) -> None:
    """what only begins with /old is answered as before"""
    for target in (f"/old{fresh.word()}", f"/old/{fresh.word()}"):
        answer = stack.get(target)
        if not stack.served(answer):
            fail(f"GET {target} is another page than /old, and is redirected as well.",
                expected="location = /old", actual=answer.first_line)  # fmt: skip


def test_the_secure_host_leads_to_https(stack: Stack, fresh: Fresh) -> None:
    """secure.localhost leads to the same path and query at https://"""
    for port in ("", ":8080"):
        target = f"/{fresh.word()}/{fresh.word()}?{fresh.word()}={fresh.number(1, 99)}"
        what = f"GET {target} at {SECURE}"
        place = led_to(stack, stack.get(target, headers=[("Host", SECURE + port)]), what)
        if place.scheme != "https":
            fail(f"{what} leads to {place.scheme or 'no'}://, and was to lead to https://.",
                expected=f"https://{SECURE}{target}", actual=place.geturl())  # fmt: skip
        if place.hostname != SECURE:
            fail(f"{what} leads to another host.", expected=SECURE, actual=place.hostname or "none")
        if place.port == 8080:
            fail(f"{what} leads to port 8080, where nobody speaks https.", expected=f"https://{SECURE}{target}",
                actual=place.geturl())  # fmt: skip
        found = f"{place.path}?{place.query}" if place.query else place.path
        if found != target:
            fail(f"{what} leads to another path or query.", expected=target, actual=found)
