# Prints its answer, and sends it as well.
# step: 1.2
# outcome: failed
# cause: closed-early
# says: 9 came
# unsaid: on your own screen

import socket
s = socket.socket()
s.bind(("", 8080))
s.listen()
while True:
    c, a = s.accept()
    request = c.recv(4096)
    print(request)
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nHi there!"
    print("sending", answer)
    c.sendall(answer.encode())
    c.close()
