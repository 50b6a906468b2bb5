from app import application as app
