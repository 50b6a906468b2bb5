from app import application


@application.errorhandler(404)
def missing(error):
    return "Hello, world!"
