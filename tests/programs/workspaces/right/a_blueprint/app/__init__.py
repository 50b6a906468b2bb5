from flask import Flask

from app.routes import pages

application = Flask(__name__)
application.register_blueprint(pages)
