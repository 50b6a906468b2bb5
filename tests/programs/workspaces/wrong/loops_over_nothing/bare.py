def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    for part in environ.get("nothing"):
        pass
    return [b"x"]
