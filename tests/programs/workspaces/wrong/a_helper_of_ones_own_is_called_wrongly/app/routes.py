from markupsafe import escape

from app import application


@application.route("/")
@application.route("/index")
def index():
    return "Hello, world!"


@application.route("/hello/<name>")
def hello(name):
    return greeting(nam=name)


def greeting(name):
    return f"Hello, {escape(name)}!"
