# A package that nobody installed.
# step: 1.1
# outcome: failed
# cause: crashed
# says: No module named 'requestz'

import requestz
