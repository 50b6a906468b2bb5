"""Files: what nginx reads lies in the workspace, what it writes in the run folder."""

import re

from stackwalk.nginx.editing import quoted
from stackwalk.nginx.image import PREFIX, official_files
from stackwalk.nginx.moved import Log, Reading
from stackwalk.nginx.moving import climbing
from stackwalk.nginx.moving.draft import NARROW, Draft, starts_with
from stackwalk.nginx.moving.headers import included_headers
from stackwalk.nginx.naming import listed
from stackwalk.nginx.paths import leads_out, name_in_run, ours, place_of
from stackwalk.nginx.project import Found
from stackwalk.nginx.served import LOG_FORMAT
from stackwalk.nginx.tokens import Token

_STREAMS = {"/dev/stdout": "access.log", "/dev/stderr": "error.log"}
# Variables that can't hold a slash: all that a request may choose of a log's name.
_NO_PATH = frozenset({"host", "server_name", "status", "scheme", "request_method"})


def read(draft: Draft, found: Found) -> None:
    """A directive whose first value is a file or a folder to read."""
    name = found.statement.name
    for word in found.statement.arguments[:1]:
        if word.text in ("", "off") or word.text.startswith("data:"):
            return
        place = place_of(word.text, draft.setting, draft.free(found))
        if place.path is None:
            draft.put(word, f"{draft.setting.run}/refused")
            _refuse(draft, found, word, place.why)
            return
        if place.path != word.text:
            draft.put(word, place.path)
            draft.names.setdefault(place.path, word.text)
        climbing.guard_folder(draft, found, place.path)
        if "$" in place.path:
            _no_links(draft, found)
        else:
            draft.readings.append(Reading(place.path, word.text, name, draft.source.name, word.line))


def _no_links(draft: Draft, found: Found) -> None:
    """Where a request is a part of the folder's name, the wrapper's rule would not look at links in it."""
    rule = draft.setting.no_links
    behind = draft.behind.get(found.statement.words[0].start)
    if not draft.setting.guards_links or (behind is not None and starts_with(behind, *rule)):
        return
    block = draft.wide(found)
    if found.path[-1:] in NARROW and block is not None:
        # The location around it may have a rule already, and one is enough.
        has_root = any(
            "$" in each.values()[0]
            for name in ("root", "alias")
            for each in draft.within(block).get(name, ())
            if each.arguments
        )
        if has_root or any(starts_with(each, *rule) for each in draft.within(block).get("disable_symlinks", ())):
            return
    if not draft.add_around(found, f" {' '.join(rule)};"):
        _refuse(
            draft,
            found,
            found.statement.arguments[0],
            "stands in an if of another file, so that it could lead anywhere",
        )


def include(draft: Draft, found: Found) -> None:
    """A file of the workspace is included as a copy; those that the image has are in the run folder."""
    if len(found.statement.arguments) != 1:
        return
    word = found.statement.arguments[0]
    if ours(word.text, draft.setting):
        return
    place = place_of(word.text, draft.setting)
    folder, _, name = word.text.rpartition("/")
    inside = place.path.removeprefix(draft.setting.workspace + "/") if place.path else ""
    if name in draft.setting.provided and folder in ("", PREFIX) and not draft.source.includes.get(word.text):
        draft.put(word, f"{draft.setting.run}/image/{name}")
        draft.names.setdefault(f"{draft.setting.run}/image/{name}", word.text)
        if name not in official_files():
            draft.remark(
                found,
                "note",
                f"Debian's nginx has a file {name}, and the official image has none: its nginx would not start.",
                f"Make a file {name} of your own, or write its lines here.",
                word=word,
            )
    elif inside and inside != place.path:
        draft.put(word, f"{draft.setting.copies}/{inside}")
        draft.names.setdefault(f"{draft.setting.copies}/{inside}", word.text)
        included_headers(draft, found)
    else:
        draft.put(word, f"{draft.setting.run}/refused.conf")
        _refuse(draft, found, word, place.why or "is no file of your folder")


