"""A filter for exchanges: `method=POST status>=400 path~/api header:cookie`. Pure.

Conditions stand side by side and all must hold; `!` before one turns it round. A value with spaces stands in quotes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from stackwalk.wire.explain import explain
from stackwalk.wire.message import Exchange
from stackwalk.wire.parsing import TOKEN

OPERATORS = (">=", "<=", "!=", "!~", "=", "~", ">", "<")  # the longer ones first
QUOTES = "\"'"
NUMBER_LIMIT = 15  # characters of a number
CLASS = "xx"  # status=4xx


class FilterError(ValueError):
    """What can't be read in a filter; `position`: characters before the place."""

    def __init__(self, text: str, position: int, why: str, try_this: str) -> None:
        super().__init__(f"{why} {try_this}")
        self.text = text
        self.position = position
        self.why = why  # a full sentence, as the next
        self.try_this = try_this


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; without an operator: that there is such a header."""

    field: str  # "status", "header:cookie"
    operator: str  # one of OPERATORS, or ""
    value: str
    is_turned: bool = False  # a `!` stands before it

    def holds(self, exchange: Exchange) -> bool:
        return self._found(exchange) != self.is_turned

    def _found(self, exchange: Exchange) -> bool:
        operator, turned = self.operator, self.operator in ("!=", "!~")
        if turned:
            operator = operator[1:]
        if self.field in NUMBERS:
            return _compare(NUMBERS[self.field](exchange), operator, self.value) != turned
        values = _values(exchange, self.field)
        if not operator:
            return bool(values)
        wanted = self.value.lower()
        if operator == "=":
            return (wanted in values) != turned
        return any(wanted in value for value in values) != turned


Filter = tuple[Condition, ...]


def read_filter(text: str) -> Filter:
    """The conditions that a person typed. FilterError, and nothing else, where they can't be read.

    >>> [condition.field for condition in read_filter("method=POST status>=400 header:cookie")]
    ['method', 'status', 'header:cookie']
    """
    conditions: list[Condition] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        condition, position = _read_condition(text, position)
        conditions.append(condition)
    if not conditions:
        raise FilterError(text, 0, "The filter is empty.", "Write for example: status>=400")
    return tuple(conditions)


def matches(conditions: Filter, exchange: Exchange) -> bool:
    """Whether all of them hold."""
    return all(condition.holds(exchange) for condition in conditions)


def _read_condition(text: str, start: int) -> tuple[Condition, int]:
    is_turned = text[start] == "!"
    begin = start + is_turned
    position = begin
    while position < len(text) and not text[position].isspace() and not text.startswith(OPERATORS, position):
        position += 1
    field = text[begin:position].lower()
    operator = next((one for one in OPERATORS if text.startswith(one, position)), "")
    _check_field(text, begin, field, operator)
    if not operator:
        if not field.startswith("header:"):
            raise FilterError(text, position, f"Nothing says what {field} should be.", f"Write {_example(field)}")
        return Condition(field, "", "", is_turned), position
    if operator not in _operators(field):
        raise FilterError(
            text, position, f"{field} can't be asked with {operator}.", f"It takes {' '.join(_operators(field))}"
        )
    value, end = _read_value(text, position + len(operator))
    if not value:
        raise FilterError(text, position + len(operator), f"No value stands behind {operator}.", "Write one.")
    if field in NUMBERS and not _is_number(field, operator, value):
        raise FilterError(
            text, position + len(operator), f"{field} is compared with a number.", f"Write {_example(field)}"
        )
    return Condition(field, operator, value, is_turned), end


def _read_value(text: str, start: int) -> tuple[str, int]:
    if start < len(text) and text[start] in QUOTES:
        end = text.find(text[start], start + 1)
        if end < 0:
            raise FilterError(text, start, "This quote is never closed.", f"Write another {text[start]} behind it.")
        return text[start + 1 : end], end + 1
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end], end


def _check_field(text: str, start: int, field: str, operator: str) -> None:
    if field.startswith("header:"):
        name = field.removeprefix("header:")
        if not name or not TOKEN.issuperset(name.encode("utf-8", "replace")):
            raise FilterError(text, start + len("header:"), "This is no name of a header.", "Write header:cookie")
        return
    if field in NUMBERS or field in TEXTS:
        return
    from difflib import get_close_matches  # only an error needs it

    known = (*TEXTS, *NUMBERS, "header:NAME")
    close = get_close_matches(field[:40], known, 1)
    what = f"There is no field {field!a:.60}." if field else f"No field stands before {operator or 'this'}."
    raise FilterError(
        text, start, what, f"Did you mean {close[0]}?" if close else f"The fields are {', '.join(known)}."
    )


def _operators(field: str) -> tuple[str, ...]:
    return ("=", "!=", ">", ">=", "<", "<=") if field in NUMBERS else ("=", "!=", "~", "!~")


def _example(field: str) -> str:
    return {"method": "method=POST", "status": "status>=400", "time": "time>100 (milliseconds)"}.get(
        field, f"{field}>1000" if field in NUMBERS else f"{field}~text"
    )


def _is_number(field: str, operator: str, value: str) -> bool:
    if field == "status" and operator in ("=", "!=") and value[1:].lower() == CLASS:
        return value[0].isascii() and value[0].isdigit()
    whole, _, part = value.partition(".")
    digits = whole + part
    return digits.isascii() and digits.isdigit() and bool(whole) and len(value) <= NUMBER_LIMIT


def _compare(number: float | None, operator: str, value: str) -> bool:
    if number is None:
        return False
    if value[1:].lower() == CLASS:
        return number // 100 == int(value[0])
    wanted = float(value)
    match operator:
        case "=":
            return number == wanted
        case ">":
            return number > wanted
        case ">=":
            return number >= wanted
        case "<":
            return number < wanted
        case _:
            return number <= wanted


def _values(exchange: Exchange, field: str) -> list[str]:
    """What an exchange has there, in lower case."""
    if field.startswith("header:"):
        name = field.removeprefix("header:")
        heads = [said.head for said in (exchange.request, exchange.response) if said is not None]
        found = [value.decode("latin-1") for head in heads for value in head.every(name)]
    else:
        found = TEXTS[field](exchange)
    return [value.lower() for value in found]


def _target(exchange: Exchange) -> str | None:
    return None if exchange.request is None else exchange.request.target


def _header(exchange: Exchange, name: str, of_answer: bool) -> list[str]:
    said = exchange.response if of_answer else exchange.request
    value = None if said is None else said.head.header(name)
    return [] if value is None else [value.decode("latin-1")]


def _bodies(exchange: Exchange) -> list[str]:
    said = (exchange.request, exchange.response)
    return [one.body.decode("utf-8", "replace") for one in said if one is not None and one.body]


def _size(exchange: Exchange) -> float | None:
    # Of a stream that goes on nobody knows it yet.
    return None if exchange.response is None or exchange.done_at is None else exchange.response.body_size


TEXTS: dict[str, Callable[[Exchange], list[str]]] = {
    "method": lambda exchange: [] if exchange.request is None else [exchange.request.method],
    "path": lambda exchange: [target.partition("?")[0] for target in [_target(exchange)] if target is not None],
    "query": lambda exchange: [target.partition("?")[2] for target in [_target(exchange)] if target is not None],
    "url": lambda exchange: [target for target in [_target(exchange)] if target is not None],
    "host": lambda exchange: _header(exchange, "host", of_answer=False),
    "type": lambda exchange: [
        value.partition(";")[0].strip() for value in _header(exchange, "content-type", of_answer=True)
    ],
    "body": _bodies,
    "note": lambda exchange: [note.code for note in explain(exchange)],
}

NUMBERS: dict[str, Callable[[Exchange], float | None]] = {
    "status": lambda exchange: None if exchange.response is None else exchange.response.status,
    "size": _size,
    "time": lambda exchange: exchange.milliseconds,
    "connection": lambda exchange: exchange.connection,
}
