from flask import Blueprint, abort, redirect, request
from markupsafe import escape

pages = Blueprint('pages', __name__)

FORM = '<form method="post"><input name="text"><button>Add</button></form>'
notes = []


@pages.route("/")
@pages.route("/index")
def index():
    return "Hello, world!"


@pages.route("/hello/<name>")
def hello(name):
    return f"Hello, {escape(name)}!"


@pages.route("/notes", methods=["GET", "POST"])
def show_notes():
    if request.method == "POST":
        text = request.form["text"]
        if not text:
            abort(400)
        notes.append(text)
        return redirect("/notes", code=303)
    return "".join(f"<p>{escape(note)}</p>" for note in notes) + FORM
