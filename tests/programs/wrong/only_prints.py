# No socket at all.
# step: 1.1
# outcome: failed
# cause: exited
# says: exit status 0

print("Hi there!")
