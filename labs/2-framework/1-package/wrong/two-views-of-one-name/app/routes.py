from app import application


@application.route("/")
def index():
    return "Hello, world!"


@application.route("/index")
def index():
    return "Hello, world!"
