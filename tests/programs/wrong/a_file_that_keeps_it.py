# step: 1.2
# outcome: failed
# cause: silent
# says: kept there until it is enough
# says: Your program waits in line 14 of server.py

import socket

listener = socket.socket()
listener.bind(("", 8080))
listener.listen()

while True:
    client, address = listener.accept()
    file = client.makefile("rw", newline="\r\n")
    for line in file:
        if line == "\r\n":
            break
    file.write("HTTP/1.1 200 OK\n\nHi there!")
    client.close()
