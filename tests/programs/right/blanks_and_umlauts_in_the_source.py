# Comments, tabs, long lines, a windows line end now and then.
# step: 1.2
# outcome: passed

# Grüße: „Hallo“ – 日本
import socket
tür = socket.socket()
tür.bind(("", 8080))
tür.listen()
while True:
	gast, _ = tür.accept()
	gast.recv(4096)
	gast.sendall("HTTP/1.1 200 OK\n\nHi there!".encode())
	gast.close()
