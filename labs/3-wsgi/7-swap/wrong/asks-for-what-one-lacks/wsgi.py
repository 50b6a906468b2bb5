from app import application as pages


def application(environ, start_response):
    if "SERVER_SOFTWARE" not in environ:
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b"Which server is this?\n"]
    return pages(environ, start_response)
