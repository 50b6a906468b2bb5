class App:
    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"Hello from WSGI, " + environ["PATH_INFO"].encode()]

application = App
