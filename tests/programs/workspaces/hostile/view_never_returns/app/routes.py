import time

from app import application


@application.route('/')
@application.route('/index')
def index():
    time.sleep(1000)
