# A daemon as the books have it: new session, no descriptors, another folder, no environment.
# step: 1.2
# outcome: failed
# cause: left-behind
# says: left another process running

import os
import sys
import time

if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
os.umask(0)
for number in range(3):
    os.close(number)
os.open("/dev/null", os.O_RDWR)
os.dup2(0, 1)
os.dup2(0, 2)
if len(sys.argv) == 1:
    os.environ.pop("STACKWALK_RUN", None)
    os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(120)"], {})
