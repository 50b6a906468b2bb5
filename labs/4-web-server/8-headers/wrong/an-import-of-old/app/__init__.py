from flask import Flask
from werkzeug.contrib.fixers import ProxyFix

application = Flask(__name__)
application.wsgi_app = ProxyFix(application.wsgi_app, x_for=1, x_proto=1)

from app import routes
