import os

from flask import abort, redirect, render_template, request
from markupsafe import escape

from app import application

FORM = '<form method="post"><input name="text"><button>Add</button></form>'
notes = []
visits = 0


@application.route("/")
@application.route("/index")
def index():
    return render_template("index.html", who="world")


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
        return redirect("/notes", code=303)
    return "".join(f"<p>{escape(note)}</p>" for note in notes) + FORM


@application.route("/share/<int:children>")
def share(children):
    return str(100 // children)


@application.errorhandler(404)
def not_found(error):
    return f"<p>There is no {escape(request.path)} here.</p>", 404


@application.errorhandler(500)
def broken(error):
    return "<p>Something went wrong here. We look into it.</p>", 500


@application.route("/pid")
def show_pid():
    return str(os.getpid())


@application.route("/count")
def show_count():
    visits += 1
    return str(visits)
