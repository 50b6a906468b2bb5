# The standard library's file server.
# step: 1.3
# outcome: passed

import http.server

http.server.test(http.server.SimpleHTTPRequestHandler, port=8080)
