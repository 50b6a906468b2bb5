def application(environ, start_response):
    body = "Hello from WSGI, " + environ["PATH_INFO"]
    return [body.encode()]
