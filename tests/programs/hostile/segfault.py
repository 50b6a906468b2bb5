# Touches memory that is not its own.
# step: 1.1
# outcome: failed
# cause: crashed
# says: SIGSEGV

import ctypes

ctypes.string_at(0)
