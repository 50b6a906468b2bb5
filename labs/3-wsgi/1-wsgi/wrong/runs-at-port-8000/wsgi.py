from app import application

application.run(port=8000)
