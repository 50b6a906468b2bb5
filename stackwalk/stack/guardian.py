"""The process that starts, watches and ends every program: exec'd, single-threaded, standard library only.

Nothing outlives it. Every program has a foster of its own: a fork of the guardian and a subreaper, which only
starts the program, reaps its orphans and reports. So the tree below a foster is exactly that program's,
whatever in it calls setsid or forks twice; and a program that kills its parent kills its foster only, and
itself with it (PR_SET_PDEATHSIG). The guardian sees that and ends the rest, which the kernel hands to it. A
guardian that is killed is missed by its fosters, each of which then ends its own tree. When the client's end
of the socket closes, or the client is no longer the parent, all of it ends. Stopping comes before killing:
what is stopped cannot fork, and its number cannot be given to another.
"""

import _signal as signal  # type: ignore[import-not-found]  # `signal` itself imports enum: 5 ms
import _socket
import marshal
import os
import resource
import select
import sys
import time

from stackwalk.stack import kin

TYPE_CHECKING = False  # typing itself costs 5 ms
if TYPE_CHECKING:
    from typing import Any, NoReturn

LOOK_EVERY = 0.05 if kin.LINUX else 0.5  # seconds between two looks at a quiet tree (ps is slow)
LOOK_SOON = 0.003  # at one that grows and has come near its limits
FAR = 8  # a tree at less than this part of what it may have is far from it: no growth is worth such a look
PULSE = 0.02  # between two glances at the number of the newest process, which show a bomb before a look does
BURST = 8  # so many new ones in a pulse are a reason to look at once
SETTLE = 0.25  # a program's children may take this long to end after it
SPARE_TASKS = 1024  # so many may be added to the machine's: what holds a bomb of an ordinary user meanwhile
STOPPED = "Tt"  # states of a process: by a signal, by a tracer (proc(5))
IDLE = 0.2  # how late the loss of the client may be seen where its socket lives on in a fork of it
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
_OURS = (
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGTERM,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGTSTP,
)


class Orphaned(BaseException):
    """Raised in a foster when its guardian has died."""


def _prctl(option: int, value: int) -> None:
    """Call prctl(2), where there is one."""
    if not kin.LINUX:
        return
    import _ctypes  # ctypes itself costs 8 ms

    address = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
    _ctypes.call_function(address, (option, value, 0, 0, 0))


def _go_first() -> None:
    """Let no crowd of busy processes keep us from ending it, where the system allows it (as root)."""
    if kin.LINUX:
        try:  # noqa: SIM105
            # What we fork is scheduled as usual.
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
        except (AttributeError, OSError):
            pass


def _send_signal(pid: int, number: int) -> None:
    try:  # noqa: SIM105  contextlib would be an import
        os.kill(pid, number)
    except OSError:
        pass  # it has gone


def _send_below(root: int, number: int, reached: set[int]) -> bool:
    """Signal what is below a process and not yet in `reached`, parents first; whether there was any.

    A parent is stopped before its children are read, and a whole group in one step, so that a chain of
    short-lived children can't outrun us. Groups below us were all made below us: setpgid(2) stays within the
    session.
    """
    spared = {0, 1, root, os.getpgrp()}
    fresh = False
    for parent, pid in kin.offspring(root):
        if pid in reached:
            continue
        fresh = True
        with kin.Hold(pid) as held:
            # Reaped since it was read, its number may be another's: ours has the parent that we saw, or the
            # root, which adopts. What moved elsewhere is met again in the next round.
            if held.look is None or (kin.LINUX and held.look.parent not in (parent, root)):
                continue
            reached.add(pid)
            held.send(number)
            if held.look.group not in spared:
                spared.add(held.look.group)
                _send_signal(-held.look.group, number)
    return fresh


def strike(root: int) -> None:
    """Stop and then kill everything below a process. Repeat it until the kernel says that none is left."""
    stopped: set[int] = set()
    for _ in range(100):
        if not _send_below(root, signal.SIGSTOP, stopped):
            break
    _send_below(root, signal.SIGKILL, set())


def end_everything_below_us() -> "NoReturn":
    """Strike and reap until no child is left, then exit."""
    while True:
        strike(os.getpid())
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            os._exit(0)
        select.select([], [], [], 0.002)


class Order:
    """What is to be launched, as bytes, so that nothing depends on the guardian's own encoding."""

    def __init__(self, argv: list[bytes], cwd: bytes, env: dict[bytes, bytes], limits: dict[str, int | None]) -> None:
        self.argv = argv
        self.cwd = cwd
        self.env = env
        self.limits = limits


