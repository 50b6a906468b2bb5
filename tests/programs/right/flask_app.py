# A framework does it all.
# step: 1.3
# outcome: passed

from flask import Flask, send_from_directory

app = Flask(__name__, static_folder=None)


@app.get("/<path:name>")
def file(name):
    return send_from_directory(".", name)


if __name__ == "__main__":
    app.run(port=8080)
