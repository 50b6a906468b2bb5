# Fills the disk, as far as it may.
# step: 1.1
# outcome: failed
# cause: crashed
# says: large

with open("big", "wb") as file:
    for _ in range(300):
        file.write(bytes(1024 * 1024))
