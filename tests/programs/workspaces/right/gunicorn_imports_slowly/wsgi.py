import time

time.sleep(3)

from app import application
