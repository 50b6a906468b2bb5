from flask import Flask


def create_app():
    made = Flask(__name__)
    from app.routes import pages
    made.register_blueprint(pages)
    return made


application = create_app()
