from app import application


def index():
    return "Hello, world!"


application.route("/")(index)
