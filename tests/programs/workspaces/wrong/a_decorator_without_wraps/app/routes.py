from markupsafe import escape

from app import application


def logged(view):
    def wrapper(*args, **kwargs):
        print("asked")
        return view(*args, **kwargs)
    return wrapper


@application.route("/")
@application.route("/index")
@logged
def index():
    return "Hello, world!"


@application.route("/hello/<name>")
@logged
def hello(name):
    return f"Hello, {escape(name)}!"
