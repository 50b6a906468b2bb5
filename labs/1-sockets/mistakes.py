"""What beginners do in this lab, each with a sentence of its own. The first that sees its mistake speaks."""

import re
from difflib import get_close_matches

from stackwalk.check.mistake import MISSPELT, Evidence, Mistake

PORT = 8080


def source(evidence: Evidence) -> str:
    """What the learner typed, without comments: server.py, and the modules beside it that it imports."""
    first = evidence.sources.get("server.py", "")
    own = [
        text
        for name, text in evidence.sources.items()
        if name.endswith(".py") and re.search(rf"\b(import|from)\s+{re.escape(name[:-3])}\b", first)
    ]
    return re.sub(r"(?m)(^|\s)#.*$", "", "\n".join([first, *own]))


def raised(evidence: Evidence, *parts: str) -> bool:
    """Whether the program died of the first, which stands in the traceback's last line, and the rest stands in it."""
    last = evidence.traceback.rstrip().rpartition("\n")[2]
    return bool(last) and parts[0] in last and all(part in evidence.traceback for part in parts)


def own_name(evidence: Evidence, file: str) -> str:
    """What the learner calls a file that a traceback names; "" where it is none of theirs."""
    names = {"server.py", *evidence.sources}
    return max((name for name in names if f"/{file}".endswith(f"/{name}")), key=len, default="")


def last_own_line(evidence: Evidence) -> str:
    """The learner's line that the traceback ends in, as it stands in their file."""
    frames = re.findall(r'File "([^"]*)", line \d+, in .*\n\s+(.*)', evidence.traceback)
    own = [line for file, line in frames if own_name(evidence, file) and "/site-packages/" not in file]
    return own[-1] if own else ""


def may_stand_in(evidence: Evidence, pattern: str) -> bool:
    """Whether a program that hangs does so in such a line; also where nobody knows in which one, as on a Mac."""
    return not evidence.stands or bool(re.search(pattern, evidence.stands))


def values(evidence: Evidence, name: str) -> list[str]:
    """What is assigned to a variable: each value as it is written, and [1] after one of which it is the second part.

    [] where it may come from somewhere else as well: a parameter, a loop, a with.
    """
    text, found = source(evidence), []
    if re.search(
        rf"\bdef \w+\([^)]*\b{name}\b|\bfor\b[^\n:]*\b{name}\b[^\n:]*\bin\b|\bas {name}\b|\b{name} :?\+?= *$", text
    ):
        return []
    for left, right in re.findall(r"(?m)^[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*=(?!=)[ \t]*(.+?)[ \t]*$", text):
        parts = [part.strip() for part in left.split(",")]
        if name in parts:
            found.append(right if len(parts) == 1 else f"{right}[{parts.index(name)}]")
    return found


def opened(evidence: Evidence) -> list[str]:
    """What open() is called with, where all that is opened is opened by it: the first argument of each, as written."""
    text = source(evidence)
    if re.search(r"\.open\(|read_(text|bytes)\(|sendfile\(|import (?!socket\b|sys\b|time\b)|\bfrom\b", text):
        return []
    return re.findall(r"\bopen\(\s*([^,()]*?)\s*[,)]", text)


def word_of_the_request(evidence: Evidence, number: int) -> bool:
    """Whether all that is opened is just that word of the request's first line, from 0."""
    names = opened(evidence)
    if not names or not all(re.fullmatch(r"\w+(\[1:\])?", name) for name in names):
        return False
    found = [value for name in names for value in values(evidence, name.removesuffix("[1:]")) or [""]]
    word = rf"(\w+)(?:\.decode\(.*\))?\.split\((?:[\"'] [\"'])?(?:, ?\d)?\)\[{number}\](?:\.decode\(.*\))?"
    for value in found:
        taken = re.fullmatch(word, value)
        if taken is None:
            return False
        whole = r".*\.(recv\(\d+\)|decode\([^()]*\)|splitlines\(\)\[0\]|split\([\"'][\\rn]+[\"']\)\[0\])"
        if not all(re.fullmatch(whole, one) for one in values(evidence, taken[1]) or [""]):
            return False
    return True


def unreadable(evidence: Evidence) -> str:
    """What Python says about the line that it could not read; "" where that is no more than that."""
    found = re.findall(r"(?m)^SyntaxError: (.+)", evidence.traceback)
    said = found[-1].strip().rstrip(".") if found else ""
    return "" if said in ("", "invalid syntax") else said


def unread(evidence: Evidence) -> tuple[str, str]:
    """The place that Python could not read, as "line 4 of pages.py", and what stands there.

    ("", "") where it is in no file of the learner's: a text that was given to eval, say.
    """
    found = re.findall(r'File "([^"]*)", line (\d+)\n(?: +(.*))?', evidence.traceback)
    file, number, line = found[-1] if found else ("", "", "")
    name = own_name(evidence, file)
    return (f"line {number} of {name}", line) if name else ("", "")


def place(evidence: Evidence) -> str:
    """The place that Python could not read."""
    return unread(evidence)[0] or "a line"


def says_unreadable(evidence: Evidence) -> str:
    reason, line = unreadable(evidence), unread(evidence)[1]
    nothing = ", so nothing was run" if "before it" in evidence.message else ""
    told = f"Python cannot read {place(evidence)}{nothing}{': ' if reason else ''}{reason}"
    told += "" if told.endswith(("?", "!")) else "."
    if line.startswith((">>>", "```", "~~~")):
        return f"{told} {line[:3]} belongs to the page that this was copied from, and not to the program: take it away."
    if re.match(r"print\b(?!\s*\()", line):
        return f"{told} So it was written in Python 2: today print is a function, as in print(request)."
    if reason.startswith("invalid") and "character" in reason:
        return f"{told} It looks like another one that Python knows: type it again in your editor."
    if not reason or re.search("never closed|unmatched|does not match|unterminated|expected ':'|EOF", reason):
        return (
            f"{told} Look there, and one line above, for a colon, quote or parenthesis that is missing or stands once "
            "too often."
        )
    return told


def last_call(evidence: Evidence) -> tuple[str, str]:
    """The variable and the method of the last call on the line that the traceback ends in."""
    found = re.findall(r"(\w+)\.(\w+)\(", last_own_line(evidence))
    return found[0] if found else ("", "")


def door(evidence: Evidence) -> str:
    """What the learner calls the listening socket."""
    found = re.search(r"(\w+)\.(?:accept|listen)\b", source(evidence))
    return found[1] if found else ""


def raw(evidence: Evidence) -> bytes:
    """What the client has got."""
    return evidence.answer.raw if evidence.answer else b""


def shown(evidence: Evidence) -> str:
    """The first line of what the client has got."""
    return evidence.answer.first_line[:60] if evidence.answer else ""


def typed_port(evidence: Evidence) -> int | None:
    """The number that bind is called with, where it is one."""
    found = re.search(r"\.bind\(\s*\([^,()]*,\s*(\d+)", source(evidence))
    return int(found[1]) if found else None


def missing_name(evidence: Evidence) -> str:
    """The name that open() did not find."""
    found = re.search(r"FileNotFoundError: .*?: (.+)", evidence.traceback)
    return found[1].strip() if found else ""


# Python cannot begin.


def own_socket_module(evidence: Evidence) -> bool:
    return "socket.py" in evidence.sources and raised(evidence, "Error", "socket")


def bad_indentation(evidence: Evidence) -> bool:
    wrong = raised(evidence, "IndentationError") or raised(evidence, "TabError")
    return wrong and bool(unread(evidence)[0])


def import_turned_round(evidence: Evidence) -> str:
    """The import as it is meant, where from and import stand the wrong way round; "" where they do not."""
    found = re.search(r"(?m)^[ \t]*import\s+([\w, ]+?)\s+from\s+([\w.]+)", source(evidence))
    return f"from {found[2]} import {found[1]}" if found and raised(evidence, "SyntaxError") else ""


