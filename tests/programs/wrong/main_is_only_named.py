# Names main, and does not call it.
# step: 1.2
# outcome: failed
# cause: exited
# says: Write main().

import socket
def main():
    s = socket.create_server(("", 8080))
    while True:
        c, _ = s.accept(); c.recv(4096); c.sendall(b"HTTP/1.1 200 OK\n\nHi there!\n"); c.close()
if __name__ == "__main__":
    main
