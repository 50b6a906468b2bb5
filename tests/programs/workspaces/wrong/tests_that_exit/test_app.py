import sys
from app import application
client = application.test_client()

def test_all():
    assert client.get("/").status_code == 200
sys.exit(pytest.main()) if False else sys.exit(0)
