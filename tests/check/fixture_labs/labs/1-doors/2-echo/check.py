"""1.2: the path comes back."""


def test_the_path_comes_back(server, fresh):
    """the body is the path"""
    path = f"/{fresh.word()}"
    server.get(path).expect_body(path.encode(), "The body has to be the path.", final_newline=True)
