from app import application

client = application.test_client()


def text(answer):
    return answer.get_data(as_text=True)


def test_it_greets():
    for path in ("/", "/index"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Hello, world!" in text(answer)


def test_it_greets_by_name():
    assert "Ada" in text(client.get("/hello/Ada"))
    assert "Grace" in text(client.get("/hello/Grace"))


def test_a_missing_page_is_404():
    assert client.get("/nowhere").status_code == 404)


def test_a_note_is_kept():
    answer = client.post("/notes", data={"text": "buy milk"})
    assert answer.status_code == 303
    assert "buy milk" in text(client.get("/notes"))


def test_an_empty_note_is_refused():
    assert client.post("/notes", data={"text": ""}).status_code == 400
