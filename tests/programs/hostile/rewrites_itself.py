# Its file is another one after the first start.
# step: 1.2
# outcome: failed
# cause: closed-early
# check: 1.2.the_answer_is_200

from pathlib import Path
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
Path(__file__).write_text("this is no Python")
while True:
    listener.accept()[0].recv(4096)
