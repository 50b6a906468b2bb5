"""4.7: compose.yaml, Dockerfile and .env read as Docker would, and held against nginx.conf: would it run?"""

import ast
import json
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from stackwalk.check import fail
from stackwalk.check.workspace import Workspace
from stackwalk.compose.building import installed
from stackwalk.compose.command import DEFAULT_BIND, gunicorn_of, settings_bind, words_of
from stackwalk.compose.contents import copied, inside, not_ignored, source_of, with_mounts
from stackwalk.compose.dockerfile import Image, read_dockerfile
from stackwalk.compose.env_file import read_env
from stackwalk.compose.fault import FileFault
from stackwalk.compose.reading import FILES, read_compose
from stackwalk.compose.services import Build, ComposeFile, Service
from stackwalk.nginx.image import FOLDERS, image_files, missing_folder
from stackwalk.nginx.listening import read_listen
from stackwalk.nginx.naming import joined
from stackwalk.nginx.project import Found, Project, Source, within_of
from stackwalk.nginx.tokens import read_conf, walk

# The oldest that still get fixes; https://devguide.python.org/versions/, https://nginx.org/en/download.html
OLDEST = {"python": (3, 11), "nginx": (1, 30)}
BARE = "api"  # the one service that runs bare.py
BOTH_WAYS = ("0.0.0.0", "[::]", "*", "0")
OWN_PAGES = "/usr/share/nginx/html"  # in the official image
LARGEST = 100_000  # bytes of a file that is looked into
DEBIANS = "proxy_params"  # a file that Debian's nginx brings, and the image does not


