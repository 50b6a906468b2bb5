# Turns in a circle before it listens.
# step: 1.1
# outcome: failed
# cause: not-listening
# says: bind
# start: 1.5

while True:
    pass
