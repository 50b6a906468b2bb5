# Waits for a line that never comes.
# step: 1.1
# outcome: failed
# cause: exited
# says: exit status 0

import sys

sys.stdin.read()
