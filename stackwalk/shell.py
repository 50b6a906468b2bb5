"""The shell command: the learner's own shell, in their workspace, with the PATH that labs use."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from stackwalk.errors import StackwalkError
from stackwalk.stack.environment import search_path
from stackwalk.stack.nginx.finding import wheel_binary


def shell_environment(workspace: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of that shell: the caller's own, with the folders of the labs' Python first on its PATH."""
    environment = dict(environ)
    first, *others = search_path(workspace, environ.get("PATH", os.defpath))
    nginx = wheel_binary()
    environment["PATH"] = os.pathsep.join([first, *([str(nginx.parent)] if nginx else []), *others])
    environment["STACKWALK_WORKSPACE"] = str(workspace)
    if (workspace / ".venv" / "bin").is_dir():
        environment["VIRTUAL_ENV"] = str(workspace / ".venv")
    return environment


def open_shell(workspace: Path, environ: Mapping[str, str]) -> int:
    """Become that shell. Raises StackwalkError where there is none; returns never, else."""
    shell = environ.get("SHELL") or "/bin/sh"
    environment = shell_environment(workspace, environ)
    first = environment["PATH"].partition(os.pathsep)[0]
    print(f"Programs of {first} come first here, as in the labs. `exit` leads back.")
    sys.stdout.flush()
    try:
        os.chdir(workspace)
        os.execvpe(shell, [shell], environment)
    except OSError as error:
        raise StackwalkError(
            f"Your shell {shell} can't be started in {workspace}: {error.strerror or error}.",
            "Set SHELL to one that is there, for example SHELL=/bin/sh.",
        ) from error