@dataclass(frozen=True)
class Stack:
    """What the three files say together."""

    root: Path
    origin: Path  # the learner's own folder, of which root is a copy

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All of the learner's files."""
        return tuple(sorted(one.relative_to(self.root).as_posix() for one in self.root.rglob("*") if one.is_file()))

    def text(self, name: str) -> str:
        if not (self.root / name).resolve().is_relative_to(self.root.resolve()):
            fail(f"{name} is a link that leads out of your folder, and nothing outside of it gets into a container. "
                "Put the file itself there.", cause="unreadable-file")  # fmt: skip
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            fail(f"{name} is no text in UTF-8.", cause="unreadable-file")
        except OSError as error:
            fail(f"{name} can't be read: {error.strerror}.", cause="unreadable-file")

    @cached_property
    def name(self) -> str:
        """The compose file that Compose would take."""
        found = [name for name in FILES if name in self.files]
        if not found:
            fail(f"There is no {FILES[0]} beside your nginx.conf yet.", cause="missing-file")
        return found[0]

    @cached_property
    def variables(self) -> dict[str, str]:
        """What .env sets."""
        try:
            return read_env(self.text(".env")) if ".env" in self.files else {}
        except FileFault as fault:
            refuse(".env", fault)

    @cached_property
    def compose(self) -> ComposeFile:
        try:
            return read_compose(self.text(self.name), self.variables, str(self.origin))
        except FileFault as fault:
            refuse(self.name, fault)

    # nginx.conf

    @cached_property
    def project(self) -> Project:
        """nginx.conf, and what it includes of the files that lie in nginx's container."""
        if "nginx.conf" not in self.files:
            fail("There is no nginx.conf to be put into a container.", cause="missing-file")
        found: dict[str, Source] = {}
        self._take("nginx.conf", None, found)
        return Project(tuple(found.values()))

    def _take(self, name: str, within: tuple[str, ...] | None, found: dict[str, Source]) -> None:
        conf = read_conf(self.text(name))
        source = found[name] = Source(name, conf, within_of(conf) if within is None else within)
        includes: dict[str, tuple[str, ...]] = {}
        for parents, one in walk(conf.statements):
            if one.name != "include" or len(one.arguments) != 1:
                continue
            includes[one.values()[0]] = self._included(one.values()[0])
            for each in includes[one.values()[0]]:
                if each not in found:
                    self._take(each, source.path_of(parents), found)
        found[name] = source._replace(includes=includes)

    def _included(self, typed: str) -> tuple[str, ...]:
        """The learner's files that an include of nginx's takes in, in its container."""
        wanted = posixpath.normpath(posixpath.join("/etc/nginx", typed)).split("/")
        there = sorted(self.contents(self.nginx).items())
        fits = (file for path, file in there if len(path.split("/")) == len(wanted)
            and all(map(fnmatchcase, path.split("/"), wanted)))  # fmt: skip
        return tuple(dict.fromkeys(fits))

    @cached_property
    def not_included(self) -> tuple[Found, ...]:
        """Each include of a file that is not in nginx's container."""
        own = {*image_files()} - {DEBIANS}
        return tuple(each for each in self.project.named("include") if each.statement.arguments
            and not each.source.includes.get(typed := each.statement.values()[0])
            and not any(sign in typed for sign in "*?[") and posixpath.basename(typed) not in own)  # fmt: skip

    @cached_property
    def conf(self) -> tuple[Found, ...]:
        """Every directive of it, with the blocks around each."""
        return tuple(self.project.all())

    @cached_property
    def is_whole(self) -> bool:
        """Whether nginx.conf is one with `events` and `http`, and not a part to be included."""
        return self.project.whole

    @cached_property
    def asked(self) -> Mapping[str, str]:
        """The names to which nginx passes requests on, with the port of each."""
        groups = self.project.upstreams()
        found: dict[str, str] = {}
        for each in self.conf:
            one = each.statement
            value = one.values()[0] if one.arguments else ""
            if one.name == "server" and each.path[-1:] == ("upstream",):
                host = re.fullmatch(r"([^:\[\]$/]+)(?::(\d+))?", value)
            elif one.name == "proxy_pass":
                host = re.match(r"https?://([^/:$\[\]]+)(?::(\d+))?(?:/|$)", value)
            else:
                continue
            if host is not None and host[1] not in groups:
                found[host[1]] = host[2] or "80"
        return found

    @cached_property
    def listens(self) -> frozenset[str]:
        """The ports on which nginx listens."""
        ports = frozenset(str(read_listen(each).port) for _, each in self.typed_listens)
        return ports or frozenset({"80"})

    @cached_property
    def typed_listens(self) -> tuple[tuple[str, str], ...]:
        """Each `listen`: its file and line, and what it names."""
        return tuple((place(each), each.statement.values()[0]) for each in self.project.named("listen")
            if each.statement.arguments)  # fmt: skip

    # The services

    @cached_property
    def nginx(self) -> Service:
        for service in self.compose.services:
            if "nginx" in posixpath.basename(self.base(service)).partition(":")[0]:
                break
        else:
            fail(f"{self.name}: none of its services is nginx.", expected="image: nginx:1.30-alpine")
        return service

    def service(self, name: str) -> Service:
        found = self.compose.named(name)
        if found is None:
            there = ", ".join(service.name for service in self.compose.services)
            if name in ("localhost", "127.0.0.1"):
                fail(f"nginx.conf asks {name}: in a container that is the container itself, where nobody else listens.",
                    expected="the name of a service", actual=name)  # fmt: skip
            fail(f"nginx.conf asks a machine called {name}, and no service of {self.name} has that name.",
                expected=name, actual=there)  # fmt: skip
        return found

    def before(self, service: Service) -> frozenset[str]:
        """The services that are started before it, and those before them."""
        waiting, found = [service], set[str]()
        while waiting:
            new = {*waiting.pop().waits_for} - found
            found |= new
            waiting += [one for one in self.compose.services if one.name in new]
        return frozenset(found)

    def build_of(self, service: Service) -> Build | None:
        """What a service is built from, be it by another service whose image it takes."""
        if service.build is not None or service.image is None:
            return service.build
        same = (one for one in self.compose.services if one.image == service.image)
        return next((one.build for one in same if one.build is not None), None)

    def image(self, service: Service) -> Image | None:
        """What its Dockerfile makes; None where it takes a finished image."""
        build = self.build_of(service)
        if build is None:
            return None
        if build.inline is not None:
            text, name = build.inline, f"{self.name}, dockerfile_inline"
        else:
            name = posixpath.normpath(posixpath.join(build.context, build.dockerfile))
            if "://" in build.context or name.startswith(("..", "/", "~")):
                fail(f"{self.name}, line {build.line}: {service.name} is built from {build.context}, which is not your "
                    "folder.", expected="build: .", actual=build.context)  # fmt: skip
            if name not in self.files:
                alike = [one for one in self.files if one.lower() == name.lower()]
                but = f" There is a {alike[0]}: capital letters count." if alike else ""
                fail(f"{service.name} is built from {name}, and there is no such file.{but}", cause="missing-file")
            text = self.text(name)
        try:
            return read_dockerfile(text, build.args, build.target)
        except FileFault as fault:
            refuse(name, fault)

    def base(self, service: Service) -> str:
        """The name of the image that it begins from."""
        image = self.image(service)
        return image.base if image is not None else service.image or ""

    def dockerfile(self, service: Service) -> str:
        """What its Dockerfile is called."""
        build = self.build_of(service)
        if build is None or build.inline is not None:
            return self.name if build is None else f"{self.name}, dockerfile_inline"
        return posixpath.normpath(posixpath.join(build.context, build.dockerfile))

    def contents(self, service: Service) -> dict[str, str]:
        """Path in its container -> file of the learner's."""
        return with_mounts(self.in_image(service), service.mounts, self.files)

    def in_image(self, service: Service, copies: int | None = None) -> dict[str, str]:
        """The same of its image, after so many COPY of its Dockerfile; None: after all."""
        image, build = self.image(service), self.build_of(service)
        if image is None or build is None:
            return {}
        context = posixpath.normpath(build.context)
        files = inside(context, self.files)
        try:
            if ".dockerignore" in files:
                files = not_ignored(files, self.text(posixpath.normpath(posixpath.join(context, ".dockerignore"))))
        except FileFault as fault:
            refuse(".dockerignore", fault)
        try:
            found = copied(replace(image, copies=image.copies[:copies]), files)
        except FileFault as fault:
            refuse(self.dockerfile(service), fault)
        return {path: posixpath.normpath(posixpath.join(context, one)) for path, one in found.items()}

    def ignored(self, service: Service) -> frozenset[str]:
        """The files that .dockerignore keeps out of its image."""
        build = self.build_of(service)
        context = "." if build is None else posixpath.normpath(build.context)
        files = inside(context, self.files)
        if ".dockerignore" not in files:
            return frozenset()
        text = self.text(posixpath.normpath(posixpath.join(context, ".dockerignore")))
        left = {*not_ignored(files, text)}
        return frozenset(posixpath.normpath(posixpath.join(context, one)) for one in files if one not in left)

    def environment(self, service: Service) -> dict[str, str]:
        image = self.image(service)
        return {**(image.environment if image is not None else {}), **service.environment}

    def words(self, service: Service) -> tuple[str, ...]:
        """What its container runs."""
        image = self.image(service)
        entrypoint, command = service.entrypoint, service.command
        if image is not None:
            if command is None and entrypoint is None:
                command = image.command
            entrypoint = image.entrypoint if entrypoint is None else entrypoint
        return words_of(entrypoint, command, self.environment(service))

    def folder(self, service: Service) -> str:
        """Where its container runs it."""
        image = self.image(service)
        typed = gunicorn_of(self.words(service), self.environment(service))
        start = service.working_dir or (image.folder if image is not None else "/")
        return posixpath.normpath(posixpath.join(start, typed.folder or "" if typed is not None else ""))


