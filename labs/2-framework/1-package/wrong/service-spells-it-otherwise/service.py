from app import aplication