def bad_syntax(evidence: Evidence) -> bool:
    return raised(evidence, "SyntaxError") and bool(unread(evidence)[0])


# The door.


def called_the_module(evidence: Evidence) -> bool:
    return raised(evidence, "TypeError: 'module' object is not callable") and "socket(" in last_own_line(evidence)


def names_a_method(evidence: Evidence) -> str:
    """A method of a text or of bytes that stands without its parentheses where the program died; "" where none does."""
    found = re.search(r"\.(encode|decode|read|strip|split|format|lower|upper)\b(?!\s*\()", last_own_line(evidence))
    last = evidence.traceback.rstrip().rpartition("\n")[2]
    met = re.search(r"builtin_function_or_method|['\"]method['\"]", last)  # what it is as long as nobody calls it
    return found[1] if found and met and raised(evidence, "TypeError") else ""


def without_self(evidence: Evidence) -> bool:
    # A method is called by its class's name: Handler.handle(); a function within another is main.<locals>.handle().
    last = evidence.traceback.rstrip().rpartition("\n")[2]
    named = re.search(r"\b\w+\.(\w+)\(\) takes 0 positional arguments but 1 was given", last)
    return named is not None and bool(re.search(rf"(?m)^[ \t]+def {named[1]}\(\s*\)", source(evidence)))


def given_one_thing(evidence: Evidence) -> str:
    """The function that is given one thing and takes none, as Python says; "" where it is not one of the learner's."""
    last = evidence.traceback.rstrip().rpartition("\n")[2]
    named = re.match(r"TypeError: (\w+)\(\) takes 0 positional arguments but 1 was given", last)
    return named[1] if named and re.search(rf"(?m)^(async )?def {named[1]}\(\s*\)", source(evidence)) else ""


def path_of_bytes(evidence: Evidence) -> bool:
    return raised(evidence, "TypeError") and "Path(" in last_own_line(evidence) and raised(evidence, "bytes")


def wants_arguments(evidence: Evidence) -> bool:
    return raised(evidence, "IndexError") and "argv" in last_own_line(evidence)


def bind_without_a_pair(evidence: Evidence) -> bool:
    said = raised(evidence, "TypeError", "takes exactly one argument") or raised(evidence, "TypeError", "must be tuple")
    return said and ".bind(" in last_own_line(evidence)


def port_as_text(evidence: Evidence) -> bool:
    binds = re.search(r"\.bind\(|create_server\(", last_own_line(evidence))
    return binds is not None and raised(evidence, "TypeError: 'str' object cannot be interpreted as an integer")


def binds_twice(evidence: Evidence) -> bool:
    doors = len(re.findall(r"\.bind\(|create_server\(", source(evidence)))
    return evidence.cause == "crashed" and raised(evidence, "Address already in use") and doors > 1


def strange_address(evidence: Evidence) -> bool:
    return raised(evidence, "Errno 99") or raised(evidence, "Errno 49")


def typed_address(evidence: Evidence) -> str:
    """The address that bind is called with."""
    found = re.search(r"(?:bind|create_server)\(\s*\(\s*[\"']([^\"']*)[\"']", source(evidence))
    return found[1] if found else "that one"


def port_beyond(evidence: Evidence) -> bool:
    return raised(evidence, "OverflowError", "port must be 0-65535")


def connects(evidence: Evidence) -> bool:
    return raised(evidence, "ConnectionRefusedError") and ".connect(" in last_own_line(evidence)


def asks_the_keyboard(evidence: Evidence) -> bool:
    return raised(evidence, "EOFError") and "input(" in source(evidence)


def file_for_a_socket(evidence: Evidence) -> bool:
    return "AF_UNIX" in source(evidence) and evidence.cause in ("not-listening", "crashed")


def typographic_quotes(evidence: Evidence) -> bool:
    return raised(evidence, "SyntaxError") and bool(re.search("[“”„‘’«»]", unread(evidence)[1]))


def wrong_port(evidence: Evidence) -> bool:
    port = typed_port(evidence)
    return port is not None and port != PORT and evidence.cause in ("wrong-address", "not-listening", "crashed")


def datagrams(evidence: Evidence) -> bool:
    return "SOCK_DGRAM" in source(evidence) and evidence.cause in ("crashed", "not-listening", "exited")


def no_bind(evidence: Evidence) -> bool:
    return (
        evidence.cause in ("wrong-address", "not-listening")
        and bool(source(evidence))
        and not re.search(r"bind|create_server|Server\(|start_server|exec|spawn|subprocess|Process", source(evidence))
    )


def no_listen(evidence: Evidence) -> bool:
    return (
        raised(evidence, "OSError", "accept")
        and ".accept(" in last_own_line(evidence)
        and not re.search(r"listen\(|create_server\(|\.shutdown\(", source(evidence))
        and "Bad file descriptor" not in evidence.traceback
    )


# The clients.


def no_accept(evidence: Evidence) -> bool:
    return (
        evidence.cause in ("wrong-answer", "silent")
        and evidence.answer is None
        and "listen" in source(evidence)
        and not re.search(r"accept|[Ss]erver|serve|asyncio|import (?!socket|time|re\b)|from", source(evidence))
    )


def client_is_a_pair(evidence: Evidence) -> bool:
    return raised(evidence, "AttributeError: 'tuple' object has no attribute") and "accept(" in source(evidence)


def recv_without_a_number(evidence: Evidence) -> bool:
    return raised(evidence, "TypeError: recv() takes at least 1 argument")


def not_called(evidence: Evidence) -> str:
    """A method that is named and not called, as it stands in the program."""
    found = re.search(r"(?m)^[ \t]*(\w+\.(?:close|listen|accept|shutdown|flush))[ \t]*$", source(evidence))
    return found[1] if found else ""


def forgot_to_call(evidence: Evidence) -> bool:
    method = not_called(evidence)
    if method.endswith("close"):
        return evidence.cause in ("silent", "too-slow")
    return bool(method) and evidence.cause in ("crashed", "not-listening", "silent", "wrong-answer")


def reads_little(evidence: Evidence) -> bool:
    found = re.search(r"\.recv\(\s*(\d+)\s*\)", source(evidence))
    loops = re.search(r"(while|iter\().*\.recv\(", source(evidence))
    return (
        found is not None
        and int(found[1]) < 200
        and not loops
        and evidence.cause in ("wrong-answer", "reset", "crashed")
        and (evidence.cause == "reset" or in_printing(evidence))
    )


def recv_number(evidence: Evidence) -> str:
    """The number that recv is called with."""
    found = re.search(r"\.recv\(\s*(\d+)\s*\)", source(evidence))
    return found[1] if found else "1"


def reads_on(evidence: Evidence) -> bool:
    inner = r"while\b.*\.recv\(|iter\(.*\.recv\b"
    inner += r"|while\b[^\n]*:\s*\n(?:(?!accept|while)(?s:.)){0,200}\.recv\("
    return (
        evidence.asked in ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6")  # from 1.7 on a loop is what is asked for
        and evidence.cause == "silent"
        and not evidence.came
        and may_stand_in(evidence, r"\.(recv|read)")
        and bool(re.search(inner, source(evidence)))
    )


def reads_past_the_request(evidence: Evidence) -> bool:
    return (
        evidence.step in ("1.2", "1.3", "1.4")  # their requests come in one piece, and have no body
        and evidence.asked not in ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6")
        and evidence.cause == "silent"
        and not evidence.came
        and bool(re.search(r"waits in line \d+ of [^:]*: `[^`]*\.(recv|read)", evidence.stands))
    )


def keeps_what_it_writes(evidence: Evidence) -> bool:
    return (
        evidence.cause in ("silent", "closed-early")
        and not raw(evidence)
        and bool(re.search(r"\.makefile\([^)]*w", source(evidence)))
        and not re.search(r"\.flush\(|\bwith\b|buffering\s*=\s*0", source(evidence))
    )