def place(found: Found) -> str:
    """Where a directive stands, for a sentence."""
    return f"{found.source.name}, line {found.statement.line}"


def refuse(name: str, fault: FileFault) -> NoReturn:
    fail(fault.where(name), cause="unreadable-file", hint=fault.try_this)


def test_every_name_is_a_service(workspace: Workspace, note: Callable[[str], None]) -> None:
    """every name that nginx.conf asks is a service of compose.yaml"""
    stack = Stack(workspace.root, workspace.origin)
    if not stack.asked:
        _must_include(stack)
        fail("nginx.conf passes nothing on to anybody: there is no name in it.", expected="proxy_pass http://…")
    for name in stack.asked:
        service = stack.service(name)
        for one in (stack.nginx, service):
            if one.network_mode is not None:
                fail(f"{stack.name}, line {one.line_of('network_mode')}: {one.name} has a network_mode of its own, so "
                    "it is not on Compose's network, where names are known.")  # fmt: skip
        if not stack.nginx.reaches(service):
            fail(f"{stack.name}, line {service.line_of('networks')}: {name} is on another network than nginx, so that "
                "nginx never finds it.", expected=", ".join(stack.nginx.networks),
                actual=", ".join(service.networks))  # fmt: skip
    must_be_started(stack, [stack.nginx, *map(stack.service, stack.asked)])
    early = [name for name in stack.asked if stack.service(name).name not in stack.before(stack.nginx)]
    if early and not stack.nginx.restarts:
        note(f"{stack.name}: nginx does not wait for {joined(early)}. It looks each name up at its start, and "
            "ends where one is not there yet: depends_on, with their names, lets it begin after them.")  # fmt: skip
    for said in stack.compose.notes:
        note(said)
    for variable, line in stack.compose.unset:
        note(f"{stack.name}, line {line}: nobody sets {variable}, so it is empty: a line {variable}=… in .env does.")
    for other in FILES:
        if other in stack.files and other != stack.name:
            note(f"There is a {other} as well: Compose takes {stack.name} and leaves the other one alone.")


