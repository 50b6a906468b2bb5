import socket

door = socket.create_server(("127.0.0.1", 8080))
while True:
    guest, _ = door.accept()
    path = guest.recv(1000)[999]
    guest.sendall(b"HTTP/1.1 200 OK\n\n" + path)
    guest.close()
