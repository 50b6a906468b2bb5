# Everything is in a function that nobody calls.
# step: 1.1
# outcome: failed
# cause: exited
# says: never calls it

def main():
    import socket

    listener = socket.create_server(("", 8080))
    while True:
        client, _ = listener.accept()
        print(client.recv(4096))
        client.close()
