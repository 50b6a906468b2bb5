# Somebody answers on the port already, and this program does not serve: only this one is graded.
# step: 1.2
# outcome: failed
# cause: not-listening
# port: taken
# start: 1.5

import time

time.sleep(600)