def must_be_started(stack: Stack, services: list[Service]) -> None:
    """`docker compose up` starts each of them."""
    active = {one.strip() for one in stack.variables.get("COMPOSE_PROFILES", "").split(",")}
    for service in services:
        if service.profiles and not active & {*service.profiles, "*"}:
            fail(f"{stack.name}, line {service.line_of('profiles')}: with profiles, {service.name} is started only "
                "where somebody asks for one of them. docker compose up leaves it out, and nginx does not find it.",
                actual=f"profiles: {', '.join(service.profiles)}")  # fmt: skip
        if service.copies == "0":
            line = service.line_of("scale" if "scale" in service.lines else "deploy")
            fail(f"{stack.name}, line {line}: no container is made of {service.name}, so nginx does not find it.",
                expected="1", actual=service.copies)  # fmt: skip


def test_gunicorn_listens_for_nginx(workspace: Workspace) -> None:
    """each of them runs Gunicorn, and listens where nginx can reach it"""
    stack = Stack(workspace.root, workspace.origin)
    for name, port in stack.asked.items():
        service = stack.service(name)
        words = stack.words(service)
        line = " ".join(words)
        if not words and stack.image(service) is None:
            fail(f"{stack.name}, line {service.line}: {name} takes the image {service.image} as it is, with nothing of "
                "yours in it, and has no command.", expected="build: .", actual=f"image: {service.image}")  # fmt: skip
        if not words:
            fail(f"{name} has no command, and its Dockerfile no CMD: its container would end at once.",
                expected='CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi"]')  # fmt: skip
        gunicorn = gunicorn_of(words, stack.environment(service))
        at = _command_at(stack, service)
        glued = next((one for one in words if " " in one and (one.startswith("-") or one == words[0])), None)
        if glued is not None:
            fail(f"{at}{name}: “{glued}” is one word of that list, its blanks as well, and no program or option is "
                "called so.", expected='CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi"]',
                actual=json.dumps(words, ensure_ascii=False))  # fmt: skip
        if gunicorn is None and words[0].startswith("["):
            fail(f"{at}{name} does not run Gunicorn: a list of words is one with double quotes around each, and a "
                "comma between them. This one is taken for a command called [.",
                expected='CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi"]',
                actual=_typed_command(stack, service, line))  # fmt: skip
        if gunicorn is None:
            fail(f"{at}{name} does not run Gunicorn.", expected="gunicorn --bind 0.0.0.0:8000 wsgi", actual=line)
        if gunicorn.daemon:
            fail(f"{at}{name}: with --daemon Gunicorn goes to the background, and a container ends with its first "
                "process.", expected="gunicorn without --daemon",
                actual=line)  # fmt: skip
        if not gunicorn.application:
            fail(
                f"{at}{name}: Gunicorn is told no application.",
                expected="gunicorn --bind 0.0.0.0:8000 wsgi",
                actual=line,
            )
        if name == BARE and gunicorn.module != "bare":
            why = ("has no command of its own, so it runs what the Dockerfile says" if service.command is None
                else "runs another application")  # fmt: skip
            image = stack.image(service)
            if service.command and image is not None and image.entrypoint and service.entrypoint is None:
                why = "runs another application: its command is only put behind the Dockerfile's ENTRYPOINT"
            fail(f"{stack.name}, line {service.line_of('command')}: {name} is to answer with bare.py, and {why}.",
                expected="command: gunicorn --bind 0.0.0.0:8000 bare", actual=gunicorn.application)  # fmt: skip
        if name != BARE and gunicorn.module == "bare":
            fail(
                f"{at}{name} is to answer with your Flask application, and runs bare.py.", expected="wsgi", actual=line
            )
        binds = gunicorn.binds or _bind_of_settings(stack, service, gunicorn.settings or "gunicorn.conf.py")
        if binds is None:
            continue  # computed in its settings: only a real container could tell
        kept = next((one for one in binds if "$" in one), None)
        if kept is not None:
            fail(f"{at}{name}: Gunicorn is told to listen on {kept}. A list of words is read by no shell, so nobody "
                "puts a value in the place of the variable.", expected=f"0.0.0.0:{port}", actual=line)  # fmt: skip
        ports = {one.rpartition(":")[2] for one in binds if one.rpartition(":")[0] in BOTH_WAYS}
        if not ports:
            fail(f"{at}{name}: Gunicorn listens on {', '.join(binds)}, and 127.0.0.1 in a container is that container "
                "alone. nginx, in another one, is refused.", expected=f"--bind 0.0.0.0:{port}",
                actual=line)  # fmt: skip
        if port not in ports:
            fail(f"nginx.conf asks {name} at port {port}, and Gunicorn listens on another one there.",
                expected=f"0.0.0.0:{port}", actual=", ".join(binds))  # fmt: skip