class Ward:
    """One program in the guardian's care."""

    def __init__(self, number: int, foster: int, report: int, limits: dict[str, int | None], now: float) -> None:
        self.number = number
        self.foster: int | None = foster
        self.root = foster
        self.foster_lost = False
        self.report: int | None = report
        self.heard = b""
        self.memory = limits["memory"] or 0
        self.processes = limits["processes"] or 0
        self.pid = 0
        self.status: int | None = None
        self.cause: str | None = None
        self.left: list[str] = []
        self.told = False
        self.due = now + 0.01
        self.kill_at: float | None = None
        self.settled_at: float | None = None
        self.most = 0
        self.largest = 0

    def alive(self) -> list[int]:
        """Its processes that have not ended."""
        if self.foster is None:
            return []
        return [pid for pid in kin.tree(self.foster) if (seen := kin.look(pid)) is not None and not seen.dead]

    def escaped(self) -> bool:
        """Without subreapers (macOS, not yet run): end what its groups hold; whether any was left."""
        if kin.LINUX or not kin.tree(self.root):
            return False
        strike(self.root)
        return True


class Guardian:
    """The loop: requests from the client, reports from fosters, children that ended, trees that grow."""

    def __init__(self, link: "_socket.socket", client: int) -> None:
        self.link = link
        self.client = client
        self.wards: dict[int, Ward] = {}
        self.inbox = b""
        self.newest = 0
        self.gifts: list[int] = []
        self.wake, self.waker = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.waker, False)
        for number in _OURS:
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        _go_first()

    def run(self) -> "NoReturn":
        """Serve the client until it is gone, then end everything."""
        try:
            while os.getppid() == self.client:
                self.wait()
                self.reap()
                now = time.monotonic()
                self.glance(now)
                for ward in list(self.wards.values()):
                    self.attend(ward, now)
        except (ConnectionError, EOFError):
            pass  # the client has gone
        finally:
            self.confess(sys.exc_info()[1])
            end_everything_below_us()

    def glance(self, now: float) -> None:
        """Look at every tree at once when many processes were made since the last glance, by whomever."""
        newest = kin.newest() if self.wards else self.newest
        if newest - self.newest not in range(BURST):  # below 0: the numbers began again
            for ward in self.wards.values():
                ward.due = min(ward.due, now)
        self.newest = newest

    def confess(self, error: BaseException | None) -> None:
        """Tell the client about a slip of our own: it must not be taken for the learner's."""
        trace = error.__traceback__ if error is not None else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            try:  # noqa: SIM105
                self.tell("broken", 0, f"{error!r} at line {trace.tb_lineno} of the guardian")
            except OSError:
                pass

    def wait(self) -> None:
        """Wait for the next thing that happens and take it in."""
        poll = select.poll()
        poll.register(self.link.fileno(), select.POLLIN)
        poll.register(self.wake, select.POLLIN)
        reports = {ward.report: ward for ward in self.wards.values() if ward.report is not None}
        for fd in reports:
            poll.register(fd, select.POLLIN)
        now = time.monotonic()
        ahead = min([PULSE if self.wards else IDLE, *(ward.due - now for ward in self.wards.values())])
        for fd, _ in poll.poll(max(0, int(ahead * 1000) + 1)):
            if fd == self.link.fileno():
                self.listen()
            elif fd == self.wake:
                os.read(self.wake, 4096)
            else:
                self.hear(reports[fd])

    def listen(self) -> None:
        """Take in what the client asks for. Raises EOFError when it has closed its end."""
        data, gifts, _, _ = self.link.recvmsg(262144, 4096)
        for level, kind, raw in gifts:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                for at in range(0, len(raw) - len(raw) % 4, 4):
                    gift = int.from_bytes(raw[at : at + 4], sys.byteorder)
                    os.set_inheritable(gift, False)  # the kernel hands it over as one that programs get
                    self.gifts.append(gift)
        if not data:
            raise EOFError
        self.inbox += data
        while len(self.inbox) >= 4:
            size = int.from_bytes(self.inbox[:4], "big") + 4
            if len(self.inbox) < size:
                break
            message, self.inbox = marshal.loads(self.inbox[4:size]), self.inbox[size:]
            self.obey(*message)

    def tell(self, *message: "Any") -> None:
        raw = marshal.dumps(message)
        self.link.sendall(len(raw).to_bytes(4, "big") + raw)

    def obey(self, verb: str, number: int, *rest: "Any") -> None:
        if verb == "launch":
            self.launch(number, Order(*rest))
        elif ward := self.wards.get(number):
            now = time.monotonic()
            if verb == "end":
                patience = rest[0]
                if ward.status is None and ward.pid:
                    with kin.Hold(ward.pid) as held:  # reaped by now, its number may be another's
                        if held.look is not None and held.look.parent in (ward.foster, os.getpid()):
                            held.send(signal.SIGTERM)
                    ward.kill_at = now + patience
                else:
                    ward.kill_at = now
            elif verb == "stop":
                ward.cause = ward.cause or rest[0]
                ward.kill_at = now
            ward.due = now

    def launch(self, number: int, order: Order) -> None:
        """Fork a foster, which starts the program."""
        output = self.gifts.pop(0)
        try:
            reading, writing = os.pipe()
            foster = os.fork()
        except OSError as error:  # the machine is at its own limit of files or processes
            os.close(output)
            self.tell("refused", number, "start", error.errno)
            self.tell("gone", number)
            return
        if foster == 0:
            reports = [ward.report for ward in self.wards.values() if ward.report is not None]
            for fd in [self.link.fileno(), self.wake, self.waker, reading, *reports, *self.gifts]:
                os.close(fd)
            be_foster(writing, output, order)
        os.close(writing)
        os.close(output)
        self.wards[number] = Ward(number, foster, reading, order.limits, time.monotonic())

    def hear(self, ward: Ward) -> None:
        """Take in what a foster reports: started PID, refused STAGE ERRNO, or ended STATUS."""
        if ward.report is None:
            return
        data = os.read(ward.report, 4096)
        if not data:
            os.close(ward.report)
            ward.report = None
            return
        *lines, ward.heard = (ward.heard + data).split(b"\n")
        for line in lines:
            word, *numbers = line.split()
            if word == b"started":
                self.note_start(ward, int(numbers[0]))
            elif word == b"refused":
                self.tell("refused", ward.number, numbers[0].decode(), int(numbers[1]))
                ward.told = True
            elif word == b"ended":
                self.note_end(ward, int(numbers[0]))

    def note_start(self, ward: Ward, pid: int) -> None:
        if not ward.pid:
            ward.pid = pid
            self.tell("started", ward.number, pid, ward.foster)

    def note_end(self, ward: Ward, status: int) -> None:
        if ward.status is None:
            ward.status = status
            ward.settled_at = ward.due = time.monotonic()
            ward.settled_at += SETTLE

    def reap(self) -> None:
        """Bury the children that have ended: fosters, and orphans of those that were lost."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for ward in self.wards.values():
                if pid == ward.foster:
                    while ward.report is not None:
                        self.hear(ward)
                    ward.foster = None
                    ward.foster_lost = os.WIFSIGNALED(status)
                    ward.due = 0
                elif ward.foster is None and pid == ward.pid:
                    self.note_end(ward, status)

    def attend(self, ward: Ward, now: float) -> None:
        """Do what is due for one program."""
        if now < ward.due:
            return
        ward.due = now + LOOK_EVERY
        if ward.foster is None:
            if self.strays() or ward.escaped():
                ward.due = now + LOOK_SOON
                return
            self.tell_end(ward)
            self.tell("gone", ward.number)
            del self.wards[ward.number]
            return
        self.raise_foster(ward, ward.foster)
        self.measure(ward, now)  # what it leaves behind stays within its limits too
        if ward.kill_at is not None and now >= ward.kill_at:
            _send_signal(ward.foster, signal.SIGCONT)
            strike(ward.foster)
            ward.due = now + LOOK_SOON
        if ward.status is not None and not ward.told:
            self.settle(ward, now)

    def raise_foster(self, ward: Ward, foster: int) -> None:
        """Let a foster go on that its program has stopped; one that is traced waits for its tracer.

        Whoever stops its foster has started, also where the foster has not come to report it.
        """
        seen = kin.look(foster)
        if seen is None or seen.state not in STOPPED:
            return
        _send_signal(foster, signal.SIGCONT)
        if not ward.pid and not ward.told and (below := kin.children(foster)):
            self.note_start(ward, below[0])  # the oldest

    def measure(self, ward: Ward, now: float) -> None:
        """Count the tree; end one that is over a limit; look again soon at one that grows."""
        sizes = {pid: size for pid in kin.tree(ward.foster or 0) if (size := kin.resident(pid))}
        count, memory = len(sizes), sum(sizes.values())
        if ward.memory < memory and 1 < count <= ward.processes:  # what forks share was counted for each of them
            memory = sum(map(kin.own_share, sizes))
            if ward.memory < memory:  # what one shared that ended meanwhile was counted for the others once more
                memory = min(memory, sum(map(kin.own_share, sizes)))
        if ward.cause is None and (count > ward.processes or memory > ward.memory):
            ward.cause = "too-many-processes" if count > ward.processes else "too-much-memory"
            ward.kill_at = now
        elif count > max(ward.most, ward.processes // FAR) or memory > max(ward.largest * 5 // 4, ward.memory // FAR):
            ward.due = min(ward.due, now + LOOK_SOON)
        ward.most, ward.largest = count, memory
        if ward.kill_at is not None:
            ward.due = min(ward.due, max(ward.kill_at, now + LOOK_SOON))

    def settle(self, ward: Ward, now: float) -> None:
        """After the program's end: say it once its children have ended too, or have had their time."""
        # With no child left the foster ends at once: an empty list here only means that the reading missed some.
        late = ward.settled_at is not None and now >= ward.settled_at
        if ward.cause is None:
            ward.left = [f"{pid} {kin.command_line(pid)}" for pid in ward.alive()[:20]] if late else []
            if not ward.left:
                ward.due = min(ward.due, max(ward.settled_at or 0.0, now + LOOK_SOON))
                return
        self.tell_end(ward)

    def tell_end(self, ward: Ward) -> None:
        if not ward.told:
            ward.told = True
            self.tell("ended", ward.number, ward.status, ward.cause, ward.left, ward.foster_lost)

    def strays(self) -> bool:
        """End what lost fosters left to us; whether there still is any."""
        fosters = {ward.foster for ward in self.wards.values()}
        strays = [pid for pid in kin.children(os.getpid()) if pid not in fosters]
        for pid in strays:
            _send_signal(pid, signal.SIGSTOP)
        for pid in strays:
            strike(pid)
            _send_signal(pid, signal.SIGKILL)
        return bool(strays)


