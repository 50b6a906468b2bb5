bind = "127.0.0.1:8000"
workers = 0
timeout = 2
accesslog = "-"