def never_reads(evidence: Evidence) -> bool:
    return (
        evidence.cause == "reset"
        and "accept" in source(evidence)
        and not re.search(r"recv|read|import (?!socket|time)", source(evidence))
    )


def daemon_alone(evidence: Evidence) -> bool:
    text = source(evidence)
    targets = re.findall(r"Thread\([^\n]*target\s*=\s*(\w+)\b(?![.(])[^\n]*daemon\s*=\s*True", text)
    accepts = [name for name, body in functions(text) if "accept(" in body]
    in_them = sum(body.count("accept(") for name, body in functions(text) if name in targets)
    return (
        evidence.cause == "exited"
        and "exit status 0" in evidence.message
        and bool(accepts)
        and in_them == text.count("accept(")
        and not re.search(r"\.join\(", text)
    )


def functions(text: str) -> list[tuple[str, str]]:
    """The functions at the very left, and what is in them."""
    return re.findall(r"(?ms)^def\s+(\w+)\([^\n]*\n((?:[ \t][^\n]*\n|\n)*)", text + "\n")


def asked_to_end(evidence: Evidence) -> bool:
    text = source(evidence)
    ends = re.search(r"\b_?exit\(|\bquit\(", text)
    # Nothing else ends a loop such as this one without an error.
    loop = r"(?m)^([ \t]*)while (True|1):[^\n]*\n(?:(?:\1[ \t][^\n]*)?\n)*?\1[ \t][^\n]*\.accept\("
    forever = re.search(loop, text) and not re.search(r"\bbreak\b|\breturn\b", text)
    straight = re.search(r"(?m)^(\w+\.)?_?exit\(", text) and not re.search(r"\b(while|for|if|def)\b", text)
    return evidence.cause == "exited" and bool(ends and (forever or straight))


def left_the_loop(evidence: Evidence) -> bool:
    """Whether it may be a break that has ended it: one of the loop that accepts."""
    lines = [line for line in source(evidence).split("\n") if line.strip()]
    depths = [len(line) - len(line.lstrip()) for line in lines]
    for at, line in enumerate(lines):
        if not re.search(r"(^|[:;])\s*break\b", line):
            continue
        depth = depths[at]
        for above in range(at - 1, -1, -1):
            if depths[above] < depth:  # the block that it stands in
                depth = depths[above]
                if re.match(r"\s*(while|for)\b", lines[above]):
                    if any("accept(" in one for one in lines[above:at]):
                        return True
                    break
    return False


def closed_the_door(evidence: Evidence) -> bool:
    return raised(evidence, "Bad file descriptor") and ".accept(" in last_own_line(evidence)


def client_has_gone(evidence: Evidence) -> bool:
    name, method = last_call(evidence)
    gone = raised(evidence, "BrokenPipeError") or raised(evidence, "ConnectionResetError")
    if name == door(evidence) or re.search(r"\.shutdown\(", source(evidence)):
        return False  # the program may have ended the line itself
    return gone and method in ("send", "sendall", "recv")


def client_is_closed(evidence: Evidence) -> bool:
    return raised(evidence, "Bad file descriptor") and bool(
        re.search(r"\.(recv|send|sendall)\(", last_own_line(evidence))
    )


def spoke_to_the_door(evidence: Evidence) -> bool:
    name, method = last_call(evidence)
    return (
        method in ("recv", "send", "sendall")
        and name == door(evidence)
        and (raised(evidence, "BrokenPipeError") or raised(evidence, "Errno 107") or raised(evidence, "Errno 57"))
    )


def ran_out(evidence: Evidence) -> bool:
    """Whether the program came to its last line before it had listened."""
    early = "before it" in evidence.message and "exit status 0" in evidence.message
    return evidence.cause == "exited" and early


def misspelt_main(evidence: Evidence) -> str:
    """What the program compares __name__ with, where that is never true; "" where it is right."""
    found = re.search(r"(?m)^if\s+(\w+)\s*==\s*([\"'])(\w*main\w*)\2", source(evidence))
    typed = f"{found[1]} == {found[2]}{found[3]}{found[2]}" if found else ""
    return typed if found and (found[1], found[3]) != ("__name__", "__main__") else ""


def never_called(evidence: Evidence) -> str:
    """The function that opens the door, where nobody calls it; "" where somebody does."""
    text = source(evidence)
    for name, body in functions(text):
        opens = re.search(r"\.bind\(|create_server\(|start_server\(", body)
        if opens and not re.search(rf"(?<!def )\b{name}\b", text):
            return str(name)
    return ""


def only_named(evidence: Evidence) -> str:
    """A function, or a method of a class, that stands alone in a line without its parentheses; "" where none does."""
    text = source(evidence)
    for line, name in re.findall(r"(?m)^[ \t]*((?:\w+(?:\([^()]*\))?\.)?(\w+))[ \t]*$", text):
        if re.search(rf"\bdef {name}\(", text):
            return str(line)
    return ""


def never_awaited(evidence: Evidence) -> str:
    """The coroutine of which Python has said so."""
    found = re.search(r"RuntimeWarning: coroutine '([\w.]+)' was never awaited", evidence.printed + evidence.output)
    return found[1] if found else ""


def no_loop(evidence: Evidence) -> bool:
    return (
        evidence.cause == "exited"
        and "ended by itself after" in evidence.message
        and "exit status 0" in evidence.message
        and "accept(" in source(evidence)
        and not re.search(r"\b(while|for)\b", source(evidence))
    )


def handles_one(evidence: Evidence) -> bool:
    served = evidence.cause == "exited" and "ended by itself after" in evidence.message
    once = ".handle_request(" in source(evidence) and not re.search(r"\b(while|for)\b", source(evidence))
    return served and once and "exit status 0" in evidence.message


def in_printing(evidence: Evidence) -> bool:
    """Whether a client's request did not show up in what the program prints."""
    return evidence.check.startswith("it_prints") and evidence.cause == "wrong-answer"


def no_receive(evidence: Evidence) -> bool:
    return in_printing(evidence) and not re.search(r"recv|read|[Hh]andler|Protocol|import (?!socket)", source(evidence))


def no_print(evidence: Evidence) -> bool:
    return in_printing(evidence) and bool(source(evidence)) and not re.search(r"print|write|log", source(evidence))


# The answer.


def asks_of_bytes(evidence: Evidence) -> bool:
    """Whether the line that the traceback ends in asks something of bytes, as text is asked."""
    methods = "r?split|splitlines|replace|r?partition|[lr]?strip|r?find|r?index|count|join|startswith|endswith"
    return bool(re.search(rf"\.({methods})\(|\bin\b", last_own_line(evidence)))


def text_for_bytes(evidence: Evidence) -> bool:
    found = re.search(r"(\w+)\.(send|sendall|write)\(", last_own_line(evidence))
    socket = found is not None and (found[2] != "write" or found[1] in ("writer", "wfile", "transport"))
    return raised(evidence, "TypeError", "a bytes-like object is required, not 'str'") and (
        socket and not (asks_of_bytes(evidence) and from_recv(evidence))
    )


def text_for_a_file_of_bytes(evidence: Evidence) -> bool:
    found = re.search(r"(\w+)\.write\(", last_own_line(evidence))
    mode = (
        rf"\b{found[1]}\s*=\s*open\([^()\n]*[\"'][rwax+]*b|open\([^()\n]*[\"'][rwax+]*b[^()\n]*\) as {found[1]}\b"
        if found
        else "(?!)"
    )
    said = raised(evidence, "TypeError", "a bytes-like object is required, not 'str'")
    return said and bool(re.search(mode, source(evidence)))


def from_recv(evidence: Evidence) -> bool:
    """Whether the line that the traceback ends in is about what recv gave."""
    line = last_own_line(evidence)
    names = set(re.findall(r"\b[a-zA-Z_]\w*\b", line))
    return ".recv(" in line or any(
        re.search(r"\.recv\(\d+\)$", value) for name in names for value in values(evidence, name)
    )


