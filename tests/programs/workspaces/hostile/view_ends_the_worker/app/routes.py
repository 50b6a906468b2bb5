import os

from app import application


@application.route('/')
@application.route('/index')
def index():
    os._exit(1)
