def application(environ, start_response):
    body = "Hello from WSGI, " + environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", len(body))])
    return [body.encode()]
