bind = "127.0.0.1:8000"
worker = 3
time_out = 2
access_log = "-"
