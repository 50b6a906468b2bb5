"""What makes a file one that Docker would refuse, in a sentence for whoever wrote it."""


class FileFault(Exception):
    """A file can't be used: what is wrong with it, on which line, and what to try."""

    def __init__(self, what: str, line: int | None = None, try_this: str = "") -> None:
        super().__init__(what)
        self.what = what  # one or two sentences, without the file's name
        self.line = line  # counted from 1; None: the file as a whole
        self.try_this = try_this

    def where(self, name: str) -> str:
        """The sentence with the file's name, and the line where one is known."""
        place = name if self.line is None else f"{name}, line {self.line}"
        return f"{place}: {self.what}"
