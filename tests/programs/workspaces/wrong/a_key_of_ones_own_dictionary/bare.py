PAGES = {"/": "home"}


def application(environ, start_response):
    page = PAGES[environ["PATH_INFO"]]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello from WSGI, " + page.encode()]
