"""Words that explanations are made of."""

from stackwalk.wire.message import Exchange, Head, Request, Response

NAMES_SHOWN = 5  # of cookies, of fields
LONGEST = 60  # characters of a value from the wire


def sides(exchange: Exchange) -> list[tuple[str, Request | Response]]:
    sides = (("client", exchange.request), ("server", exchange.response))
    return [(who, said) for who, said in sides if said is not None]


def tokens(head: Head, name: str) -> set[bytes]:
    return {part.strip().lower() for value in head.every(name) for part in value.split(b",")}


def value_of(head: Head, name: str) -> str | None:
    value = head.header(name)
    return None if value is None else short(value)


def short(value: str | bytes) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def names_of(names: list[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
