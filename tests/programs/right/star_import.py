# from socket import *, one-letter names, no blank lines.
# step: 1.3
# outcome: passed

from socket import *
s = socket(AF_INET, SOCK_STREAM)
s.bind(('', 8080)); s.listen(5)
while 1:
  c, a = s.accept()
  r = c.recv(1024)
  n = r.split(b' ')[1].strip(b'/')
  try: b = open(n, 'rb').read(); h = b'HTTP/1.1 200 OK\n\n'
  except: b = b'nope'; h = b'HTTP/1.1 404 nope\n\n'
  c.send(h)
  c.sendall(b)
  c.close()
