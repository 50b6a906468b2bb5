"""An application that nobody has seen before: it tells what it was given, and wsgiref.validate looks on."""

import json
import sys
from wsgiref.validate import validator

TOLD = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "HTTP_X_@HEADER@")


class Pieces:
    """An answer in three pieces that is to be closed."""

    def __init__(self, text: str) -> None:
        data = text.encode()
        self._pieces = iter((data[:5], b"", data[5:]))

    def __iter__(self) -> "Pieces":
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        print("closed @WORD@", flush=True)


def _stumble(start_response):  # type: ignore[no-untyped-def]
    """As frameworks do it: the answer has begun, an error comes up, and the answer becomes another."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Begun", "@WORD@")])
    try:
        raise LookupError("@WORD@")
    except LookupError:
        start_response(
            "503 Service Unavailable", [("Content-Type", "text/plain"), ("X-Word", "@WORD@")], sys.exc_info()
        )
    return Pieces("stumbled over @WORD@")


def _tell(environ, start_response):  # type: ignore[no-untyped-def]
    if environ["PATH_INFO"] == "/stumble":
        return _stumble(start_response)
    told = {name: environ.get(name) for name in TOLD}
    length = int(environ.get("CONTENT_LENGTH") or 0)
    told["body"] = environ["wsgi.input"].read(length).decode("latin-1")
    start_response("203 Non-Authoritative Information", [("Content-Type", "application/json"), ("X-Word", "@WORD@")])
    return Pieces(json.dumps(told))


application = validator(_tell)
