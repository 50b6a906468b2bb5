# SIGKILL to whoever started it.
# step: 1.1
# outcome: failed
# cause: exited
# says: killed the process that had started it

import os
import signal
import time

os.kill(os.getppid(), signal.SIGKILL)
time.sleep(60)
