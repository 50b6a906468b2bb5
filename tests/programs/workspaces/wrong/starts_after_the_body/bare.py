def application(environ, start_response):
    yield b"Hello from WSGI, "
    yield environ["PATH_INFO"].encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