def _command_at(stack: Stack, service: Service) -> str:
    """Where a command stands, for the beginning of a sentence."""
    image = stack.image(service)
    if service.command is not None or image is None or not image.command_line:
        return f"{stack.name}, line {service.line_of('command')}: "
    return f"{stack.dockerfile(service)}, line {image.command_line}: "


def _typed_command(stack: Stack, service: Service, line: str) -> str:
    """A command as it stands in the Dockerfile, where it comes from there."""
    image, build = stack.image(service), stack.build_of(service)
    if image is None or build is None or service.command is not None or not image.command_line:
        return line
    name = posixpath.normpath(posixpath.join(build.context, build.dockerfile))
    text = build.inline if build.inline is not None else stack.text(name)
    return text.splitlines()[image.command_line - 1].strip()


def _bind_of_settings(stack: Stack, service: Service, settings: str) -> tuple[str, ...] | None:
    path = posixpath.normpath(posixpath.join(stack.folder(service), settings.removeprefix("file:")))
    file = stack.contents(service).get(path)
    found = () if file is None else settings_bind(stack.text(file))
    return (DEFAULT_BIND,) if found == () else found


def test_the_image_holds_what_runs(workspace: Workspace) -> None:
    """the Dockerfile brings your application, and the packages that it needs"""
    stack = Stack(workspace.root, workspace.origin)
    for name in stack.asked:
        service = stack.service(name)
        gunicorn = gunicorn_of(stack.words(service), stack.environment(service))
        contents, folder = stack.contents(service), stack.folder(service)
        image = stack.image(service)
        if image is None and not contents:
            fail(f"{name} takes a finished image, and nothing of yours is in its container.", expected="build: .",
                actual=f"image: {service.image}")  # fmt: skip
        module = gunicorn.module if gunicorn is not None else "wsgi"
        if module.endswith(".py") or "/" in module:
            meant = module.removesuffix(".py").replace("/", ".")
            fail(f"{name}: Gunicorn takes the name of a module, without .py and with dots for slashes, and would look "
                f"for {module} in vain.", expected=meant, actual=module)  # fmt: skip
        _must_hold(stack, name, service, contents, folder, module)
        packages = _installed(stack, image, service)
        wanted = ("gunicorn",) if module == "bare" else ("gunicorn", "flask")
        for package in wanted:
            if not re.search(rf"(?<![\w-]){package}(?![\w-])", packages, re.IGNORECASE):
                fail(f"Nothing installs {package} in the image of {name}; an image has only what its Dockerfile puts "
                    "there.", expected="RUN pip install flask gunicorn")  # fmt: skip


def _must_hold(
    stack: Stack, name: str, service: Service, contents: Mapping[str, str], folder: str, module: str
) -> None:
    """The module is where Gunicorn looks, and so is what it imports of the learner's own."""
    wanted, seen = [module], set[str]()
    while wanted:
        one = wanted.pop()
        path = one.replace(".", "/")
        seen.add(one)
        file = next((contents[f"{folder.rstrip('/')}/{each}"] for each in (f"{path}.py", f"{path}/__init__.py")
            if f"{folder.rstrip('/')}/{each}" in contents), None)  # fmt: skip
        own = next((each for each in (f"{path}.py", f"{path}/__init__.py") if each in stack.files), None)
        if file is None and own is not None and own in stack.ignored(service):
            fail(f".dockerignore leaves {own} out, so COPY does not bring it into the image of {name}.",
                expected=posixpath.join(folder, f"{path}.py"), actual=_elsewhere(path, contents))  # fmt: skip
        if file is None:
            fail(f"{name} runs in {folder}, and there is no {path}.py and no package {path} there: COPY has not "
                "brought it, or brought it elsewhere.", expected=posixpath.join(folder, f"{path}.py"),
                actual=_elsewhere(path, contents))  # fmt: skip
        if file.endswith("/__init__.py"):
            package = posixpath.dirname(file)
            for own in stack.files:
                inner = own.startswith(f"{package}/") and own.endswith((".py", ".html"))
                if inner and f"{folder.rstrip('/')}/{path}/{own[len(package) + 1 :]}" not in contents:
                    fail(f"{name}: {own} is not copied into the image, and your application needs it.",
                        expected="COPY . .")  # fmt: skip
        if one == module:
            _must_have(stack, name, file, service)
        top = {each.partition("/")[0].removesuffix(".py") for each in stack.files if each.endswith(".py")}
        wanted += [each for each in _imports(stack.text(file)) if each in top and each not in seen]


