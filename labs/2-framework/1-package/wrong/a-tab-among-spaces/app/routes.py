from app import application


@application.route("/")
@application.route("/index")
def index():
    greeting = 1
	return "Hello, world!"
