"""A tap that records: a line an exchange to a file, until it is ended. `_recorder.py HOST PORT FILE`"""

import os
import select
import sys
from pathlib import Path

from stackwalk.tap.tapping import tapping

ANSWERED = b'{"sight":"answered"'
MISSED = b'{"sight":"missed"'


def main() -> None:
    host, port, file = sys.argv[1:]
    with tapping(port=0, target=(host, int(port))) as tap, Path(file).open("ab", buffering=0) as record:
        print(tap.port, tap.pid, os.getpid(), flush=True)
        while True:
            select.select([tap], [], [])
            lines = [line for line in tap.read_lines() if line.startswith((ANSWERED, MISSED))]
            if lines:
                record.write(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    main()
