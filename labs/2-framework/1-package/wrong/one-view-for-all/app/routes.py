from app import application


@application.route("/")
@application.route("/<path:rest>")
def index(rest=""):
    return "Hello, world!"
