# A WSGI server of the standard library.
# step: 1.3
# outcome: passed

from pathlib import Path
from wsgiref.simple_server import make_server


def application(environ, start_response):
    file = Path(environ["PATH_INFO"][1:])
    if file.is_file():
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [file.read_bytes()]
    start_response("404 Not Found", [])
    return [b"no"]


make_server("", 8080, application).serve_forever()
