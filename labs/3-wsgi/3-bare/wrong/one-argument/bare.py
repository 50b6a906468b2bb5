def application(environ):
    body = "Hello from WSGI, " + environ["PATH_INFO"]
    return [body.encode()]