def _must_have(stack: Stack, name: str, file: str, service: Service) -> None:
    """The module has the application that Gunicorn is told, which is called `application` where nothing is said."""
    gunicorn = gunicorn_of(stack.words(service), stack.environment(service))
    typed = gunicorn.application if gunicorn is not None else ""
    wanted = re.match(r"\w+", typed.partition(":")[2] or "application")
    there = names_in(stack.text(file)[:LARGEST])
    if wanted is not None and there is not None and wanted[0] not in there:
        called = "application" if "application" in there else None
        fail(f"{name}: Gunicorn looks for {wanted[0]} in {file}, and nothing is called that there.",
            expected=f"{typed.partition(':')[0]}:{called}" if called else wanted[0], actual=typed)  # fmt: skip


def names_in(source: str) -> set[str] | None:
    """All names that a module binds somewhere; None where that can't be told from its text."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in ("globals", "exec", "setattr", "vars"):
                return None
            found |= {node.id} if isinstance(node.ctx, ast.Store) else set()
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(one.asname or one.name).partition(".")[0] for one in node.names}
    return None if {"*", "__getattr__"} & found else found


def _elsewhere(path: str, contents: Mapping[str, str]) -> str:
    """Where a module lies in a container instead."""
    ends = (f"/{path}.py", f"/{path}/__init__.py")
    found = [each for each in sorted(contents) if each.endswith(ends)]
    return found[0] if found else f"no {path}.py anywhere" if contents else "nothing of yours"


def _imports(source: str) -> set[str]:
    try:
        tree = ast.parse(source[:LARGEST])
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
    return found


def _installed(stack: Stack, image: Image | None, service: Service) -> str:
    """All that may name a package: what is run while building, and the lists that are copied for it."""
    if image is None:
        return " ".join((*(service.entrypoint or ()), *(service.command or ())))
    try:
        return installed(image, lambda copies: stack.in_image(service, copies), lambda name: stack.text(name)[:LARGEST])
    except FileFault as fault:
        refuse(stack.dockerfile(service), fault)


def test_only_nginx_is_published(workspace: Workspace, note: Callable[[str], None]) -> None:
    """nginx can be reached from outside, and nobody else"""
    stack = Stack(workspace.root, workspace.origin)
    for service in stack.compose.services:
        if service is not stack.nginx and service.ports:
            port = service.ports[0]
            fail(f"{stack.name}, line {port.line}: {service.name} is published as well, so that visitors can go around "
                "nginx. Within Compose's network its port is open without ports:.",
                actual=f"{port.published or 'some port'}:{port.target}")  # fmt: skip
    if not stack.nginx.ports:
        fail(f"{stack.name}: nobody outside can reach {stack.nginx.name}: it publishes no port.",
            expected='ports: ["8080:80"]', hint="expose: opens nothing to the outside.")  # fmt: skip
    for port in stack.nginx.ports:
        typed = stack.text(stack.name).splitlines()[port.line - 1 : port.line]
        variable = re.search(r"\$\{?(\w+)", "".join(typed))
        if not port.published and variable is not None:
            fail(f"{stack.name}, line {port.line}: {variable[1]} has no value here, so Docker would pick a port by "
                "itself, another one each time. Give it one in a file .env, or a default.",
                expected=f"${{{variable[1]}:-8080}}:{port.target}", actual=f":{port.target}")  # fmt: skip
        if not port.published:
            note(f"{stack.name}, line {port.line}: no port of the machine is named, so Docker takes any that is free, "
                f"another one each time. 8080:{port.target} names it.")  # fmt: skip
        if port.target not in stack.listens:
            fail(f"{stack.name}, line {port.line}: nginx does not listen on port {port.target} in its container. The "
                "port of the machine comes first, then the container's.",
                expected=f"8080:{min(stack.listens)}", actual=f"{port.published}:{port.target}")  # fmt: skip

    reached = {port.target for port in stack.nginx.ports}
    heard = [(where, read_listen(each)) for where, each in stack.typed_listens]
    own = [(where, at) for where, at in heard if str(at.port) in reached]
    if own and all(at.kind in ("loopback", "loopback6") for _, at in own):
        where, at = own[0]
        fail(f"{where}: {at.typed} is nginx's own container alone, so nobody outside reaches it, whatever is "
            "published.", expected=f"listen {at.port};", actual=f"listen {at.typed};")  # fmt: skip


def test_nginx_finds_your_files(workspace: Workspace) -> None:
    """nginx finds your nginx.conf, and the folders that are named in it"""
    stack = Stack(workspace.root, workspace.origin)
    nginx, contents = stack.nginx, stack.contents(stack.nginx)
    for mount in nginx.mounts:
        source = source_of(mount)
        if mount.kind == "bind" and mount.source.startswith("/") and _named_beside(stack, mount.source):
            fail(f"{stack.name}, line {mount.line}: that names your file by its whole path, which is another one on "
                f"the next machine. Begin in the folder of {stack.name}.",
                expected=f"./{_named_beside(stack, mount.source)}:{mount.target}",
                actual=f"{mount.source}:{mount.target}")  # fmt: skip
        if source is not None and not inside(source, stack.files) and source not in stack.files:
            file = "." in posixpath.basename(mount.target)
            would = "and nginx can't read a folder" if file else "and nginx would find no file in it"
            fail(f"{stack.name}, line {mount.line}: there is no {source} beside it. Docker would make an empty folder "
                f"of that name, {would}.", expected="./nginx.conf" if file else f"a folder {source} with your files",
                actual=mount.source)  # fmt: skip
        folder = mount.target.endswith("/") or posixpath.normpath(mount.target) in FOLDERS
        if source in stack.files and folder:
            fail(f"{stack.name}, line {mount.line}: {source} is a file, and {mount.target} a folder of the image: "
                "Docker can't put the one in the other's place, and does not start the container.",
                expected=f"./{source}:{mount.target.rstrip('/')}/default.conf", actual=mount.target)  # fmt: skip
    where = "/etc/nginx/nginx.conf" if stack.is_whole else "/etc/nginx/conf.d/default.conf"
    found = sorted(path for path, file in contents.items() if file == "nginx.conf" and path.startswith("/etc/nginx/"))
    if not found:
        fail(f"nginx.conf is not in the container of {nginx.name}, at least not where nginx reads it.",
            expected=f"./nginx.conf:{where}", actual=", ".join(one.target for one in nginx.mounts) or None)  # fmt: skip
    for path in found:
        if stack.is_whole and path != "/etc/nginx/nginx.conf":
            fail("Your nginx.conf is a whole one, with events and http, and in conf.d stand parts only.",
                expected=where, actual=path)  # fmt: skip
        if not stack.is_whole and path == "/etc/nginx/nginx.conf":
            fail("Your nginx.conf is the part that begins with server, and at that place nginx expects the whole one: "
                '"server" directive is not allowed here.', expected=where, actual=path)  # fmt: skip
    hides = any(posixpath.normpath(one.target) == "/etc/nginx/conf.d" for one in nginx.mounts)
    if not stack.is_whole and not hides and not any("default.conf" in path for path in found):
        fail("The image has a conf.d/default.conf of its own, for the host localhost, which would go on to answer in "
            "place of yours. Put yours in its place.", expected=where, actual=found[0])  # fmt: skip
    _must_include(stack)
    _must_have_folders(stack, contents)


def _must_include(stack: Stack) -> None:
    """What nginx.conf includes is in the container of nginx."""
    for each in stack.not_included:
        typed = each.statement.values()[0]
        full = posixpath.normpath(posixpath.join("/etc/nginx", typed))
        if posixpath.basename(full) == DEBIANS and DEBIANS not in stack.files:
            fail(f"{place(each)}, includes {typed}: Debian's nginx brings that file, and the official image does not. "
                "nginx would not start there.", expected="the lines that it stands for: proxy_set_header …",
                actual=f"include {typed};")  # fmt: skip
        beside = _named_beside(stack, full) or posixpath.basename(full)
        fail(f"{place(each)}, includes {typed}, and in the container of {stack.nginx.name} there is no such file.",
            expected=f"a volume, such as ./{beside}:{full}",
            actual=", ".join(mount.target for mount in stack.nginx.mounts))  # fmt: skip


def _named_beside(stack: Stack, path: str) -> str:
    """The learner's own file or folder that a whole path most likely means; "" where there is none."""
    parts = path.strip("/").split("/")
    ends = ("/".join(parts[at:]) for at in range(1, len(parts)))
    return next((end for end in ends if end in stack.files or inside(end, stack.files)), "")


