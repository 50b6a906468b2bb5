from flask import Flask, abort, redirect, render_template_string, request

application = Flask(__name__)
notes = []


@application.route("/")
@application.route("/index")
def index():
    return "Hello, world!\n"


@application.route("/hello/<name>")
def hello(name):
    return render_template_string("Hello, {{ name }}!", name=name)


@application.route("/notes", methods=["POST", "GET"])
def show():
    if request.method == "GET":
        return render_template_string("{% for note in notes %}<p>{{ note }}</p>{% endfor %}", notes=notes)
    if not request.form.get("text"):
        abort(400)
    notes.append(request.form["text"])
    return redirect(request.url, code=303)