def says_bytes(evidence: Evidence) -> str:
    if from_recv(evidence):
        return "What recv gives is bytes, and you treat it as text. Make it text first: client.recv(4096).decode()."
    return "In this line you treat bytes as text. Make text of them first: .decode()."


def bytes_for_text(evidence: Evidence) -> bool:
    return (
        (raised(evidence, "TypeError", "a bytes-like object is required, not 'str'") and asks_of_bytes(evidence))
        or raised(evidence, "TypeError", "cannot use a string pattern on a bytes-like object")
        or raised(evidence, "TypeError", "must be str or None, not bytes")
        or raised(evidence, "TypeError", "first arg must be bytes")
    )


def joins_text_and_bytes(evidence: Evidence) -> bool:
    return (
        raised(evidence, "TypeError: can't concat str to bytes")
        or raised(evidence, 'TypeError: can only concatenate str (not "bytes") to str')
        or raised(evidence, "TypeError: can't concat bytes to str")
    )


def spaces_around(evidence: Evidence) -> bool:
    answer = evidence.answer
    return (
        evidence.check == "the_body_is_hi_there"
        and evidence.cause == "wrong-answer"  # else the last answer is that of a client before
        and answer is not None
        and answer.body.strip() == b"Hi there!"
        and answer.head_ended
        and not answer.extra
    )


def line_before_the_status(evidence: Evidence) -> bool:
    return evidence.step != "1.1" and bool(re.match(rb"\s+HTTP/", raw(evidence)))


def length_in_characters(evidence: Evidence) -> bool:
    answer = evidence.answer
    said = answer.header("content-length") if answer else None
    return (
        evidence.cause in ("wrong-answer", "closed-early")
        and answer is not None
        and said is not None
        and bool(answer.extra)
        and said == str(len((answer.body + answer.extra).decode("utf-8", "replace")))
    )


def chunks_in_name_only(evidence: Evidence) -> bool:
    text = source(evidence)
    sized = re.search(r"\b0\\r\\n|:[xX]\}|%[xX]|\bhex\(", text)
    return (
        evidence.cause in ("closed-early", "wrong-answer")
        and "chunk" in evidence.message
        and bool(re.search(r"Transfer-Encoding:\s*chunked", text, re.IGNORECASE))
        and not sized
    )


def printed_the_answer(evidence: Evidence) -> bool:
    # At the left: a traceback quotes the line in which it stands, further in.
    printed = re.search(r"(?m)^(b[\"'])?HTTP/1\.1 200", evidence.output)
    return evidence.cause == "closed-early" and not evidence.came and not evidence.traceback and printed is not None


def backslashes(evidence: Evidence) -> bool:
    return evidence.step != "1.1" and b"\\n" in raw(evidence).partition(b"\n")[0]


def slashes(evidence: Evidence) -> str:
    """The line end that the answer holds with slashes for backslashes; "" where it holds none."""
    found = re.search(rb"(/r)?/n", raw(evidence).partition(b"\n")[0])
    is_head = re.match(rb"HTTP/[\d.]+ \d{3}[^\n]*?/n", raw(evidence))
    ended = evidence.answer is None or evidence.answer.head_ended
    return found[0].decode() if found and is_head and not ended and evidence.step != "1.1" else ""


def says_slashes(evidence: Evidence) -> str:
    typed = slashes(evidence)
    meant = typed.replace("/", "\\")
    return f"Your answer holds {typed}, with a slash, and a line end is written with a backslash: {meant}."


def no_version(evidence: Evidence) -> bool:
    return evidence.step != "1.1" and bool(re.match(rb"\s*\d{3}\b", raw(evidence)))


def no_status_line(evidence: Evidence) -> bool:
    answer = evidence.answer
    return evidence.step != "1.1" and answer is not None and bool(answer.raw) and answer.status is None


def no_empty_line(evidence: Evidence) -> bool:
    answer = evidence.answer
    return (
        evidence.step != "1.1"
        and answer is not None
        and answer.status is not None
        and evidence.cause == "wrong-answer"
        and not re.search(rb"\n\r?\n", answer.raw)
    )


def no_close(evidence: Evidence) -> bool:
    return (
        evidence.cause == "silent"
        and evidence.came > 0
        and bool(re.search(r"\.send(all)?\(", source(evidence)))
        and not re.search(r"\.close\(|\.shutdown\(|\bwith\b|[Cc]ontent-[Ll]ength", source(evidence))
    )


# The files.


def in_resources(evidence: Evidence, status: int) -> bool:
    """Whether this is about step 1.3, and the client has got that status."""
    answer = evidence.answer
    return evidence.step == "1.3" and answer is not None and answer.status == status


def still_hi_there(evidence: Evidence) -> bool:
    return evidence.step == "1.3" and bool(evidence.answer) and b"Hi there!" in raw(evidence)


def always_the_same(evidence: Evidence) -> bool:
    names = set(opened(evidence))
    one = re.fullmatch(r"[\"']([^\"']+)[\"']", names.pop()) if len(names) == 1 else None
    if one is None or evidence.answer is None:
        return False
    text = evidence.sources.get(one[1], "").strip().encode()
    sent = in_resources(evidence, 200) and text and text in evidence.answer.body
    return bool(sent) or (in_resources(evidence, 404) and not text and evidence.check != "a_missing_file_is_404")


def target(evidence: Evidence) -> str:
    """What the last request has asked for."""
    return "".join(evidence.request.split(" ")[1:2])


def path_is_bytes(evidence: Evidence) -> bool:
    return bool(re.match(r"[\"']?b[\"']", missing_name(evidence)))


def slash_kept(evidence: Evidence) -> bool:
    if missing_name(evidence):
        return missing_name(evidence) == repr(target(evidence))
    return (
        evidence.check == "a_file_comes_back"
        and in_resources(evidence, 404)
        and word_of_the_request(evidence, 1)
        and not any(name.endswith("]") for name in opened(evidence))
    )


def opens_the_method(evidence: Evidence) -> bool:
    if missing_name(evidence):
        return missing_name(evidence) in ("'GET'", "'ET'")
    return evidence.check == "a_file_comes_back" and in_resources(evidence, 404) and word_of_the_request(evidence, 0)


def catches_everything(evidence: Evidence) -> bool:
    everything = r"(?m)^[ \t]*except\s*(BaseException|Exception)?\s*(as\s+\w+\s*)?:"
    return (
        evidence.check == "a_file_comes_back"
        and in_resources(evidence, 404)
        and bool(re.search(everything, source(evidence)))
    )


def about_a_missing_file(evidence: Evidence) -> bool:
    """Whether a check asked for a file that is not there, and has not come to the one after it, which is."""
    return evidence.check == "a_missing_file_is_404" and "which is there" not in evidence.message


def died_of_a_missing_file(evidence: Evidence) -> bool:
    asked = target(evidence).rpartition("/")[2]
    died = about_a_missing_file(evidence) and raised(evidence, "FileNotFoundError")
    return died and bool(asked) and asked in missing_name(evidence)


def page_says_404(evidence: Evidence) -> bool:
    return (
        about_a_missing_file(evidence) and in_resources(evidence, 200) and b"404" in raw(evidence).partition(b"\n")[2]
    )


def missing_is_200(evidence: Evidence) -> bool:
    return about_a_missing_file(evidence) and evidence.cause == "wrong-answer" and in_resources(evidence, 200)


def missing_gets_nothing(evidence: Evidence) -> bool:
    nothing = evidence.cause in ("closed-early", "silent") and not evidence.came
    return about_a_missing_file(evidence) and nothing and not evidence.traceback


def empties_the_file(evidence: Evidence) -> bool:
    writes = re.search(
        r"\bopen\([^()\n]*,\s*(mode\s*=\s*)?[\"']w[+bt]*[\"'][^()\n]*\)\.read|[\"']w[bt]?\+[bt]?[\"']", source(evidence)
    )
    return in_resources(evidence, 200) and bool(evidence.answer and not evidence.answer.body and writes)


