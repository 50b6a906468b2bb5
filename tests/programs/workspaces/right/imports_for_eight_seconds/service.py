import time

time.sleep(6)

from app import application
