"""The commands: a few lines each; what one needs is imported when it runs, so that each starts quickly."""

import os
import shlex
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackwalk import __version__, quick
from stackwalk.errors import StackwalkError
from stackwalk.given import course_in, opened, port_of, screen_for_stdout

if TYPE_CHECKING:
    from stackwalk.course.lesson import Course, Lab, Progress, Step
    from stackwalk.course.typed import Typed


class Status(IntEnum):
    """What a command tells the shell."""

    PASSED = 0
    FAILED = 1  # the learner's code falls short
    COULD_NOT_RUN = 2  # usage or environment
    BROKEN = 3  # the check itself


app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
course_app = typer.Typer(rich_markup_mode=None, help="For those who write labs.")
app.add_typer(course_app, name="course")

WorkspaceFlag = Annotated[
    str | None,
    typer.Option("--workspace", metavar="DIR", help="Your folder; else the one you are in, else ./my-stack."),
]
FromFlag = Annotated[
    str | None,
    typer.Option("--from", metavar="DIR", help="The course in DIR instead of the one that came along."),
]
PortFlag = Annotated[str | None, typer.Option("--port", metavar="N", help="Another door than the lesson's.")]
NginxFlag = Annotated[
    str | None, typer.Option("--nginx", metavar="FILE", help="The nginx to run; else the one that came along.")
]
PlainFlag = Annotated[bool, typer.Option("--plain", help="Plain text: no keys, no colour, and it ends.")]
StepName = Annotated[str | None, typer.Argument(metavar="[LAB.STEP]", show_default=False)]


def run() -> int:
    """Run the command line once; the exit status is the value."""
    if sys.platform == "win32":
        return _say_error(
            StackwalkError("stackwalk does not run on Windows itself.", "Install and run it inside WSL 2.")
        )
    try:
        return int(app(standalone_mode=False) or 0)
    except typer.TyperException as error:
        return _say_error(StackwalkError(_sentence(error.format_message()), "`stackwalk --help` lists what there is."))
    except (StackwalkError, BrokenPipeError) as error:
        return end_by(error)


def end_by(error: StackwalkError | BrokenPipeError) -> int:
    """What a command ends with that was ended by an error; it is said."""
    if isinstance(error, StackwalkError):
        return _say_error(error)
    # Whoever read our output has left (`| head -1`). Python would complain once more at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Status.PASSED


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _say_error(error: StackwalkError) -> int:
    from stackwalk.screen.safe import safe_block

    if "--json" in sys.argv[1:] and sys.argv[1:2] == ["check"]:
        from stackwalk.check.verdict import Verdict

        print(Verdict(_asked_on_the_command_line(), (), "", 0.0, (), f"{error.what} {error.try_this}").to_json())
    print(f"{safe_block(error.what)}\n{safe_block(error.try_this)}", file=sys.stderr)
    return Status.COULD_NOT_RUN


def _asked_on_the_command_line() -> str:
    words = sys.argv[2:]
    if "--all" in words:
        return "all"
    valued = ("--from", "--junit", "--seed", "--workspace")
    pairs = zip(words, ["", *words], strict=False)
    return next((word for word, before in pairs if not word.startswith("-") and before not in valued), "")


@app.callback(invoke_without_command=True)
def stackwalk(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version, and end.")] = False,
) -> int:
    """Build the path from a browser to a line of Python, a layer at a time.

    Alone it says where you are and what comes next.

    Example: stackwalk lab 1
    """
    if version:
        print(f"stackwalk {__version__}")
        raise typer.Exit(Status.PASSED)
    if context.invoked_subcommand is None:
        _where_you_are()
    return Status.PASSED


def _where_you_are() -> None:
    from stackwalk.course.place import where_is
    from stackwalk.screen.pages import draw_place

    course, workspace, progress = opened(None, None)
    screen_for_stdout().print(draw_place(course, progress, where_is(course, progress), str(workspace.root)))


