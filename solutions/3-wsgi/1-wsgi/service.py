from app import application