def name_for_contents(evidence: Evidence) -> bool:
    return in_resources(evidence, 200) and bool(
        evidence.answer and re.fullmatch(rb"/?([a-z\d]+/)?[a-z\d]+\.(html|css|txt)\s*", evidence.answer.body)
    )


def file_for_contents(evidence: Evidence) -> bool:
    return evidence.step == "1.3" and b"<_io." in raw(evidence)


def one_line_only(evidence: Evidence) -> bool:
    return in_resources(evidence, 200) and bool(re.search(r"\.readline\(", source(evidence)))


def cut_off(evidence: Evidence) -> bool:
    return (
        evidence.check == "a_big_file"
        and in_resources(evidence, 200)
        and bool(evidence.answer and len(evidence.answer.body) < 190_000)
    )


def only_ascii(evidence: Evidence) -> bool:
    if raised(evidence, "UnicodeEncodeError"):
        return "surrogates" not in evidence.traceback
    of_the_client = ".decode(" in last_own_line(evidence)
    return raised(evidence, "UnicodeDecodeError") and not of_the_client


def no_sub_folders(evidence: Evidence) -> bool:
    return evidence.check == "a_file_in_a_sub_folder" and in_resources(evidence, 404)


MISTAKES = [
    Mistake(
        "typographic quotes",
        typographic_quotes,
        lambda evidence: (
            f"The quotes at {place(evidence)} are those of a printed book, and Python reads only the "
            "straight ones, \" or '. Type them again in your editor."
        ),
    ),
    Mistake(
        "a module of their own called socket",
        own_socket_module,
        "A file of yours is called socket.py, and `import socket` finds it before Python's own. Give socket.py another "
        "name.",
        explains=MISSPELT,
    ),
    Mistake(
        "indentation",
        bad_indentation,
        lambda evidence: (
            f"Python stumbles over the indentation at {place(evidence)}. Lines that belong to a "
            "loop stand four spaces in, all of them alike."
        ),
    ),
    Mistake(
        "import X from Y",
        lambda evidence: bool(import_turned_round(evidence)),
        lambda evidence: (
            f"In Python the module comes first: {import_turned_round(evidence)}. But then the name is free for one of "
            "them only: import socket, and socket.socket(), is the usual way."
            if import_turned_round(evidence) == "from socket import socket"
            else f"In Python the module comes first: {import_turned_round(evidence)}."
        ),
    ),
    Mistake(
        "syntax",
        bad_syntax,
        says_unreadable,
    ),
    Mistake(
        "a method that is not called",
        lambda evidence: bool(names_a_method(evidence)),
        lambda evidence: (
            f"{names_a_method(evidence)} without parentheses only names it, and nothing happens. Write "
            f".{names_a_method(evidence)}()."
        ),
    ),
    Mistake(
        "no self",
        without_self,
        "A method is given the object that it belongs to, as its first argument: def run(self).",
    ),
    Mistake(
        "nothing in the parentheses",
        lambda evidence: bool(given_one_thing(evidence)),
        lambda evidence: (
            f"{given_one_thing(evidence)} is given one thing, and takes none. What it is given needs a name between "
            f"the parentheses, as in def {given_one_thing(evidence)}(client)."
        ),
    ),
    Mistake(
        "a path of bytes",
        path_of_bytes,
        "Path takes text, and what comes from a socket is bytes: .decode() makes text of it.",
    ),
    Mistake(
        "calls the module",
        called_the_module,
        "socket is the name of the module, and what it makes sockets with is called socket, too: write "
        "socket.socket().",
    ),
    Mistake(
        "wants something after its name",
        wants_arguments,
        "Your program looks for words behind its name, in sys.argv, and it is started as `python server.py`, with "
        "none. Write the value into the program, or take it where there is none.",
    ),
    Mistake(
        "bind without a pair",
        bind_without_a_pair,
        "`bind` takes one thing, a pair of address and port, and so there are two pairs of parentheses: "
        'listener.bind(("", 8080)).',
    ),
    Mistake(
        "binds twice",
        binds_twice,
        "Your program binds the same port twice, and a port has one owner. Make one listening socket, before the loop.",
    ),
    Mistake(
        "an address of another machine",
        strange_address,
        lambda evidence: (
            f"bind takes an address of this machine, and {typed_address(evidence)} is none. Write 127.0.0.1, "
            'or "" for all that it has.'
        ),
    ),
    Mistake(
        "a port that cannot be",
        port_beyond,
        lambda evidence: (
            f"Ports end at 65535, and your program asks for {typed_port(evidence)}. Write {PORT} where you call bind."
        ),
    ),
    Mistake(
        "connects",
        connects,
        "`connect` calls somebody else's server. Yours waits to be called: `bind`, `listen`, `accept`.",
    ),
    Mistake(
        "asks the keyboard",
        asks_the_keyboard,
        "Your program asks a question with input(), and nobody sits at its keyboard. Write the value into the program.",
    ),
    Mistake(
        "a socket in a file",
        file_for_a_socket,
        "AF_UNIX makes a socket that has a file name and no port, and no browser finds it. Write socket.socket() "
        "alone.",
    ),
    Mistake(
        "a pair for a client",
        client_is_a_pair,
        "`accept` gives a pair, the client's socket and its address. Take both: client, address = listener.accept().",
        explains=("AttributeError",),
    ),
    Mistake(
        "recv without a number",
        recv_without_a_number,
        "`recv` wants to know how many bytes it may take at most. Write client.recv(4096).",
    ),
    Mistake(
        "named and not called",
        forgot_to_call,
        lambda evidence: (
            f"{not_called(evidence)} without parentheses only names it, and nothing happens. "
            f"Write {not_called(evidence)}()."
        ),
    ),
    Mistake("the port as a text", port_as_text, "The port is a number: write 8080 without quotes."),
    Mistake(
        "another port",
        wrong_port,
        lambda evidence: (
            f"Your program opens port {typed_port(evidence)}, and clients knock at {PORT}. "
            f"Write {PORT} where you call bind."
        ),
    ),
    Mistake(
        "datagrams",
        datagrams,
        "SOCK_DGRAM makes a socket for single packets, and nobody can listen on it. Write socket.socket() alone.",
    ),
    Mistake(
        "no bind",
        no_bind,
        "Your program never calls `bind`, so it has no port that a client could know. Call it before `listen`.",
    ),
    Mistake(
        "no listen",
        no_listen,
        "`accept` waits at a door that was never opened. Call listener.listen() after `bind`.",
    ),
    Mistake(
        "no accept",
        no_accept,
        "Clients wait at your program's door, and it never calls `accept`. Call listener.accept() in the loop.",
    ),
    Mistake(
        "the client has gone",
        client_has_gone,
        "Your program fails where it still has to do with a client that has hung up. That happens on every day of a "
        "server: catch OSError, and go on with the next one.",
    ),
    Mistake(
        "never reads",
        never_reads,
        "You answer and close without having read the request, and then the client's computer throws your answer "
        "away. Call client.recv(4096) before you send.",
    ),
    Mistake(
        "reads little",
        reads_little,
        lambda evidence: (
            f"recv({recv_number(evidence)}) takes {recv_number(evidence)} bytes at most, and the rest of the "
            "request stays unread. Write client.recv(4096)."
        ),
    ),
    Mistake(
        "written and kept",
        keeps_what_it_writes,
        "What you write into the file of makefile() is kept there until it is enough to be sent, and the line stays "
        "open as long as that file does: call flush() on it, and close() on both.",
    ),
    Mistake(
        "reads on",
        reads_on,
        "You wait for more of the request, and this client has said all that it wants to say: now it waits for "
        "you. Call recv once, then answer.",
    ),
    Mistake(
        "reads past the request",
        reads_past_the_request,
        "All of the request has come, and your program waits for more of it. A request is over at its empty line, and "
        "where it has a Content-Length, so many bytes after that.",
    ),
    Mistake(
        "closed the door",
        closed_the_door,
        "You closed the door itself, and then there was nothing left to accept from. Close the client's "
        "socket; the listening one stays open.",
    ),
    Mistake(
        "the client is closed already",
        client_is_closed,
        "Your program uses a client's socket that is closed already. Each round of the loop begins with "
        "an `accept` of its own, and `close` comes last.",
    ),
    Mistake(
        "spoke to the door",
        spoke_to_the_door,
        "You read from or write to the listening socket, and that one only accepts. Use the one that "
        "`accept` gave you.",
    ),
    Mistake(
        "main is misspelt",
        lambda evidence: ran_out(evidence) and bool(misspelt_main(evidence)),
        lambda evidence: (
            f"{misspelt_main(evidence)} is never true, so nothing below it ran. Each of the names has two underscores "
            'on both sides: if __name__ == "__main__":'
        ),
    ),
    Mistake(
        "a function that nobody calls",
        lambda evidence: ran_out(evidence) and bool(never_called(evidence)),
        lambda evidence: (
            f"Your program defines {never_called(evidence)} and never calls it, so nothing in it ran. Write "
            f"{never_called(evidence)}() at the very left, as the last line."
        ),
    ),
    Mistake(
        "a function that is only named",
        lambda evidence: ran_out(evidence) and bool(only_named(evidence)),
        lambda evidence: (
            f"{only_named(evidence)} without parentheses only names it, and nothing happens. "
            f"Write {only_named(evidence)}()."
        ),
    ),
    Mistake(
        "a coroutine that nobody awaits",
        lambda evidence: ran_out(evidence) and bool(never_awaited(evidence)),
        lambda evidence: (
            f"{never_awaited(evidence)} is a coroutine: to call it only makes one, and nothing in it ran. "
            f"Write asyncio.run({never_awaited(evidence)}())."
        ),
    ),
    Mistake(
        "a daemon's end",
        daemon_alone,
        "Your program came to its last line, and a thread with daemon=True ends with it: whoever accepts stays in the "
        "main thread, or that one is no daemon.",
    ),
    Mistake(
        "leaves the loop",
        lambda evidence: evidence.cause == "exited" and left_the_loop(evidence),
        lambda evidence: (
            f"{evidence.message} Was it a `break`? That leaves the loop for good; `continue` goes on with the next "
            "client."
        ),
    ),
    Mistake(
        "asks to end",
        asked_to_end,
        lambda evidence: f"{evidence.message} Your program asks for that itself: take the exit() away.",
    ),
    Mistake(
        "no loop",
        no_loop,
        "Your program served one client and was over. Put `accept` and all that follows into a loop that "
        "never ends: while True:",
    ),
    Mistake(
        "handles one request",
        handles_one,
        "Your program served one client and was over: handle_request handles one request. serve_forever() goes on with "
        "the next.",
    ),
    Mistake(
        "no receive",
        no_receive,
        "Your program accepts a client and never reads what it sends. Call client.recv(4096), and print "
        "what comes back.",
    ),
    Mistake(
        "no print",
        no_print,
        "Your program receives the request and keeps it to itself. Print what recv returns.",
    ),
    Mistake(
        "text for bytes",
        text_for_bytes,
        'A socket takes bytes, and you gave it text. Put a b before the quotes, as in b"HTTP/1.1 200 OK", or '
        "call .encode() on the text.",
    ),
    Mistake(
        "text for a file of bytes",
        text_for_a_file_of_bytes,
        "The b in its mode opens this file for bytes, and you gave it text. Leave the b away, or call .encode() on the "
        "text.",
    ),
    Mistake(
        "bytes for text",
        bytes_for_text,
        says_bytes,
    ),
    Mistake(
        "joins text and bytes",
        joins_text_and_bytes,
        "You join text and bytes, and Python does not guess how. Call .encode() on the text before you join it, or "
        'open the file with "rb".',
    ),
    Mistake(
        "chunks in name only",
        chunks_in_name_only,
        "Your head says that the body comes in chunks, and it comes in one piece. Leave the header Transfer-Encoding "
        "out: the end of the connection ends the body.",
    ),
    Mistake(
        "printed the answer",
        printed_the_answer,
        "You printed the answer on your own screen, and the client got nothing. What it shall see goes "
        "into client.sendall(…).",
    ),
    Mistake(
        "a backslash and an n",
        backslashes,
        r"Your answer holds a backslash and an n where a line end belongs. Write \n once, and no "
        r"r before the "
        "quotes.",
    ),
    Mistake("slashes for backslashes", lambda evidence: bool(slashes(evidence)), says_slashes),
    Mistake(
        "a line before the status",
        line_before_the_status,
        "Your answer begins with an empty line or a space, and the status line has to be the very first. With "
        'three quotes, begin right behind them: b"""HTTP/1.1 200 OK.',
    ),
    Mistake(
        "spaces around",
        spaces_around,
        "The body is right but for spaces or empty lines around it. Between three quotes, the indentation of your "
        "program counts as well: write the lines at the very left.",
    ),
    Mistake(
        "length in characters",
        length_in_characters,
        "Your Content-Length counts characters, and it has to count bytes: letters such as é take two. Encode the "
        "body first, then take len() of that.",
    ),
    Mistake(
        "no version",
        no_version,
        "The status line begins with the version of HTTP, and then comes the number: HTTP/1.1 200 OK.",
    ),
    Mistake(
        "no status line",
        no_status_line,
        "Your answer does not begin with a status line, so no client can tell how it went. Send HTTP/1.1 "
        "200 OK and an empty line before the body.",
    ),
    Mistake(
        "no empty line",
        no_empty_line,
        lambda evidence: (
            "The empty line between head and body is missing, so the client takes your body for more headers. "
            r"Write two line ends in a row after the status line: \n\n."
            if b"\n" in raw(evidence).rstrip()
            else f"Your answer is {shown(evidence)} and no more, and without an empty line after it no client takes "
            r"that for an answer. Write two line ends in a row, \n\n, also where no body follows."
        ),
    ),
    Mistake(
        "no close",
        no_close,
        "Your answer went out, and the client still waits, for it cannot know that this was all. Call "
        "client.close() after you have sent it.",
    ),
    Mistake(
        "still says hi",
        still_hi_there,
        "Your program still says Hi there! to everybody. Look for the file that the path names, and send "
        "what is in it.",
    ),
    Mistake(
        "always the same file",
        always_the_same,
        "Your program opens the same file for everybody. Open the one that the path names.",
    ),
    Mistake(
        "died of a missing file",
        died_of_a_missing_file,
        "Your program fails where a client asks for a file that is not there. Catch FileNotFoundError "
        "with try and except, and answer with 404.",
    ),
    Mistake(
        "the path is bytes",
        path_is_bytes,
        "The path is still bytes when you open it. Turn the request into text first, with request.decode().",
    ),
    Mistake(
        "the slash is kept",
        slash_kept,
        "With its slash in front, a name is looked for at the root of the whole disk, and not beside "
        "server.py. Leave out the first character: path[1:].",
    ),
    Mistake(
        "the method for the path",
        opens_the_method,
        "The first of the words of a request is its method, GET. The path is the second: split()[1], for Python "
        "counts from 0.",
    ),
    Mistake(
        "everything is a 404",
        catches_everything,
        "The file is there, and your program says 404. Your `except` catches each error, also one that you would want "
        "to see: write except FileNotFoundError, and read what Python then prints.",
    ),
    Mistake(
        "only the page says 404",
        page_says_404,
        "The page says 404, but the status line says 200, and programs read the status line. Begin this "
        "answer with HTTP/1.1 404 Not Found.",
    ),
    Mistake(
        "a missing file is 200",
        missing_is_200,
        "A client asked for a file that is not there, and your status line said 200. Begin this answer "
        "with HTTP/1.1 404 Not Found.",
    ),
    Mistake(
        "a missing file is answered by nothing",
        missing_gets_nothing,
        "A client asked for a file that is not there, and got no answer. Send a status line in this case "
        "too: HTTP/1.1 404 Not Found, an empty line, a sentence.",
    ),
    Mistake(
        "the name for the contents",
        name_for_contents,
        "You sent the file's name, and the client wants what is in it: open(name).read().",
    ),
    Mistake(
        "the file for the contents",
        file_for_contents,
        "You sent a description of the open file, and the client wants what is in it: call .read() on it.",
    ),
    Mistake(
        "empties the file",
        empties_the_file,
        "The mode w opens a file to write it anew, and the first that happens is that all in it is gone. Leave it "
        "away: without a mode open() reads.",
    ),
    Mistake(
        "one line only",
        one_line_only,
        "readline reads one line of the file, and the client wants all of it: read().",
    ),
    Mistake(
        "cut off",
        cut_off,
        lambda evidence: (
            f"Only the first {len(evidence.answer.body) if evidence.answer else 0:,} bytes of a "
            f"big file came. "
            "read() without a number reads all of it, and sendall sends all of it."
        ),
    ),
    Mistake(
        "only ASCII",
        only_ascii,
        "Your program fails at a letter such as é. Say which alphabet is meant: open(name, "
        'encoding="utf-8"), and '
        ".encode() with nothing in the parentheses.",
    ),
    Mistake(
        "no sub-folders",
        no_sub_folders,
        "Files beside server.py come, but not one in a sub-folder. All that follows the first slash is "
        "the name, further slashes included.",
    ),
]


