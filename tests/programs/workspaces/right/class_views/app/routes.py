from flask import abort, redirect, request
from flask.views import MethodView
from markupsafe import escape

from app import application

FORM = '<form method="post"><input name="text"><button>Add</button></form>'
notes = []


@application.route("/")
@application.route("/index")
def index():
    return "Hello, world!"


@application.route("/hello/<name>")
def hello(name):
    return f"Hello, {escape(name)}!"


class Notes(MethodView):
    def post(self):
        text = request.form["text"]
        if not text:
            abort(400)
        notes.append(text)
        return redirect("/notes", code=303)

    def get(self):
        return "".join(f"<p>{escape(note)}</p>" for note in notes) + FORM


application.add_url_rule("/notes", view_func=Notes.as_view("notes"))
