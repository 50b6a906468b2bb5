def application(environ, start_response):
    status = 200
    start_response(status, [("Content-Type", "text/plain")])
    return [("Hello from WSGI, " + environ["PATH_INFO"]).encode()]