# Steps 1.4 to 1.8.


def letters_counted(evidence: Evidence) -> bool:
    answer = evidence.answer
    if answer is None or not answer.extra or evidence.step in ("1.1", "1.2"):
        return False
    whole = (answer.body + answer.extra).decode("utf-8", "replace")
    return answer.header("Content-Length") == str(len(whole))


def labels_in_the_body(evidence: Evidence) -> bool:
    answer = evidence.answer
    return (
        answer is not None
        and answer.header("Content-Type") is None
        and bool(re.match(rb"\s*Content-(Type|Length)\s*:", answer.body, re.IGNORECASE))
    )


def head_lines(evidence: Evidence) -> list[str]:
    """The lines of the head behind the status line, as they came."""
    head = re.split(rb"\n\r?\n", raw(evidence), maxsplit=1)[0].decode("latin-1")
    return [line.rstrip("\r") for line in head.split("\n")[1:]]


def nearly_a_header(evidence: Evidence) -> str:
    """What is wrong with the line that should be the header which the check misses; "" where no line is close to it."""
    found = re.search(r"\bheader (Content-Type|Content-Length|Allow)\b", evidence.message)
    if found is None or evidence.answer is None or evidence.answer.header(found[1]) is not None:
        return ""
    wanted = found[1]
    for line in head_lines(evidence):
        name, colon, _ = line.partition(":")
        written = name if colon else next(iter(line.split()), "")
        if not get_close_matches(wanted.lower(), [written.strip().lower()], cutoff=0.75):
            continue
        if written.strip().lower() != wanted.lower():
            return f"Your head has a header {written.strip()}, and clients look for {wanted}: spell it so."
        if not colon:
            return f"The line {line.strip()[:60]!r} of your head has no colon, and it stands between name and value."
        return f"There is a space beside the name {wanted} in your head: begin the line with it, the colon at once."
    return ""


