def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    body = "Hello from WSGI, " + environ["PATH_INFO"]
    return [body.encode()]
