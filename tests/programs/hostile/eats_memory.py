# Takes memory without end (itself bounded to 1 GB).
# step: 1.1
# outcome: failed
# cause: too-much-memory
# says: more than 512 MB

import time

kept = []
for _ in range(50):
    kept.append(bytearray(b"x") * 20_000_000)
    time.sleep(0.01)
time.sleep(60)
