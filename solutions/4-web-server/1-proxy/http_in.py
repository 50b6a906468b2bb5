"""Reads one request from a client, whole: the reader of step 1.7."""

HEAD_LIMIT = 64 * 1024  # bytes


def read_request(client):
    """Return (method, target, headers, body); headers is a list of pairs of texts. None: nobody asked."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(4096)
        if not piece or len(data) > HEAD_LIMIT:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = []
    length = 0
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
        if name.lower() == "content-length":
            length = int(value)
    while len(body) < length:
        piece = client.recv(4096)
        if not piece:
            return None
        body += piece
    return method, target, headers, body