def be_foster(report: int, output: int, order: Order) -> "NoReturn":
    """Start a program, then reap below us until nothing is left. Never returns."""
    guardian = os.getppid()
    try:
        os.setpgid(0, 0)  # so that a program which kills its parent's group reaches no other program's
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, lambda *_: _check_guardian(guardian))
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        _prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)
        failing, failed = os.pipe()
        pid = os.fork()
        if pid == 0:
            be_program(failed, output, order)
        os.close(failed)
        os.close(output)
        failure = os.read(failing, 100)
        os.write(report, b"refused " + failure if failure else b"started %d\n" % pid)
        _check_guardian(guardian)
        while True:
            ended, status = os.waitpid(-1, 0 if kin.LINUX else os.WNOHANG)
            if ended == pid:
                os.write(report, b"ended %d\n" % status)
            elif ended == 0:  # macOS, not yet run: no word of the guardian's death, so it is looked for
                _check_guardian(guardian)
                select.select([], [], [], 0.05)
    except ChildProcessError:
        os._exit(0)
    except Orphaned:
        end_everything_below_us()
    except OSError as error:
        os.write(report, b"refused start %d\n" % (error.errno or 0))
    finally:
        os._exit(1)


def _check_guardian(guardian: int) -> None:
    if os.getppid() != guardian:
        raise Orphaned


