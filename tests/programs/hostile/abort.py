# Ends by SIGABRT.
# step: 1.1
# outcome: failed
# cause: crashed
# says: SIGABRT

import os

os.abort()