@app.command()
def lab(
    what: Annotated[str | None, typer.Argument(metavar="[N[.STEP]]", show_default=False)] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Watch the lab play itself in a throw-away folder.")] = False,
    ready: Annotated[
        bool, typer.Option("--ready", help="Make a new folder with the finished files of the labs before.")
    ] = False,
    all_steps: Annotated[bool, typer.Option("--all", help="With --demo: every step of the lab.")] = False,
    plain: PlainFlag = False,
    port: PortFlag = None,
    nginx: NginxFlag = None,
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
) -> int:
    """Open a lab: its lesson, your program running, its traffic live, checks on every save.

    Example: stackwalk lab 1
    """
    console = screen_for_stdout(plain=plain)
    door = port_of(port)
    if nginx is not None:
        os.environ["STACKWALK_NGINX"] = nginx  # the checks, in processes of their own, run the same one
    if all_steps and not demo:
        raise StackwalkError("--all belongs to --demo.", "Type: stackwalk lab 1 --demo --all")
    if ready and (demo or plain):
        raise StackwalkError("--ready only makes a folder.", "Leave out --demo and --plain.")
    if ready:
        return _make_ready(course_in(course_folder), what, workspace)
    if demo:
        from stackwalk.session.demo import play

        course = course_in(course_folder)
        fast = not console.moves
        return play(course, _lab_of(course, what), all_steps=all_steps, console=console, fast=fast, port=door)
    from stackwalk.session.opening import open_lab

    return open_lab(
        course_in(course_folder),
        what,
        folder=workspace,
        port=door,
        plain=plain,
        console=console,
        environ=os.environ,
        typed=_typed(workspace, course_folder),
    )


def _make_ready(course: "Course", what: str | None, folder: str | None) -> int:
    from stackwalk.course.readying import make_ready
    from stackwalk.course.workspace import Workspace, make_workspace

    if what is None:
        raise StackwalkError("--ready needs to know for which lab.", "Type: stackwalk lab 3 --ready")
    lab = _lab_of(course, what)
    if what != str(lab.number):
        raise StackwalkError("--ready makes a whole lab ready.", f"Type: stackwalk lab {lab.number} --ready")
    typed = folder or f"my-stack-lab{lab.number}"
    root = Path.cwd() / Path(typed).expanduser()
    names = make_ready(course, lab, root)
    make_workspace(Workspace(root), os.environ)
    console = screen_for_stdout()
    console.print(f"{root} holds what comes before lab {lab.number}: {', '.join(names) or 'nothing'}.", markup=False,
        highlight=False)  # fmt: skip
    console.print(f"Next: cd {shlex.quote(typed)} && stackwalk lab {lab.number}", markup=False, highlight=False)
    return Status.PASSED


@app.command()
def shell(workspace: WorkspaceFlag = None) -> int:
    """Open your shell in the workspace, with the PATH that labs use: python, flask, gunicorn are theirs.

    Example: stackwalk shell
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.shell import open_shell

    return open_shell(existing_workspace(workspace, os.environ, Path.cwd()).root, os.environ)


@app.command()
def check(
    what: Annotated[str | None, typer.Argument(metavar="[LAB[.STEP]]", show_default=False)] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every step of every lab, begun or not, with a score.")
    ] = False,
    only: Annotated[bool, typer.Option("--only", help="This step alone, not those before it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")] = False,
    junit: Annotated[
        str | None, typer.Option("--junit", metavar="FILE", help="Write the verdict to FILE as JUnit XML, too.")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", help="Repeat a run: the seed that it reported.")] = None,
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
) -> int:
    """Grade the step that you are at, or the one that you name.

    Exit status: 0 passed, 1 your code falls short, 2 it could not be run, 3 the check itself is broken.

    Example: stackwalk check 1.3
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.grading import check_workspace

    return check_workspace(
        course_in(course_folder),
        existing_workspace(workspace, os.environ, Path.cwd()),
        asked=what,
        every=everything,
        only=only,
        seed=seed,
        as_json=as_json,
        junit=None if junit is None else Path(junit),
        screen=screen_for_stdout,
        typed=_typed(workspace, course_folder),
    )


