# Calls itself without end.
# step: 1.1
# outcome: failed
# cause: crashed
# says: RecursionError
# says: server.py, line

def again():
    again()


again()
