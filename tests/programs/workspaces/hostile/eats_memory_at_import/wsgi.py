kept = []
while len(kept) < 900:
    kept.append(bytearray(1024 * 1024))

from app import application
