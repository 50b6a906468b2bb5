from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

application = Flask(__name__)
application.wsgi_app = ProxyFix(application.wsgi_app, x_for=2, x_proto=1)

from app import routes
