# SIGKILL to its own process group.
# step: 1.1
# outcome: failed
# cause: crashed
# says: SIGKILL

import os

os.killpg(0, 9)
