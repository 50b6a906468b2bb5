"""The one error that a person can act on: what happened, and what to try."""


class StackwalkError(Exception):
    """Something outside the learner's program and outside our code: usage, files, ports.

    Both parts are full sentences. The command line shows them and exits with status 2.
    """

    def __init__(self, what: str, try_this: str) -> None:
        super().__init__(f"{what} {try_this}")
        self.what = what
        self.try_this = try_this
