"""Rides inside a learner's Python: moves the port that they typed to a free one, and reports bind and listen.

It waits until the program itself imports the standard library's socket, so that a program without sockets
pays nothing and a learner's own socket.py fails as it does by hand. The environment says which ports move
(STACKWALK_PORTS, "8080:23456 5000:31000") and where to report (STACKWALK_REPORT). It may also name a gate at which to
wait (STACKWALK_GATE) and modules of the standard library to import until then (STACKWALK_AHEAD), and a pipe in which
each process tells that it takes connections, and which ones (STACKWALK_ACCEPTS), or which files below the folder that
it was started in it writes (STACKWALK_WRITES); and a signal at which it writes into a file where its threads stand
(STACKWALK_STANDS). Whatever goes wrong here, the program runs as without it. Python 3.8 to
3.14; it imports nothing else that is not loaded already, but faulthandler, which is built into Python.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing itself would cost the program 5 ms
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_MOST_REPORTS = 200
_MOST_BYTES = 65536
_MOST_TOLD = 4096  # bytes that go into a pipe in one piece
_MOST_WRITES = 2000
_STANDS = 987  # the number of that file: far from those that a program gets
_SLIPS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class _Finder:
    """First on sys.meta_path until socket has been imported; it finds nothing itself."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        if name == "_socket":
            _try(sys.addaudithook, _raw_bind)
        if name != "socket":
            return None
        if _Finder in sys.meta_path:
            sys.meta_path.remove(_Finder)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if _is_standard(spec):
                    _try(_patch_when_loaded, spec)
                return spec
        return None


def _try(action: Any, *arguments: Any) -> None:
    try:  # noqa: SIM105  contextlib would be an import
        action(*arguments)
    except _SLIPS:
        pass


def _is_standard(spec: Any) -> bool:
    """Whether this is the socket.py that lies beside the standard library's os.py."""
    os = sys.modules.get("os")
    folder = getattr(os, "__file__", "")[: -len("os.py")]
    return bool(folder) and spec.origin == folder + "socket.py"


def _patch_when_loaded(spec: Any) -> None:
    """Let this one import be followed by our patch. The loader is as before when the program can look."""
    loader = spec.loader

    class Loader:
        def __getattr__(self, name: str) -> Any:
            return getattr(loader, name)

        def create_module(self, spec: Any) -> Any:
            return loader.create_module(spec)

        def exec_module(self, module: ModuleType) -> None:
            spec.loader = module.__loader__ = loader
            loader.exec_module(module)
            _try(_patch, module)

    spec.loader = Loader()


_report_path: str | None = None
_accepts_path: str | None = None
_writes_path: str | None = None
_began_in = ""
_writes = 0
_known: set[int] = set()  # processes of which it has been told; a fork has its own, with its parent in it
_reports = 0
_patched: Any = None


