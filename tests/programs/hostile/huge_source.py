# Ten thousand lines of source.
# step: 1.2
# outcome: failed
# cause: wrong-answer
# check: 1.2.the_answer_is_200

exec("\n".join(f"x{number} = {number}" for number in range(100_000)))
import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()
while True:
    client, _ = listener.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 500 Oh\n\nHi there!")
    client.close()
