import socket


def main():
    listener = socket.socket()
    listener.bind(("", 8080))
    listener.listen()
    while True:
        client, address = listener.accept()
        print(client.recv(4096))
        client.close()