@app.command()
def watch(
    what: Annotated[str | None, typer.Argument(metavar="[LAB[.STEP]]", show_default=False)] = None,
    only: Annotated[bool, typer.Option("--only", help="This step alone, not those before it.")] = False,
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
) -> int:
    """Check on each save, until Ctrl+C.

    Example: stackwalk watch 1.3
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.watching import watch_workspace

    return watch_workspace(
        course_in(course_folder),
        existing_workspace(workspace, os.environ, Path.cwd()),
        asked=what,
        only=only,
        screen=screen_for_stdout(),
    )


@app.command()
def trace(
    target: Annotated[
        str | None, typer.Argument(metavar="[TARGET]", help="localhost:8080, :8080, http://localhost:8080/ …")
    ] = None,
    port: Annotated[
        str | None, typer.Option("--port", metavar="N", help="Listen here; else the first free one.")
    ] = None,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="Headers too; -vv: bodies too.")] = 0,
    chosen: Annotated[
        str | None,
        typer.Option("--filter", metavar="TEXT", help="Only these: 'method=POST status>=400 path~/api header:cookie'."),
    ] = None,
    save: Annotated[
        str | None, typer.Option("--save", metavar="FILE", help="Keep it in FILE.jsonl, or in FILE.har for browsers.")
    ] = None,
    opened: Annotated[
        str | None, typer.Option("--open", metavar="FILE", help="Show what was saved, instead of a TARGET.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each exchange on stdout.")] = False,
    body_limit: Annotated[
        str | None, typer.Option("--body-limit", metavar="N|none", help="Keep so many bytes of each body; else 65536.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDR", help="Listen on this address; else on loopback alone.")
    ] = None,
    hop: Annotated[
        str | None, typer.Option("--hop", metavar="NAME", help="Of a stack that is up: what comes to NAME alone.")
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="With --host: other machines may come in.")
    ] = False,
    plain: PlainFlag = False,
) -> int:
    """Watch the traffic of anything that speaks HTTP on an address.

    Example: stackwalk trace localhost:8080
    """
    from stackwalk.screen.console import make_console
    from stackwalk.trace.asked import Asked
    from stackwalk.trace.command import run_trace

    console = screen_for_stdout(plain=plain)
    return run_trace(
        Asked(
            target,
            port=port_of(port),
            host=host,
            allow_remote=allow_remote,
            verbose=verbose,
            as_json=as_json,
            filter=chosen,
            save=save,
            open=opened,
            body_limit=body_limit,
            hop=hop,
        ),
        console=console,
        aside=make_console(sys.stderr, plain=plain) if as_json else console,
    )


@app.command()
def up(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Begin with this one: haproxy.cfg, wsgi.py …")
    ] = None,
    port: PortFlag = None,
    nginx: NginxFlag = None,
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
) -> int:
    """Run your stack without a lesson: the outermost layer that you have, with all under it, until Ctrl+C.

    Example: stackwalk up
    """
    return quick.up(file=file, port=port, nginx=nginx, workspace=workspace, course_folder=course_folder)


@app.command()
def reload(
    part: Annotated[str | None, typer.Argument(metavar="[PART]", show_default=False)] = None,
    workspace: WorkspaceFlag = None,
) -> int:
    """Let the stack that is up take your saved files, or one part of it. Exit status: 1 where one was not taken.

    Example: stackwalk reload
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.up.asking import take_in

    return take_in(existing_workspace(workspace, os.environ, Path.cwd()), screen_for_stdout(), part=part)


@app.command()
def down(workspace: WorkspaceFlag = None) -> int:
    """End the stack that is up in the workspace, from another terminal.

    Example: stackwalk down
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.up.asking import take_down

    return take_down(existing_workspace(workspace, os.environ, Path.cwd()), screen_for_stdout())


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")] = False,
    workspace: WorkspaceFlag = None,
) -> int:
    """Show the parts of the stack that is up. Exit status: 0 all are ready, 1 not all, 2 no stack is up.

    Example: stackwalk status
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.up.asking import show_status

    return show_status(existing_workspace(workspace, os.environ, Path.cwd()), screen_for_stdout(), as_json=as_json)


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(metavar="[PART]", show_default=False)] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C.")] = False,
    workspace: WorkspaceFlag = None,
) -> int:
    """Show what the parts of the stack that is up have printed and logged, or one of them.

    Example: stackwalk logs nginx
    """
    from stackwalk.course.workspace import existing_workspace
    from stackwalk.up.asking import show_logs

    return show_logs(
        existing_workspace(workspace, os.environ, Path.cwd()), screen_for_stdout(), part=part, follow=follow
    )


@app.command()
def hint(step: StepName = None, workspace: WorkspaceFlag = None, course_folder: FromFlag = None) -> int:
    """Show the next hint of the step: where to look, the idea, the line.

    Example: stackwalk hint
    """
    from stackwalk.course.progress import update_progress
    from stackwalk.screen.pages import draw_hint

    course, place, progress = opened(workspace, course_folder)
    here = _step(course, progress, step)
    if not here.hints:
        raise StackwalkError(f"Step {here.id} has no hints: it is played in the lab.", f"Type: stackwalk lab {here.id}")
    level = min(progress.hints.get(here.id, 0) + 1, len(here.hints))
    screen_for_stdout().print(draw_hint(here, level))
    if place.state.is_dir():
        update_progress(place, lambda before: before.hinting(here.id, level))
    return Status.PASSED


