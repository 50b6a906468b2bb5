import os
import time

for _ in range(100):
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)

from app import application