def be_program(failed: int, output: int, order: Order) -> "NoReturn":
    """Become the program: own session, bounds, no terminal. Never returns; a failure goes to the foster."""
    stage = b"start"
    foster = os.getppid()
    try:
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for number in (*_OURS, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if os.getppid() != foster:
            os._exit(1)
        os.nice(5)
        bounds: dict[int, int | None] = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: order.limits["file_size"],
            resource.RLIMIT_CPU: order.limits["cpu_seconds"],
        }
        # The kernel counts all tasks of this user, and nobody's as root: a last wall, not the limit itself.
        if (tasks := kin.tasks_in_all()) is not None:
            bounds[resource.RLIMIT_NPROC] = tasks + SPARE_TASKS
        for name, bound in bounds.items():
            hard = resource.getrlimit(name)[1]
            if bound is not None:
                soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
                # A second of grace above the soft limit: SIGXCPU says why, SIGKILL would not.
                grace = name == resource.RLIMIT_CPU and (hard == resource.RLIM_INFINITY or hard > soft)
                resource.setrlimit(name, (soft, soft + 1 if grace else soft))
        # The soft limit is what every program meets, as anywhere; the hard one is for those that ask for more.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        most, own = order.limits["most_open_files"], order.limits["open_files"]
        if most is not None and own is not None:
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(own, most), most))
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        stage = b"cwd"
        os.chdir(order.cwd)
        stage = b"exec"
        os.execvpe(order.argv[0], order.argv, order.env)
    except OSError as error:
        os.write(failed, b"%s %d\n" % (stage, error.errno or 0))
    finally:
        os._exit(127)


def main() -> "NoReturn":
    """Guard for the client whose pid and whose socket's number are the last arguments."""
    Guardian(_socket.socket(fileno=int(sys.argv[-1])), int(sys.argv[-2])).run()
