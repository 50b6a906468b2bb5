from app import application


@application.route('/')
@application.route('/index')
def index():
    raise RuntimeError('\x1b[31mred\x1b[0m')
