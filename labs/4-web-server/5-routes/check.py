"""4.5: the path decides who is asked: bare.py below /api/, the Flask application for the rest."""

from stackwalk.check import fail
from stackwalk.check.fresh import Fresh
from stackwalk.check.stack import Stack

GREETING = "Hello from WSGI, "
API = "api"


def test_the_api_answers_below_its_path(stack: Stack, fresh: Fresh) -> None:
    """/api/ and all below it is answered by bare.py, query and all"""
    prefixes = set()
    for rest in (fresh.word(), f"{fresh.word()}/{fresh.name('.json')}", ""):
        target, query = f"/api/{rest}", f"q={fresh.number(1, 999)}"
        answer = stack.get(f"{target}?{query}")
        asked = stack.served(answer)
        if asked[-1:] != (API,):
            who = asked[-1] if asked else "nginx itself"
            fail(f"GET {target} is answered by {who}, and bare.py is the one for it.", expected=API, actual=who)
        answer.expect_status(200, f"bare.py answers GET {target} with 200.")
        seen = answer.body.decode("utf-8", "replace").removeprefix(GREETING)
        whole, cut = target, f"/{rest}"
        if seen not in (whole, cut):
            fail(f"bare.py was to be asked for {whole}, or for {cut} if the first part is cut off; it was asked for "
                "something else.", expected=f"{whole} or {cut}", actual=seen)  # fmt: skip
        prefixes.add(seen == whole)
        sent = stack.asked(API)[-1].target
        if sent.partition("?")[2] != query:
            fail("The query got lost on the way to bare.py.", expected=f"?{query}", actual=sent)
    if len(prefixes) > 1:
        fail("One path below /api/ arrives whole and another one cut off.")


def test_the_rest_is_as_before(stack: Stack, fresh: Fresh) -> None:
    """/apix, and all the rest, is answered by your Flask application"""
    for target, status in ((f"/api{fresh.word()}", 404), ("/", 200), (f"/hello/{fresh.word()}", 200)):
        answer = stack.get(target)
        asked = stack.served(answer)
        if asked[-1:] == (API,):
            fail(f"GET {target} was passed on to bare.py, and is none of its paths.",
                expected="location /api/ with its last slash", actual=answer.body[:80])  # fmt: skip
        if not asked:
            fail(f"GET {target} was answered by nginx itself, and no application was asked.", actual=answer.first_line)
        answer.expect_status(status, f"Your Flask application answers GET {target} with {status}.")
