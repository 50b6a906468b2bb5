import time
time.sleep(100)
def test_a(): pass
