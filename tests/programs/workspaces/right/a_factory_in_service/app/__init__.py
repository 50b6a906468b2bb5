from flask import Flask


def create_app():
    made = Flask(__name__)
    made.add_url_rule('/', 'index', lambda: 'Hello, world!')
    made.add_url_rule('/index', 'index')
    from markupsafe import escape
    made.add_url_rule('/hello/<name>', 'hello', lambda name: f'<p>Hi <i>{escape(name)}</i></p>')
    return made