def _must_have_folders(stack: Stack, contents: Mapping[str, str]) -> None:
    """The folders that nginx.conf names are there in its container."""
    nginx = stack.nginx
    mounted = {posixpath.normpath(each.target) for each in nginx.mounts} | {
        posixpath.dirname(path) for path in contents
    }
    for each in stack.conf:
        one = each.statement
        if one.name in ("access_log", "error_log") and one.arguments:
            folder = missing_folder(one.values()[0], mounted)
            if folder is not None:
                fail(f"{place(each)}: in the container of {nginx.name} there is no folder {folder}, and nginx makes "
                    "none: it would not start.", expected="/var/log/nginx/access.log",
                    actual=one.values()[0])  # fmt: skip
        if one.name not in ("alias", "root") or not one.arguments:
            continue
        path = one.values()[0].rstrip("/")
        if "$" in path or path.startswith(OWN_PAGES) or each.path[-1:] == ("if",):
            continue
        full = path if path.startswith("/") else f"/etc/nginx/{path}"
        if not any(there == full or there.startswith(f"{full}/") for there in contents):
            beside = _named_beside(stack, full) or posixpath.basename(full)
            fail(f"{place(each)}, looks in {one.values()[0]}, and in the container of {nginx.name} there "
                "is nothing of yours.", expected=f"a volume, such as ./{beside}:{full}",
                actual=", ".join(mount.target for mount in nginx.mounts))  # fmt: skip


