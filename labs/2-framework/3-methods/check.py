"""2.3: notes are posted, shown and never posted twice; what is not asked for properly is refused."""

from urllib.parse import urlencode, urljoin, urlsplit

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import tags_of, text_of
from stackwalk.check.server import Server

FORM = ("Content-Type", "application/x-www-form-urlencoded")


def post(server: Server, form: dict[str, str]) -> Answer:
    return server.get("/notes", method="POST", headers=[FORM], body=urlencode(form).encode() or b"")


def keep(server: Server, text: str) -> Answer:
    answer = post(server, {"text": text})
    answer.expect_status(303, "A note was posted, so the answer sends the browser on with 303 See Other.")
    return answer


def page(server: Server) -> Answer:
    answer = server.get("/notes")
    answer.expect_status(200, "GET /notes is answered with 200 and the notes so far.")
    return answer


def expect_note(answer: Answer, text: str) -> None:
    shown = text_of(answer)
    if text not in shown:
        fail(f"The note {text!r} was posted, and GET /notes does not show it.", expected=text, actual=shown)


def test_a_note_comes_back(server: Server, fresh: Fresh) -> None:
    """a note that is posted stands on the page, and so do those before it"""
    page(server)
    texts = [f"{fresh.word()} {fresh.word()}" for _ in range(3)]
    for number, text in enumerate(texts):
        keep(server, text)
        answer = page(server)
        for earlier in texts[: number + 1]:
            expect_note(answer, earlier)


def test_the_browser_is_sent_on(server: Server, fresh: Fresh) -> None:
    """the answer to the form is a 303 that leads back to the notes"""
    answer = keep(server, fresh.word())
    location = answer.header("Location")
    if location is None:
        fail("A 303 says where to go on, in a header Location, and there is none.", expected="Location: /notes")
    if urlsplit(urljoin("http://localhost:5000/notes", location)).path != "/notes":
        fail(
            "The 303 leads to another page than the notes.", expected="Location: /notes", actual=f"Location: {location}"
        )


def test_a_reload_posts_nothing(server: Server, fresh: Fresh) -> None:
    """to look at the page again adds nothing to it"""
    text = fresh.word()
    keep(server, text)
    before = text_of(page(server)).count(text)
    page(server)
    after = text_of(page(server)).count(text)
    if before != after:
        fail(f"The note {text!r} stood there {before} times, and after two more looks {after} times.")


def test_a_note_is_shown_and_not_obeyed(server: Server, fresh: Fresh) -> None:
    """a tag in a note is shown, and not obeyed by the browser"""
    tag = f"{fresh.word()}x"
    text = f"<{tag}>{fresh.word()} & é"
    keep(server, text)
    answer = page(server)
    if tag in tags_of(answer):
        fail(
            f"The <{tag}> of a note stands in your page as a tag, and a browser obeys it. It has to be escaped.",
            expected=f"&lt;{tag}&gt;",
            actual=answer.body,
        )
    expect_note(answer, text)


def test_an_empty_form_is_400(server: Server, fresh: Fresh) -> None:
    """a form without a text, or with an empty one, is a 400"""
    post(server, {fresh.word(): fresh.word()}).expect_status(
        400, "A form came without the field text, so POST /notes is answered with 400."
    )
    post(server, {"text": ""}).expect_status(
        400, "A form came with nothing in the field text, so POST /notes is answered with 400."
    )


def test_other_methods_are_405(server: Server) -> None:
    """DELETE, PUT and PATCH are a 405, and Allow names GET and POST"""
    for method in ("DELETE", "PUT", "PATCH"):
        answer = server.get("/notes", method=method)
        answer.expect_status(405, f"Nobody can {method} the notes, so that is answered with 405.")
        allowed = {one.strip().upper() for one in (answer.header("Allow") or "").split(",")}
        if not {"GET", "POST"} <= allowed:
            fail("A 405 says in Allow what can be done instead.", expected="GET, POST", actual=answer.header("Allow"))
