from app import application

client = application.test_client()


def text(answer):
    return answer.get_data(as_text=True)


def test_it_greets():
    for path in ("/", "/index"):
        answer = client.get(path)
        _ = answer.status_code == 200
        _ = "Hello, world!" in text(answer)


def test_it_greets_by_name():
    _ = "Ada" in text(client.get("/hello/Ada"))
    _ = "Grace" in text(client.get("/hello/Grace"))


def test_a_missing_page_is_404():
    _ = client.get("/nowhere").status_code == 404


def test_a_note_is_kept():
    answer = client.post("/notes", data={"text": "buy milk"})
    _ = answer.status_code == 303
    _ = "buy milk" in text(client.get("/notes"))


def test_an_empty_note_is_refused():
    _ = client.post("/notes", data={"text": ""}).status_code == 400
