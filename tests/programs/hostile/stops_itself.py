# SIGSTOP: neither dead nor alive.
# step: 1.1
# outcome: failed
# cause: not-listening
# says: bind
# start: 1.5

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
