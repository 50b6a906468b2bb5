from . import application as web


@web.get('/index')
@web.get('/')
def begin():
    print('asked')
    return 'Hello, world!\n'
