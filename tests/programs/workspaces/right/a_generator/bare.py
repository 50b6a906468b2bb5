def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    yield b"Hello from WSGI, "
    yield environ["PATH_INFO"].encode("latin-1")
