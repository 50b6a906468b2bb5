# Calls itself something else, with controls in it.
# step: 1.2
# outcome: failed
# cause: left-behind

import ctypes
import os
import time

if os.fork() == 0:
    ctypes.CDLL(None).prctl(15, b"\x1b[2J\xff) R", 0, 0, 0)
    os.execv("/bin/sleep", ["\x1b[2J\u202e[red]", "60"])
time.sleep(0.2)
