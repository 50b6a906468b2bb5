def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    while True:
        yield b'Hello from WSGI, ' * 4000
