"""What is told from how a value is typed, before anybody asks what it means: quotes, names of images. Pure."""

import re

CURLY = re.compile("[“”„‟‘’‚‛«»]")
STRAIGHT = "Type them again as \" or ', here or in .env: a word processor made them curly."
# https://github.com/distribution/reference: a host may stand before it, a tag or a digest behind it.
_IMAGE = re.compile(
    r"(?:(?P<host>[A-Za-z0-9.-]*[.:][A-Za-z0-9.:-]*|localhost)/)?(?P<path>[A-Za-z0-9]+(?:[._/-]+[A-Za-z0-9]+)*)"
    r"(?::\w[\w.-]{0,127})?(?:@\w+:[0-9a-fA-F]{32,})?",
    re.ASCII,
)


def curly(text: str) -> str:
    """What is wrong with a value that stands in typographic quotes, as a sentence; "" where it does not.

    >>> curly("“8080:80”")
    'the quotes around 8080:80 are curly, and so a part of it.'
    """
    if not any(CURLY.match(one) for one in (text[:1], text[-1:])):
        return ""
    return f"the quotes around {CURLY.sub('', text)} are curly, and so a part of it."


def image_fault(name: str) -> str:
    """Why Docker refuses that as the name of an image; "" where it does not.

    >>> image_fault("Nginx:1.30")
    'Nginx:1.30 is no name of an image: it has small letters only.'
    """
    if not name:
        return "the image has no name: a variable that nobody sets?"
    found = _IMAGE.fullmatch(name)
    if found is None:
        return f"{name} is no name of an image."
    return (
        f"{name} is no name of an image: it has small letters only." if found["path"] != found["path"].lower() else ""
    )
