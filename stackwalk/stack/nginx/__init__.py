"""The nginx program: found, given a moved copy of the learner's file, tested, reloaded."""

from stackwalk.stack.nginx.finding import Nginx, NginxMissing, find_nginx
from stackwalk.stack.nginx.preparing import DEFAULT_MOUNTS, Prepared, prepare
from stackwalk.stack.nginx.reloading import Reloaded, await_ready, reload

__all__ = [
    "DEFAULT_MOUNTS",
    "Nginx",
    "NginxMissing",
    "Prepared",
    "Reloaded",
    "await_ready",
    "find_nginx",
    "prepare",
    "reload",
]
