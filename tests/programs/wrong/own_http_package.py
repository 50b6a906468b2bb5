# A folder of theirs is called http.
# step: 1.2
# outcome: failed
# cause: crashed
# says: http
# says: another name

import http.server

http.server.test(port=8080)
==== http/__init__.py
name = "mine"