def misspelt_header(evidence: Evidence) -> bool:
    return bool(nearly_a_header(evidence))


def two_in_a_line(evidence: Evidence) -> str:
    """A header whose value has another header in it, as both stand in one line; "" where none has."""
    for line in head_lines(evidence):
        if re.match(r"[\w-]+:.*\S?(Content-(Type|Length)|Connection|Allow|Server|Date):", line, re.IGNORECASE):
            return line[:70]
    return ""


def relative_root(evidence: Evidence) -> str:
    """The relative folder that a resolved path is compared with, as it is written; "" where there is none."""
    text = source(evidence)
    compared = re.search(r"is_relative_to\(\s*(\w+|[\"'][^\"']*[\"']|Path\([^()]*\))\s*\)", text)
    if compared is None or not re.search(r"\.resolve\(|realpath\(|abspath\(", text):
        return ""
    named = re.search(rf"(?m)^[ \t]*{re.escape(compared[1])}\s*=\s*(.+?)[ \t]*$", text)
    value = named[1] if named else compared[1]
    if re.fullmatch(r"(Path\()?\s*([\"'](?![/~])[^\"']*[\"'])?\s*\)?", value):
        return f"{compared[1]} = {value}" if named else value
    return ""


def compares_with_a_relative_folder(evidence: Evidence) -> bool:
    answer = evidence.answer
    refused = answer is not None and answer.status is not None and answer.status >= 400
    return refused and "answered with 200" in evidence.message and bool(relative_root(evidence))


def reads_past_the_end(evidence: Evidence) -> bool:
    hung_up = evidence.check in ("a_client_that_says_nothing", "a_client_that_leaves")
    return hung_up and evidence.cause == "silent" and bool(re.search(r"\bwhile\b", source(evidence)))


def died_of_too_few_words(evidence: Evidence) -> bool:
    unpacked = raised(evidence, "ValueError", "values to unpack") or raised(evidence, "IndexError")
    return evidence.check == "nonsense_is_400" and unpacked


def died_of_no_text(evidence: Evidence) -> bool:
    return evidence.check == "nonsense_is_400" and raised(evidence, "UnicodeDecodeError")


def ended_with_the_silent(evidence: Evidence) -> bool:
    return evidence.check == "a_client_that_says_nothing" and evidence.cause in ("exited", "crashed")


def folder_as_a_prefix(evidence: Evidence) -> bool:
    return evidence.check == "no_way_out" and bool(
        "that begins with a slash" not in evidence.message
        and re.search(
            r"startswith\(\s*(?![rbf]?[\"'(])(?![^\n]*(\bsep\b|[\"']/[\"']))|commonprefix\(", source(evidence)
        )
        and re.search(r"resolve\(|realpath\(|abspath\(|normpath\(", source(evidence))
    )


def unquotes_first(evidence: Evidence) -> bool:
    cut = r"unquote\w*\([^()]*\)\.(split|partition)\(|(\w+) = unquote(?s:.*)\b\2\.(split|partition)\(.\?"
    not_there = evidence.answer is not None and evidence.answer.status == 404
    return evidence.check == "an_escaped_question_mark" and not_there and bool(re.search(cut, source(evidence)))


def escapes_kept(evidence: Evidence) -> bool:
    return evidence.check == "escaped_letters" and not re.search(r"unquote\w*\(|%", source(evidence))


def picture_as_text(evidence: Evidence) -> bool:
    return evidence.check == "a_picture_comes_whole" and raised(evidence, "UnicodeDecodeError")


def died_of_a_folder(evidence: Evidence) -> bool:
    return evidence.step == "1.6" and raised(evidence, "IsADirectoryError")


def looks_in_one_piece(evidence: Evidence) -> bool:
    waits = evidence.cause == "silent" and may_stand_in(evidence, r"\.(recv|read)")
    return evidence.check in ("one_byte_at_a_time", "split_anywhere") and waits


def body_counted_twice(evidence: Evidence) -> bool:
    with_body = ("a_body_is_read", "post_put_delete_are_405")
    reads_it = re.search("content-length", source(evidence), re.IGNORECASE)
    waits = evidence.cause == "silent" and not evidence.came and may_stand_in(evidence, r"\.(recv|read)")
    return evidence.check in with_body and waits and bool(reads_it)


def body_is_no_text(evidence: Evidence) -> bool:
    of_a_body = evidence.check == "a_body_is_read" and raised(evidence, "UnicodeDecodeError")
    return of_a_body and ".decode(" in last_own_line(evidence)


def ended_at_the_bound(evidence: Evidence) -> bool:
    return evidence.check == "endless_headers_are_refused" and evidence.cause in ("exited", "crashed")


