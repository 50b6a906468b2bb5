from flask import Flask

from app import routes

application = Flask(__name__)