def written(draft: Draft, found: Found) -> None:
    """A directive whose first value is a place to write to."""
    name = found.statement.name
    for word in found.statement.arguments[:1]:
        if word.text == "on":
            draft.put(word, "off")
            draft.remark(
                found,
                "aside",
                f"“{name} on” writes into your folder, which this lab does not let nginx do.",
                "Leave the line for a server of your own, or take it out.",
                word=word,
            )
        elif word.text != "off" and not ours(word.text, draft.setting):
            place = f"{draft.setting.run}/{name.removesuffix('_path')}-{name_in_run(word.text)}".replace("$", "_")
            draft.put(word, place)
            draft.names.setdefault(place, word.text)


def below_root(draft: Draft, found: Found) -> None:
    """Addresses that nginx looks for below a root."""
    for word in climbing.addresses(draft, found):
        if leads_out(word.text, climbing.free_in(draft, found)):
            _refuse(draft, found, word, "could lead out of its root")
            draft.put(word, "/refused")
        else:
            climbing.guard_address(draft, found, word)


def log(draft: Draft, found: Found) -> None:
    """access_log and error_log. Ours is said again beside theirs, which ends what stood further out."""
    if not found.statement.arguments:
        return
    word = found.statement.arguments[0]
    widest: tuple[str, ...]
    if found.statement.name == "access_log":
        ours_here, again, widest = draft.setting.requests, f"{quoted(draft.setting.requests)} {LOG_FORMAT}", ("http",)
    else:
        ours_here, again, widest = draft.setting.errors, f"{quoted(draft.setting.errors)} notice", ()
    if word.text == ours_here:
        return
    if found.statement.values() == ("off",) and found.statement.name == "access_log":
        # It would turn off every log of its block, ours too.
        if found.path == widest:
            draft.leave_out(found.statement)
        else:
            draft.swap(word, again)
        return
    if word.text != "stderr" and not ours(word.text, draft.setting):
        _own_log(draft, found, word)
    behind = draft.behind.get(found.statement.words[0].start)
    said_again = behind is not None and starts_with(behind, found.statement.name, ours_here)
    # At the widest level the wrapper has it.
    if found.path != widest and not said_again:
        draft.add(found.statement, f" {found.statement.name} {again};")


def _own_log(draft: Draft, found: Found, word: Token) -> None:
    directive = found.statement.name
    name = _STREAMS.get(word.text) or name_in_run(word.text)
    if word.text.startswith(("syslog:", "memory:")):
        kind = word.text.partition(":")[0]
        name = f"{kind}.log"
        draft.remark(
            found,
            "aside",
            f"“{directive} {kind}:” leads out of this lab, so the lines go into a file, {name}.",
            "Name a file if you want to read the log here.",
            word=word,
        )
    elif set(re.findall(r"\$\{?(\w+)", name)) - _NO_PATH:
        draft.remark(
            found,
            "error",
            f"“{directive} {word.text}” lets a request choose the file that nginx writes to.",
            "Give the log one name.",
            word=word,
        )
        name = "refused.log"
    elif directive == "error_log" and word.text == "off":
        draft.remark(
            found,
            "note",
            "“error_log off” does not turn the log off: nginx writes it to a file that is called off.",
            "Take the line out.",
            word=word,
        )
    path = f"{draft.setting.logs}/{name}"
    draft.put(word, path)
    draft.logs.append(Log(word.text, path, "access" if directive == "access_log" else "error"))
    draft.names.setdefault(path, word.text)


def _refuse(draft: Draft, found: Found, word: Token, why: str) -> None:
    folder = draft.setting.folder
    if folder and word.text.startswith("/"):
        draft.remark(
            found,
            "error",
            f"“{found.statement.name} {word.text}” {why}: where nginx runs, your folder is called {folder}, "
            "and nothing outside of it is given to nginx.",
            f"Put what nginx needs into your folder, and begin the path with {folder}/.",
            word=word,
        )
        return
    mounts = [each for each in draft.setting.mounts if not any(each.startswith(f"{o}/") for o in draft.setting.mounts)]
    known = f" nginx finds your folder at {listed(mounts)}." if mounts and word.text.startswith("/") else ""
    draft.remark(
        found,
        "error",
        f"“{found.statement.name} {word.text}” {why}, and nothing outside of it is given to nginx.{known}",
        "Put what nginx needs into your folder, and name it there.",
        word=word,
    )
