# A gigabyte of output.
# step: 1.1
# outcome: failed
# cause: too-much-output
# says: more than 10 MB

import os

block = b"x" * 999_999 + b"\n"
for _ in range(1074):
    os.write(1, block)
