"""Starts the guardian process. A module of its own, with few imports: whoever is to be quick starts it first of all."""

import os
import socket
import subprocess
import sys

from stackwalk.stack import sweeping

_ROOT = __file__.rpartition("/stackwalk/")[0]
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from stackwalk.stack.guardian import main; main()"


class Begun:
    """A guardian that is starting, the socket to it, and what it and all below it are marked with."""

    def __init__(self) -> None:
        self.marker = sweeping.new_marker()
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _PROGRAM, _ROOT, str(os.getpid()), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={"LC_ALL": "C.UTF-8", sweeping.NAME: self.marker},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
