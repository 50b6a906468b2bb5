# Another style: types, a class, a main.
# step: 1.3
# outcome: passed

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Größe:
    tür: socket.socket

    def für_immer(self) -> None:
        while True:
            gast, _ = self.tür.accept()
            with gast:
                self.bedienen(gast)

    def bedienen(self, gast: socket.socket) -> None:
        datei = Path(gast.recv(2048).split()[1].decode().lstrip("/"))
        if datei.is_file():
            gast.sendall(b"HTTP/1.0 200 Sehr gut\r\n\r\n")
            gast.sendall(datei.read_bytes())
        else:
            gast.sendall(b"HTTP/1.0 404 \r\n\r\n")


def main() -> None:
    with socket.create_server(("localhost", 8080)) as tür:
        Größe(tür).für_immer()


if __name__ == "__main__":
    main()
