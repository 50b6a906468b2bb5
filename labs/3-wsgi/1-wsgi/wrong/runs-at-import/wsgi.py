from app import application

application.run()