@app.command()
def solution(
    step: StepName = None,
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
    whole: Annotated[bool, typer.Option("--all", help="Every file, those of earlier steps too.")] = False,
) -> int:
    """Show one way to do the step: what is new in it. It never touches your files.

    Example: stackwalk solution 1.2
    """
    from stackwalk.course.readying import files_before
    from stackwalk.course.workspace import files_of
    from stackwalk.screen.pages import draw_solution

    course, _, progress = opened(workspace, course_folder)
    here = _step(course, progress, step)
    if here.solution is None:
        raise StackwalkError(f"Step {here.id} is done live: you are the solution.", f"Type: stackwalk lab {here.id}")
    files = [(name, file.read_text(encoding="utf-8")) for name, file in files_of(here.solution)]
    before = {} if whole else dict(files_before(course, here))
    new = [(name, text) for name, text in files if name not in before or before[name].read_text("utf-8") != text]
    screen_for_stdout().print(draw_solution(here, new, [name for name, text in files if (name, text) not in new]))
    return Status.PASSED


@app.command(name="list")
def list_steps(workspace: WorkspaceFlag = None, course_folder: FromFlag = None) -> int:
    """List the labs and their steps, and which of them you have passed.

    Example: stackwalk list
    """
    return quick.list_steps(workspace=workspace, course_folder=course_folder)


@app.command()
def words(
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
) -> int:
    """Show the words of the course: those that you met, and where the rest will come.

    Example: stackwalk words
    """
    from stackwalk.screen.pages import draw_words

    course, _, progress = opened(workspace, course_folder)
    screen_for_stdout().print(draw_words(course, progress))
    return Status.PASSED


@app.command()
def reset(
    step: StepName = None,
    workspace: WorkspaceFlag = None,
    course_folder: FromFlag = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Set the files of the step aside, to type them anew; they are kept, and it says how to have them back.

    Example: stackwalk reset
    """
    from stackwalk.course.workspace import files_of
    from stackwalk.course.workspace import reset as reset_workspace
    from stackwalk.screen.safe import safe

    course, place, progress = opened(workspace, course_folder)
    here = _step(course, progress, step)
    names = [name for name, _ in files_of(here.solution)] if here.solution is not None else []
    console = screen_for_stdout()
    there = [name for name in names if os.path.lexists(place.root / name)]
    if there and not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            raise StackwalkError(
                f"This would set aside {', '.join(there)} in {place.root}, and nobody can be asked whether to.",
                "Type it in a terminal, or add --yes.",
            )
        console.print(safe(f"This sets aside {', '.join(there)} in {place.root}: you begin with an empty page."))
        if input("Do it? [y/N] ").strip().lower() not in ("y", "yes"):
            console.print("Nothing was touched.")
            return Status.PASSED
    kept, _ = reset_workspace(place, here, names)
    for path in kept:
        console.print(safe(f"kept: {path}"), soft_wrap=True)
    if kept:
        shelves = place.state / "kept"
        shelf = shelves / kept[0].relative_to(shelves).parts[0]
        line = f"cp -R {shlex.quote(f'{shelf}/.')} {shlex.quote(f'{place.root}/')}"
        console.print(safe(f"To have all of it back: {line}"), soft_wrap=True)
    else:
        console.print("There was nothing to keep: none of this step's files is there yet.")
    console.print(f"Next: stackwalk lab {here.id}")
    return Status.PASSED


@app.command()
def doctor(course_folder: FromFlag = None) -> int:
    """Look at this machine the way a lab will use it, and say what to do about what is not fine.

    Example: stackwalk doctor
    """
    from stackwalk.doctor import draw_symptom, examine

    console = screen_for_stdout()
    worst = Status.PASSED
    for symptom in examine(course_in(course_folder), os.environ):
        console.print(draw_symptom(symptom))
        if not symptom.fine:
            worst = Status.FAILED
    return worst


@course_app.command(name="check")
def course_check(
    folder: Annotated[str | None, typer.Argument(metavar="[DIR]", show_default=False)] = None,
) -> int:
    """Prove a course: every start fails, every solution passes, every wrong attempt fails for its reason.

    Exit status: 0 it holds, 1 it does not, 2 it could not be run.

    Example: stackwalk course check my-labs
    """
    from stackwalk.proving import prove_course

    return prove_course(course_in(folder), screen_for_stdout())


def _typed(workspace: str | None, course_folder: str | None) -> "Typed":
    from stackwalk.course.typed import Typed

    return Typed(workspace, course_folder)


def _lab_of(course: "Course", name: str | None) -> "Lab":
    return course.lab((name or "1").partition(".")[0])


def _step(course: "Course", progress: "Progress", name: str | None) -> "Step":
    from stackwalk.course.place import where_is

    return course.step(name) if name is not None else where_is(course, progress).step
