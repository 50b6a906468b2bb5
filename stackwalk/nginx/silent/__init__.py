"""Mistakes that nginx accepts without a word. Each is a note: most likely not what was meant."""

from stackwalk.nginx.complaint import Complaint
from stackwalk.nginx.project import Project
from stackwalk.nginx.setting import Setting
from stackwalk.nginx.silent import characters, headers, locations, logs, servers, upstreams

__all__ = ["notes"]

MOST = 40  # notes on one project
_LOOKS = (*servers.LOOKS, *locations.LOOKS, *upstreams.LOOKS, *headers.LOOKS, *logs.LOOKS)


def notes(project: Project, setting: Setting) -> tuple[Complaint, ...]:
    """All that can be said, in the order of the looks. A file that can't be read to its end says little."""
    found: dict[Complaint, None] = {}
    torn = any(source.conf.trouble is not None for source in project.sources)
    for look in characters.LOOKS if torn else (*characters.LOOKS, *_LOOKS):
        for note in look(project, setting):
            found[note] = None
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)
