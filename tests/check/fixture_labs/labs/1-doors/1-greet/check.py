"""1.1: whoever comes is greeted."""


def test_the_status_is_200(server, fresh):
    """three guests in a row get the status 200"""
    for _ in range(3):
        server.get(f"/{fresh.word()}").expect_status(200, "Every guest is welcome: the status is 200.")


def test_the_body_is_hello(server, fresh):
    """a guest gets the body hello"""
    server.get(f"/{fresh.word()}").expect_body(b"hello", "The body has to be hello.", final_newline=True)
