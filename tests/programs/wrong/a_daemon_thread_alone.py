# step: 1.1
# outcome: failed
# cause: exited
# says: a thread with daemon=True ends with it

import socket
import threading


def run():
    listener = socket.socket()
    listener.bind(("", 8080))
    listener.listen()
    while True:
        client, address = listener.accept()
        print(client.recv(4096))
        client.close()


threading.Thread(target=run, daemon=True).start()
