from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

application = Flask(__name__)

from app import routes
