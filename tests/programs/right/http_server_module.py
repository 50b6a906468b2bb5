# Another program takes this one's place: python -m http.server.
# step: 1.3
# outcome: passed

import os
import sys

os.execv(sys.executable, [sys.executable, "-m", "http.server", "8080"])
