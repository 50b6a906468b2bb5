from flask import Flask
from werkzeug.debug import DebuggedApplication

application = Flask(__name__)
application.wsgi_app = DebuggedApplication(application.wsgi_app, evalex=True)

from app import routes
