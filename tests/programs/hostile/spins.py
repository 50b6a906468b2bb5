# Turns in a circle before it listens.
# step: 1.1
# outcome: failed
# cause: not-listening
# says: bind
# start: 1.5
# says: Your program is busy in line

while True:
    pass
