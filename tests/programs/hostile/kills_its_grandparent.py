# SIGKILL to the parent of its parent.
# step: 1.1
# outcome: failed
# cause: exited
# says: killed the process that had started it

import os
import time
from pathlib import Path

status = Path(f"/proc/{os.getppid()}/stat").read_text()
os.kill(int(status.rpartition(")")[2].split()[1]), 9)
time.sleep(60)
