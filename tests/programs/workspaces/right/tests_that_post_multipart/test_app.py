import io
from app import application
c = application.test_client()
def test_all():
    assert "Hello, world!" in c.get("/index").text
    for n in "Ada", "Bob": assert n in c.get("/hello/" + n).text
    assert c.get("/nope").status_code == 404
    c.post("/notes", data={"text": "two words"}, content_type="multipart/form-data")
    assert "two words" in c.get("/notes").text
    assert c.post("/notes", data={"text": "", "more": "x"}, content_type="multipart/form-data").status_code == 400
