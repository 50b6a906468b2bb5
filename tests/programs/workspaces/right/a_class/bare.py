class Application:
    def __call__(self, environ, start_response):
        body = f"Hello from WSGI, {environ['PATH_INFO']}\n".encode()
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]


application = Application()
