# Another language, and an error in it.
# step: 1.2
# outcome: failed
# cause: exited
# says: exit status
# port: real
# needs: perl

import os

os.execvp("perl", ["perl", "-e", "die 'no door'"])
