# Ends at once; its child holds stdout open for minutes.
# step: 1.1
# outcome: failed
# cause: left-behind
# says: sleep

import subprocess

subprocess.Popen(["sleep", "300"])