def waits_in_1_8(evidence: Evidence, pattern: str) -> bool:
    waits = evidence.cause in ("silent", "too-slow")
    return evidence.step == "1.8" and waits and bool(re.search(pattern, source(evidence)))


def called_on_the_spot(evidence: Evidence) -> bool:
    name, _ = called(evidence)
    body = next((body for one, body in functions(source(evidence)) if one == name), "")
    makes_one = re.search(r"\b(def|lambda|partial)\b", body)  # it may give a function
    return waits_in_1_8(evidence, r"Thread\(\s*(target\s*=\s*)?\w+\(") and bool(body) and not makes_one


def threads(evidence: Evidence) -> str:
    """A pattern of what a thread is called here: a variable, or a call that makes one."""
    text = source(evidence)
    classes = ["Thread", *re.findall(r"(?m)^[ \t]*class (\w+)\([^)]*\bThread\b", text)]
    made = rf"(?:threading\.)?(?:{'|'.join(classes)})\("
    names = re.findall(rf"(?m)^[ \t]*(\w+)\s*=\s*{made}", text)
    return "|".join([*(rf"\b{name}" for name in names), rf"{made}[^\n]*\)"])


def called(evidence: Evidence) -> tuple[str, str]:
    """The function that is called where a thread is made, and what it is given there."""
    found = re.search(r"Thread\(\s*(?:target\s*=\s*)?(\w+)\(\s*([\w, ]*?)\s*\)", source(evidence))
    return (found[1], found[2]) if found else ("serve", "client")


def arguments_alone(evidence: Evidence) -> bool:
    # Raised in threading.py, before a line of the learner's: no traceback is theirs.
    said = evidence.output + evidence.printed
    return "argument after * must be an iterable" in said and "Thread(" in source(evidence)


def never_started(evidence: Evidence) -> bool:
    return (
        evidence.cause == "silent"
        and "Thread(" in source(evidence)
        and not re.search(r"\.(start|run)\(|Pool|Executor", source(evidence))
    )


def text_and_number(evidence: Evidence) -> bool:
    return raised(evidence, 'TypeError: can only concatenate str (not "int") to str')


def waits_for_the_thread(evidence: Evidence) -> bool:
    # In the very block that accepts, not in one that comes after it or only now and then.
    block = r"(?m)^([ \t]+)(?=\S)[^\n]*\baccept\([^\n]*\n(?:(?:\1[^\n]*)?\n)*?\1"
    return waits_in_1_8(evidence, rf"{block}(?:{threads(evidence)})\.join\(\s*\)")


def runs_for_starts(evidence: Evidence) -> bool:
    return waits_in_1_8(evidence, rf"(?:{threads(evidence)})\.run\(\s*\)")


# These are asked first: each of them knows its step, and what stands above was written for the steps before.
MISTAKES[:0] = [
    Mistake(
        "letters counted",
        letters_counted,
        "Content-Length is the number of letters in your body, and a letter such as é has more than one byte. "
        "Count bytes, not letters: make bytes of the body first, and take their len.",
    ),
    Mistake(
        "labels in the body",
        labels_in_the_body,
        "Your labels come after the empty line, and so they are part of the body. Headers stand between the "
        "status line and the empty line.",
    ),
    Mistake(
        "two headers in a line",
        lambda evidence: evidence.cause == "wrong-answer" and bool(two_in_a_line(evidence)),
        lambda evidence: (
            f"Two headers stand in one line of your head, {two_in_a_line(evidence)!r}: each of them ends in \\r\\n."
        ),
    ),
    Mistake("a misspelt header", misspelt_header, nearly_a_header),
    Mistake(
        "a relative folder",
        compares_with_a_relative_folder,
        lambda evidence: (
            f"resolve() gives a whole path from the root of the disk, and {relative_root(evidence)} is not one, so "
            "nothing ever seems to lie inside it. Write Path.cwd(), the folder that your program runs in."
        ),
    ),
    Mistake(
        "reads past the end",
        reads_past_the_end,
        "A client hung up before its request was whole, and your program never came back from it. From then on recv "
        'returns b"" at once, each time: end the loop that reads when it does.',
    ),
    Mistake(
        "died of too few words",
        died_of_too_few_words,
        "A client sent a line that has not three words, and your program fails at it. Try to take the line "
        "apart, and where that fails answer 400.",
    ),
    Mistake(
        "died of bytes that are no text",
        died_of_no_text,
        "A client sent bytes that are no UTF-8, and your program fails at decoding them. Catch ValueError "
        "around decode, and answer 400.",
    ),
    Mistake(
        "ended with the silent",
        ended_with_the_silent,
        "A client connected and hung up without a byte, and that ended your program for everybody. Where recv "
        "returns nothing, close this client and go on with the next.",
    ),
    Mistake(
        "the folder as a prefix",
        folder_as_a_prefix,
        "You compare the beginnings of two texts. But the name of your folder is also the beginning of its "
        "neighbour's: /home/me/my-stack and /home/me/my-stack-old. Ask is_relative_to.",
    ),
    Mistake(
        "escapes are undone before the query is cut off",
        unquotes_first,
        "You undo the escapes, and then cut at ?. But %3F is a question mark that belongs to the name, and by then it "
        "looks like the other one: the name is cut at its first question mark. Cut first, then unquote.",
    ),
    Mistake(
        "escapes are kept",
        escapes_kept,
        "A client asked for a name with %20 or %C3%A9 in it, and you looked for a file with just these signs. "
        "Undo the escapes first: urllib.parse.unquote.",
    ),
    Mistake(
        "a picture as text",
        picture_as_text,
        "A picture is no text, and your program fails at decoding it. Read every file as bytes: "
        'open(name, "rb"), or read_bytes().',
    ),
    Mistake(
        "died of a folder",
        died_of_a_folder,
        "A client asked for a folder, and your program fails at opening it. IsADirectoryError is an OSError: "
        "answer it as you answer a file that is not there.",
    ),
    Mistake(
        "looks in one piece",
        looks_in_one_piece,
        "All of the request has come, and your program still waits for its end. The empty line may come in two "
        "pieces: look for it in all that you have, not in the last piece.",
    ),
    Mistake(
        "the body counted twice",
        body_counted_twice,
        "All of the body has come, and your program still waits for more of it. A part of it came together "
        "with the head: count what you have already.",
    ),
    Mistake(
        "a body that is no text",
        body_is_no_text,
        "The body of a request may be any bytes, and your program takes it for text. Decode the head alone, which ends "
        "at the empty line.",
    ),
    Mistake(
        "ended at the bound",
        ended_at_the_bound,
        "A client sent headers without end, and your whole program comes to an end of it. Refuse this client "
        "alone, with 431 or by hanging up, and go on with the next.",
    ),
    Mistake(
        "called on the spot",
        called_on_the_spot,
        lambda evidence: (
            f"target={called(evidence)[0]}({called(evidence)[1]}) calls it on the spot, before there is a thread. Hand "
            f"over the function and what it is to be given: target={called(evidence)[0]}, args=[{called(evidence)[1]}]."
        ),
    ),
    Mistake(
        "arguments without a list",
        arguments_alone,
        "args is a list of what the thread's function is given, also where that is one thing: args=[client].",
    ),
    Mistake(
        "a thread that never starts",
        never_started,
        "Your program makes a thread and never starts it, so nobody does its work. Call .start() on it.",
    ),
    Mistake(
        "text and a number",
        text_and_number,
        "You join a text and a number, and Python does not guess how. str(…) makes a text of the number.",
    ),
    Mistake(
        "waits for the thread",
        waits_for_the_thread,
        "join waits for the thread to end, and so the loop is one client at a time again. Start it, and go "
        "back to accept.",
    ),
    Mistake(
        "run for start",
        runs_for_starts,
        "`run` runs it here, in the loop's own line of work. `start` begins the new one.",
    ),
]
