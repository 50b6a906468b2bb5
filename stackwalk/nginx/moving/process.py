"""The directives about nginx itself, which this lab starts, steers and ends."""

import re

from stackwalk.nginx.moving.draft import Draft
from stackwalk.nginx.project import Found

MOST_CONNECTIONS = 1024  # of a worker; nginx takes memory for each when it starts

# Those of the top of a full nginx.conf. They are left out.
STEERING = frozenset(
    {
        "daemon",
        "debug_points",
        "env",
        "google_perftools_profiles",
        "lock_file",
        "master_process",
        "pid",
        "ssl_engine",
        "thread_pool",
        "timer_resolution",
        "user",
        "worker_cpu_affinity",
        "worker_priority",
        "worker_processes",
        "worker_rlimit_core",
        "worker_rlimit_nofile",
        "worker_rlimit_sigpending",
        "working_directory",
    }
)
# What asks others whether a certificate still holds.
ASKING = ("ssl_ocsp", "ssl_stapling")
# As they stand in the files of the official image and of Debian: not worth a word.
_USUAL = {
    "user": {"nginx", "www-data", "nobody"},
    "worker_processes": {"auto", "1"},
    "daemon": {"off"},
    "master_process": {"on"},
    "pid": {"/var/run/nginx.pid", "/run/nginx.pid"},
}
# What loads or runs other programs, or speaks of more than HTTP.
BEYOND = re.compile(
    r"load_module|stream|mail|js_\w+|perl\w*|\w*lua\w*|passenger_\w+|keyval_zone_redis|echo_subrequest\w*"
)


def leave_out_steering(draft: Draft, found: Found) -> None:
    """Say so where it is not as everybody has it."""
    statement = found.statement
    draft.leave_out(statement)
    if statement.values() and statement.values()[0] in _USUAL.get(statement.name, ()):
        return
    draft.remark(
        found,
        "aside",
        f"“{statement.name}” has no effect here: the lab itself starts nginx and ends it, with one worker, as you.",
        "Leave the line for a server of your own, or take it out.",
    )


def ask_nobody(draft: Draft, found: Found) -> None:
    """Nobody outside of this machine is asked for anything."""
    for word in found.statement.arguments[:1]:
        if word.text == "off":
            return
        draft.put(word, "off")
        draft.remark(
            found,
            "aside",
            f"“{found.statement.name}” asks somebody outside whether a certificate still holds, and this lab does not.",
            "Leave the line for a server of your own, or take it out.",
            word=word,
        )


def refuse(draft: Draft, found: Found) -> None:
    """Take out what would lead beyond this lab."""
    name = found.statement.name
    draft.leave_out(found.statement)
    why = "speaks of other things than HTTP" if name in ("stream", "mail") else "runs other programs inside nginx"
    draft.remark(found, "error", f"“{name}” {why}, and that is not taken in this lab.", "Take the directive out.")


def connections(draft: Draft, found: Found) -> None:
    """worker_connections, within bounds."""
    for word in found.statement.arguments[:1]:
        if word.text.isdigit() and int(word.text[:12]) > MOST_CONNECTIONS:
            draft.put(word, str(MOST_CONNECTIONS))


def links(draft: Draft, found: Found) -> None:
    """disable_symlinks: the wrapper has it."""
    if tuple(word.text for word in found.statement.words) == draft.setting.no_links:
        return
    draft.leave_out(found.statement)
    draft.remark(
        found,
        "aside",
        "Links that lead out of your folder are never followed here, whatever this line says.",
        "Leave the line for a server of your own, or take it out.",
    )
