def application(environ, start_response):
    start_response("200 OK", [])
    body = "Hello from WSGI, " + environ["PATH_INFO"]
    return [body.encode()]