def _report(event: str, host: str, port: int, real: str, error: int | None = None) -> None:
    """Append one line. No file stays open: programs close what they do not know, and fork."""
    global _reports  # noqa: PLW0603
    os = sys.modules["os"]
    if not _report_path or _reports >= _MOST_REPORTS:
        return
    _reports += 1
    line = '{"event": "%s", "address": "%s", "port": %d, "real": "%s", "error": %s, "pid": %d}\n' % (  # noqa: UP031
        event,
        _plain(host),
        port,
        _plain(real),
        "null" if error is None else int(error),
        os.getpid(),
    )
    file = os.open(_report_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(file).st_size < _MOST_BYTES:
            os.write(file, line.encode())
    finally:
        os.close(file)


def _tell(event: str, port: int = 0) -> None:
    _tell_line(_accepts_path, ("%s %d %d\n" % (event, sys.modules["os"].getpid(), port)).encode())  # noqa: UP031


def _tell_line(path: str | None, line: bytes) -> None:
    """Into the pipe, in one piece; where it is full or nobody reads, it is lost, and nothing waits."""
    os = sys.modules["os"]
    if len(line) > _MOST_TOLD:
        return
    pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.write(pipe, line)
    finally:
        os.close(pipe)


def _write(event: str, arguments: Any) -> None:
    """An audit hook: files that are opened to be written, or get their names by a move."""
    if event == "open":
        path, _, flags = arguments
        os = sys.modules["os"]
        if type(flags) is int and flags & (os.O_WRONLY | os.O_RDWR):
            _try(_tell_write, path)
    elif event == "os.rename":
        _try(_tell_write, arguments[1])


def _tell_write(path: Any) -> None:
    global _writes  # noqa: PLW0603
    os = sys.modules["os"]
    if type(path) is int or _writes >= _MOST_WRITES:
        return
    whole = os.path.join(os.getcwd(), os.fsdecode(path))
    if not whole.startswith(_began_in) or "__pycache__" in whole:
        return
    _writes += 1
    name = os.fsencode(whole.replace("%", "%25").replace("\n", "%0A"))
    at = sys.modules["time"].time_ns()
    _tell_line(_writes_path, b"wrote %d %d %b\n" % (os.getpid(), at, name))


def _plain(host: str) -> str:
    """A host that needs no escapes in JSON: the json module would cost the program 3 ms."""
    safe = len(host) < 256 and host.isascii() and host.isprintable() and '"' not in host and "\\" not in host
    return host if safe else "?"


def _raw_bind(event: str, arguments: Any) -> None:
    """An audit hook: a bind that did not come through socket.socket can't be moved, only reported."""
    if event == "socket.bind" and not (_patched and isinstance(arguments[0], _patched)):
        _try(_report_raw, *arguments)


def _report_raw(sock: Any, address: Any) -> None:
    if isinstance(address, tuple) and isinstance(address[0], str) and isinstance(address[1], int):
        _report("raw-bind", address[0], address[1], address[0])


def _patch(module: Any) -> None:
    """Give the class socket.socket a bind, a listen and a getsockname of ours. It stays the same class."""
    global _patched  # noqa: PLW0603
    moved = {}
    for pair in sys.modules["os"].environ.get("STACKWALK_PORTS", "").split():
        typed, real = pair.split(":")
        moved[int(typed)] = int(real)
    typed_of = {real: typed for typed, real in moved.items()}
    _patched = cls = module.socket
    raw = module._socket.socket
    raw_bind, raw_listen, raw_getsockname = raw.bind, raw.listen, raw.getsockname
    inet, inet6 = module.AF_INET, getattr(module, "AF_INET6", None)

    def loopback(family: int, host: str) -> str:
        """The loopback address instead of every address of the machine; any other host as it is."""
        try:
            if family == inet and (host == "" or not any(module.inet_aton(host))):
                return "127.0.0.1"
            if family == inet6 and (host == "" or not any(module.inet_pton(inet6, host))):
                return "::1"
        except OSError:
            pass
        return host

    def where(sock: Any, address: Any) -> Any:
        """The address to bind instead, or None for what we leave to C: odd arguments, other families."""
        if sock.family not in (inet, inet6) or type(address) is not tuple or len(address) < 2:
            return None
        host, port = address[0], address[1]
        if type(host) is not str or not isinstance(port, int):
            return None
        return (loopback(sock.family, host), moved.get(port, port), *address[2:])

    def bind(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            instead = where(self, args[0]) if len(args) == 1 and not kwargs else None
        except _SLIPS:
            instead = None
        if instead is None:
            return raw_bind(self, *args, **kwargs)
        try:
            raw_bind(self, instead)
        except OSError as error:
            _try(_report, "bind", args[0][0], args[0][1], instead[0], error.errno)
            raise
        _try(report, "bind", self, args[0][0])
        return None

    def listen(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = raw_listen(self, *args, **kwargs)
        _try(report, "listen", self)
        _try(_tell_listen)
        return result

    def report(event: str, sock: Any, typed_host: str | None = None) -> None:
        if sock.family in (inet, inet6):
            real, port = getsockname(sock)[:2]  # the address of a name like localhost, the port that 0 became
            _report(event, real if typed_host is None else typed_host, port, real)

    def getsockname(self: Any, *args: Any, **kwargs: Any) -> Any:
        name = raw_getsockname(self, *args, **kwargs)
        if type(name) is tuple and len(name) >= 2 and name[1] in typed_of and self.family in (inet, inet6):
            return (name[0], typed_of[name[1]], *name[2:])
        return name

    ours_for_theirs = [(bind, raw_bind), (listen, raw_listen), (getsockname, raw_getsockname)]
    for ours, theirs in ours_for_theirs + (_telling(module, raw) if _accepts_path else []):
        ours.__doc__ = theirs.__doc__
        ours.__qualname__ = "socket." + ours.__name__
        ours.__module__ = "socket"
        setattr(cls, ours.__name__, ours)


def _tell_listen() -> None:
    if _accepts_path:
        _known.add(sys.modules["os"].getpid())
        _tell("listen")


def _telling(module: Any, raw: Any) -> list[tuple[Any, Any]]:
    """An accept and a setblocking that tell who takes connections.

    A process that has not made the listening socket, and sets how it waits there, is about to take connections:
    workers of Gunicorn do so once the application has been imported.
    """
    getpid = sys.modules["os"].getpid
    raw_accept, raw_setblocking = module.socket.accept, raw.setblocking

    def accept(self: Any) -> Any:
        taken = raw_accept(self)
        if type(taken[1]) is tuple and len(taken[1]) >= 2:
            _try(_tell, "accept", taken[1][1])
        return taken

    def setblocking(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _known and getpid() not in _known:
            _try(serves, self)
        return raw_setblocking(self, *args, **kwargs)

    def serves(sock: Any) -> None:
        if sock.getsockopt(module.SOL_SOCKET, module.SO_ACCEPTCONN):
            _known.add(getpid())
            _tell("serve")

    return [(accept, raw_accept), (setblocking, raw_setblocking)]


def _start() -> None:
    """Wait for socket, or patch it at once where a .pth file has imported it already."""
    global _report_path, _accepts_path, _writes_path, _began_in  # noqa: PLW0603
    os = sys.modules["os"]
    _report_path = os.environ.get("STACKWALK_REPORT")
    _accepts_path = os.environ.get("STACKWALK_ACCEPTS")
    _writes_path = os.environ.get("STACKWALK_WRITES")
    if _writes_path:
        _began_in = os.getcwd() + "/"
        _try(sys.addaudithook, _write)
    present = sys.modules.get("socket")
    spec = getattr(present, "__spec__", None)
    if present is None:
        sys.meta_path.insert(0, _Finder)
    elif spec is not None and _is_standard(spec):
        sys.addaudithook(_raw_bind)
        _patch(present)


def _tell_where_it_stands() -> None:
    """Let faulthandler answer a signal that nobody else uses. It does so in C, whatever Python waits for."""
    os = sys.modules["os"]
    number, _, path = os.environ.get("STACKWALK_STANDS", "").partition(":")
    if not number:
        return
    import faulthandler

    try:
        os.fstat(_STANDS)
    except OSError:  # nobody has that number
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.dup2(file, _STANDS, inheritable=False)
        os.close(file)
        faulthandler.register(int(number), _STANDS)


def _run_the_next_one() -> None:
    """The distribution's own sitecustomize, which ours hides. What it raises, site.py reports as ever."""
    own = __file__.rpartition("/")[0]
    finder = sys.modules["_frozen_importlib_external"].PathFinder
    spec = finder.find_spec("sitecustomize", [folder for folder in sys.path if folder != own])
    if spec is not None and spec.loader is not None and spec.origin != __file__:
        module = sys.modules["_frozen_importlib"].module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _wait_at_the_gate() -> None:
    """Until somebody opens the gate for writing. The program itself finds nothing of that in its environment."""
    os = sys.modules["os"]
    gate, ahead = os.environ.pop("STACKWALK_GATE", None), os.environ.pop("STACKWALK_AHEAD", "")
    if gate:
        for name in ahead.split():
            _try(__import__, name)
        os.close(os.open(gate, os.O_RDONLY))


_try(_start)
_try(_tell_where_it_stands)
_run_the_next_one()
_try(_wait_at_the_gate)
