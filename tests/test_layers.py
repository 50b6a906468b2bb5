"""The import law of docs/architecture.md, held to the code."""

import ast
import re
import sys
from pathlib import Path

import pytest

import stackwalk

PACKAGE = Path(stackwalk.__file__).parent
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"

# What a pure part may never import: sockets, files, clocks, terminals, processes.
IMPURE = {
    "asyncio",
    "fcntl",
    "io",
    "multiprocessing",
    "os",
    "pty",
    "random",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "socketserver",
    "subprocess",
    "tempfile",
    "termios",
    "threading",
    "time",
    "tty",
    "psutil",
    "rich",
    "typer",
    "watchfiles",
    "pytest",
}

PURE = (
    "wire",
    "nginx",
    "course.lesson",
    "course.program",
    "course.place",
    "course.wording",
    "whole.plan",
    "whole.record",
    "whole.journey",
    "whole.changes",
    "compose",
    "fronts",
    "check.verdict",
    "check.difference",
    "check.compared",
    "check.fresh",
    "check.mistake",
    "session.session",
    "session.human",
)

# What runs in other processes, and the modules of ours that come along there.
ALONE: dict[str, tuple[str, ...]] = {"probe": (), "stack.guardian": ("stack.kin",), "stack.kin": ()}

# What one pure part may import all the same, and why that is no effect.
PURE_ALL_THE_SAME = {
    "check.fresh": {"random"},  # random.Random(seed) only: the same seed draws the same
}

MAY = {
    "errors": (),
    "heeding": (),
    "wire": ("errors", "wire"),
    "course.program": (),
    "course.lesson": ("course.lesson", "course.program", "errors"),
    "course.place": ("course.lesson", "course.place", "errors"),
    "course.wording": ("course.lesson", "course.wording"),
    "nginx": ("nginx",),
    "stack": ("errors", "nginx", "stack"),
    "tap": ("errors", "wire", "tap"),
    "compose": ("compose",),
    "fronts": ("fronts",),
    "whole": ("errors", "wire", "nginx", "tap", "stack", "compose", "fronts", "course.program", "whole"),
    "course": ("errors", "course"),
    "check": ("errors", "wire", "nginx", "compose", "stack", "whole", "course", "check"),
    "screen": (
        "errors",
        "wire",
        "course",
        "check.verdict",
        "check.difference",
        "check.compared",
        "session.session",
        "session.human",
        "whole.journey",
        "whole.changes",
        "screen",
    ),
    "trace": ("errors", "heeding", "wire", "tap", "screen", "trace"),
    "grading": ("errors", "course", "check", "screen", "stack"),
    "watching": ("errors", "heeding", "course", "check", "screen", "stack", "grading"),
    "proving": ("errors", "course", "check", "screen"),
    "doctor": ("errors", "course", "screen", "tap"),
    "shell": ("errors", "stack"),
    "given": ("errors", "course", "screen"),
    "quick": ("errors", "given", "course", "screen", "stack", "up", "cli"),
    "up": ("errors", "heeding", "tap", "stack", "whole", "course", "screen", "session.flow", "up"),
    "session": ("errors", "heeding", "wire", "tap", "stack", "whole", "course", "check", "session", "screen"),
}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] == "_course":
            continue
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import; the tree is read by full names"
            names.add(node.module or "")
            if within(node.module or "", "stackwalk"):  # a name may be a module: `from stackwalk.stack import kin`
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(part + ".")


def law_of(name: str) -> tuple[str, ...] | None:
    parts = [part for part in MAY if within(name, part)]
    return MAY[max(parts, key=len)] if parts else None


@pytest.mark.parametrize("name", [name for name in modules() if law_of(name) is not None])
def test_a_part_imports_only_what_the_law_allows(name: str) -> None:
    allowed = law_of(name)
    assert allowed is not None
    ours = {found.removeprefix("stackwalk.") for found in imports(modules()[name]) if within(found, "stackwalk")}
    leaks = {found for found in ours - {"stackwalk", "__version__"} if not any(within(found, part) for part in allowed)}
    assert not leaks, f"{name} imports {', '.join(sorted(leaks))}"


@pytest.mark.parametrize("name", [name for name in modules() if any(within(name, part) for part in PURE)])
def test_a_pure_part_imports_no_effect(name: str) -> None:
    roots = {found.partition(".")[0] for found in imports(modules()[name])}
    effects = roots & IMPURE - PURE_ALL_THE_SAME.get(name, set())
    assert not effects, f"{name} imports {', '.join(sorted(effects))}"


def test_what_is_drawn_comes_from_a_seed_alone() -> None:
    """`random` itself is an effect: only its class with a seed is none."""
    tree = ast.parse(modules()["check.fresh"].read_text(encoding="utf-8"))
    used = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("random.")
    ]
    assert [ast.unparse(node) for node in used] == ["random.Random"]
    seeded = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "random.Random"
    ]
    assert all(len(call.args) == 1 for call in seeded) and seeded


@pytest.mark.parametrize("name", [name for name in modules() if any(within(name, part) for part in ALONE)])
def test_what_runs_in_another_process_needs_the_standard_library_only(name: str) -> None:
    along = ALONE[next(part for part in ALONE if within(name, part))]
    strangers = {
        found
        for found in imports(modules()[name])
        if found.partition(".")[0] not in sys.stdlib_module_names
        and not any(within(found.removeprefix("stackwalk."), part) for part in along)
        and found != "stackwalk.stack"  # the package itself, one docstring; what is taken from it is named too
    }
    assert not strangers, f"{name} imports {', '.join(sorted(strangers))}"


def test_every_part_of_the_tree_has_a_law() -> None:
    free = {"", "__main__", "cli"}
    lawless = [
        name
        for name in modules()
        if name not in free and law_of(name) is None and not any(within(name, part) for part in ALONE)
    ]
    assert lawless == []


def test_every_file_that_the_picture_names_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Values")[0]
    folders: list[tuple[int, str]] = []  # those that the present line stands in, with their indents
    named = 0
    for indent, name in re.findall(r"^( +)(\S+?\.py|\S+/)(?: |$)", page, re.MULTILINE):
        while folders and folders[-1][0] >= len(indent):
            folders.pop()
        path = "/".join([*(folder for _, folder in folders), name.rstrip("/")])
        assert (PAGE.parents[1] / path).exists(), f"{PAGE.name} names {path}"
        named += 1
        if name.endswith("/"):
            folders.append((len(indent), name.rstrip("/")))
    assert named > 50
