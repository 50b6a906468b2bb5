# Says that the port is taken, which it is not.
# step: 1.1
# outcome: failed
# cause: crashed
# port: real
# says: Address already in use

raise OSError(98, "Address already in use")
