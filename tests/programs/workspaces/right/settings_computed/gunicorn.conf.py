import multiprocessing
import os

bind = ["127.0.0.1:8000"]
workers = min(3, max(3, multiprocessing.cpu_count()))
timeout = int(os.environ.get("TIMEOUT", "2"))
accesslog = "access.log"
access_log_format = '%(h)s "%(r)s" %(s)s'


def post_fork(server, worker):
    server.log.info("worker %s", worker.pid)
