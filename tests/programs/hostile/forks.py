# Forks on and on (itself bounded to 200).
# step: 1.1
# outcome: failed
# cause: too-many-processes
# says: more than 64 processes

import os
import time

for _ in range(200):
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)
    time.sleep(0.001)
time.sleep(30)
