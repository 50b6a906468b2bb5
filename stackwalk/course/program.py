"""ProgramSpec: what a lab says of a program that runs. A module of its own: `up` needs no more of a course. Pure."""

from typing import NamedTuple


class ProgramSpec(NamedTuple):
    """One program of a lab, as lab.toml says it, before any real port is known."""

    name: str
    run: tuple[str, ...]  # the command, e.g. ("python", "server.py")
    file: str  # the learner's file without which there is nothing to run
    port: int  # the one that the learner types
    answers: bool = False  # ready is an answer to a request, not a listening socket alone
    keeps: tuple[str, ...] = ()  # folders whose files it reads anew by itself: a save there does not restart it

    needs: tuple[str, ...] = ()  # packages that it runs on; the workspace's own environment may lack them
    taken: str = ""  # what to say besides where somebody else has its port
    strays: tuple[int, ...] = ()  # ports that a slip may open besides: they are moved, too
    server: str = ""  # the web server that it is, where stackwalk prepares its file: "nginx", "haproxy" …
    folder: str = ""  # what its file calls the workspace ("/service"), where that is prepared
    door: int = 0  # where its clients come to; 0: to its own port
    copies: int = 1  # how many of it run, behind one name
    settings: str = ""  # a file of the learner's with settings of this program; where it is there …
    settled: tuple[str, ...] = ()  # … this is the command, outside of a lesson
    since: int = 0  # the number of the step from which on it is known

    @property
    def clients_at(self) -> int:
        """The port that clients come to."""
        return self.door or self.port

    @property
    def moved(self) -> tuple[int, ...]:
        """The ports that are moved to free ones, where the probe can."""
        return (self.port, *self.strays)

    @property
    def line(self) -> str:
        """The command as it is typed."""
        import shlex  # of those who only run it nobody asks

        return shlex.join(self.run)
