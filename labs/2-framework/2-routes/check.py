"""2.2: the part of the path that changes comes back in the page, and is shown, never obeyed."""

from urllib.parse import quote

from stackwalk.check import fail
from stackwalk.check.answer import Answer
from stackwalk.check.fresh import Fresh
from stackwalk.check.page import tags_of, text_of
from stackwalk.check.server import Server


def greet(server: Server, name: str) -> Answer:
    target = f"/hello/{quote(name, safe='')}"
    answer = server.get(target)
    answer.expect_status(200, f"Every name has a page, so GET {target} is answered with 200.")
    return answer


def expect_name(answer: Answer, name: str, message: str) -> None:
    shown = text_of(answer)
    if name not in shown:
        fail(message, expected=name, actual=shown)


def test_the_name_is_on_the_page(server: Server, fresh: Fresh) -> None:
    """/hello/NAME shows that name, a new one each time"""
    for _ in range(2):
        name = fresh.word()
        expect_name(greet(server, name), name, f"The page of /hello/{name} shows the name {name}.")


def test_capitals_and_spaces_stay(server: Server, fresh: Fresh) -> None:
    """capitals, spaces and digits in it stay as they are"""
    name = f"{fresh.word().capitalize()} {fresh.word().upper()} {fresh.number(10, 99)}"
    expect_name(greet(server, name), name, f"The name was typed as {name!r}, and is shown like that.")


def test_letters_beyond_ascii(server: Server, fresh: Fresh) -> None:
    """letters such as ë, ß and 日 come back whole"""
    name = f"Zoë-{fresh.word()}-Weiß-日本"
    expect_name(greet(server, name), name, f"The name was {name}, and the page shows another one.")


def test_a_tag_is_shown_and_not_obeyed(server: Server, fresh: Fresh) -> None:
    """a tag in the name is shown, and not obeyed by the browser"""
    tag = f"{fresh.word()}x"
    name = f"<{tag}>{fresh.word()}"
    answer = greet(server, name)
    if tag in tags_of(answer):
        fail(
            f"The visitor's <{tag}> stands in your page as a tag, and a browser obeys it. It has to be escaped.",
            expected=f"&lt;{tag}&gt;",
            actual=answer.body,
            hint="escape(name), from markupsafe, makes its signs harmless.",
        )
    expect_name(answer, name, f"The name was {name}, and what a person sees of it is something else.")


def test_quotes_and_ampersands(server: Server, fresh: Fresh) -> None:
    """quotes and & in the name are shown as they were typed"""
    for sign in ('"', "'", "&amp;", "&"):
        name = f"{fresh.word()}{sign}{fresh.word()}"
        expect_name(greet(server, name), name, f"The name was {name}, and what a person sees of it is something else.")


def test_without_a_name_it_is_404(server: Server) -> None:
    """/hello/ without a name is a 404"""
    server.get("/hello/").expect_status(404, "There is no name in /hello/, so GET /hello/ is answered with 404.")
