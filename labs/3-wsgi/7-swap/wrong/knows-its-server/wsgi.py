from app import application as pages


def application(environ, start_response):
    if environ.get("SERVER_SOFTWARE") == "waitress":
        start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"not for waitress\n"]
    return pages(environ, start_response)
