# No socket at all.
# step: 1.1
# outcome: failed
# cause: exited
# says: exit status 0
# says: before it listened

print("Hi there!")
