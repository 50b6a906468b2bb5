from flask import abort, redirect, request
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


@application.route("/notes", methods=["GET", "POST"])
def show_notes():
    if request.method == "POST":
        text = request.form["text"]
        if not text:
            abort(400)
        notes.append(text)
        return redirect("/notes", status=303)
    return "".join(f"<p>{escape(note)}</p>" for note in notes) + FORM
