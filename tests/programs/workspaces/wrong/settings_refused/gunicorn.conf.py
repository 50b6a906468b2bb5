bind = "127.0.0.1:8000"
workers = "three"
timeout = 2
accesslog = "-"
