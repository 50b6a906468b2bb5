"""How a look at a file says what it found."""

from collections.abc import Callable, Iterator

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.project import Project, Source
from stackwalk.nginx.setting import Setting

Look = Callable[[Project, Setting], Iterator[Complaint]]


def note(source: Source, line: int, means: str, try_this: str) -> Complaint:
    return Complaint(source.name, line, "note", "", means, try_this)