def test_images_name_their_version(workspace: Workspace) -> None:
    """each image names its version, one that still gets fixes"""
    stack = Stack(workspace.root, workspace.origin)
    for service in stack.compose.services:
        name = stack.base(service)
        repository, _, digest = name.partition("@")
        image, _, tag = posixpath.basename(repository).partition(":")
        if digest or name == "scratch" or (service.build is None and stack.build_of(service) is not None):
            continue
        version = re.match(r"(\d+)\.(\d+)", tag)
        if version is None if image in OLDEST else not re.search(r"\d", tag):
            fail(f"{service.name}: {image}{':' if tag else ''}{tag} is another one each year. Name the version.",
                expected="python:3.13-slim" if image == "python" else f"{image}:1.30-alpine", actual=name)  # fmt: skip
        if version is not None and (int(version[1]), int(version[2])) < OLDEST.get(image, (0, 0)):
            called = "Python" if image == "python" else image
            fail(f"{service.name}: {called} {version[0]} no longer gets fixes, not even for security.",
                expected="python:3.13-slim" if image == "python" else "nginx:1.30-alpine", actual=name)  # fmt: skip


def test_nothing_opens_the_machine(workspace: Workspace) -> None:
    """no container gets more of the machine than it needs"""
    stack = Stack(workspace.root, workspace.origin)
    reasons = {
        "privileged": "lets whoever breaks into that container do anything to the machine",
        "cap_add": "gives that container rights over the machine that no web service needs",
        "devices": "gives that container a device of the machine",
        "security_opt": "loosens what keeps that container apart from the machine",
        "use_api_socket": "lets that container command Docker, and so the machine",
    }
    for service in stack.compose.services:
        for key, line in service.risks:
            reason = reasons.get(key, "takes away the wall between that container and the machine")
            fail(f"{stack.name}, line {line}: {key} {reason}. Nothing here needs it.", actual=f"{service.name}: {key}")
        for mount in service.mounts:
            source = posixpath.normpath(mount.source) if mount.source else ""
            if mount.kind != "bind":
                continue
            if source in ("/", "//"):
                fail(f"{stack.name}, line {mount.line}: that puts the whole machine into {service.name}, to be read "
                    "and written from there. Give it the one file or folder that it needs.",
                    actual=f"{mount.source}:{mount.target}")  # fmt: skip
            if source.endswith("docker.sock"):
                fail(f"{stack.name}, line {mount.line}: whoever reaches Docker's socket commands the whole machine.",
                    actual=f"{mount.source}:{mount.target}")  # fmt: skip
            if source_of(mount) is None:
                fail(f"{stack.name}, line {mount.line}: {mount.source} lies outside of your folder; on another machine "
                    "it is something else, or not there.", expected="./…", actual=mount.source)  # fmt: skip
