"""What beginners do in this lab, each with a sentence of its own. The first that sees its mistake speaks."""

import re
import runpy
from difflib import get_close_matches
from pathlib import Path

from stackwalk.check.mistake import Evidence, Mistake

# The application of lab 2 goes on to run here, and goes wrong in the same ways.
FRAMEWORK: list[Mistake] = runpy.run_path(str(Path(__file__).parents[1] / "2-framework" / "mistakes.py"))["MISTAKES"]


def source(evidence: Evidence, name: str) -> str:
    """What the learner typed in a file, without comments."""
    return re.sub(r"(?m)(^|\s)#.*$", "", evidence.sources.get(name, ""))


def said(evidence: Evidence, *parts: str) -> bool:
    """Whether all of this was printed."""
    return all(part in evidence.printed for part in parts)


def raised_by(evidence: Evidence, *files: str) -> bool:
    """Whether the innermost call of the traceback is in one of these files, and so no line of the learner's."""
    return any(file in evidence.call.file for file in files)


SERVERS = ("/gunicorn/", "/wsgiref/")


def status(evidence: Evidence) -> int | None:
    """The status of the last answer."""
    return evidence.answer.status if evidence.answer else None


def quoted(evidence: Evidence, pattern: str) -> tuple[str, ...]:
    """What a pattern finds last in all that was printed."""
    found = re.findall(pattern, evidence.printed)
    last = found[-1] if found else ()
    return last if isinstance(last, tuple) else (last,)


# Gunicorn does not come to answer.


def runs_at_import(evidence: Evidence) -> bool:
    if not re.search(r"\b(application|app)\.run\(", everything(evidence)):
        return False
    if evidence.cause == "wrong-address":
        return f"port {port_of_run(evidence)}," in evidence.message  # that is where it listens
    taken = said(evidence, "Port 8000 is in use") and port_of_run(evidence) == 8000
    return evidence.cause == "silent" and (taken or bool(re.search(r"\b(application|app)\.run\(", evidence.stands)))


def everything(evidence: Evidence) -> str:
    """All Python that this lab may import."""
    names = [name for name in evidence.sources if name.endswith(".py") and name != "server.py"]
    return "\n".join(source(evidence, name) for name in names)


def port_of_run(evidence: Evidence) -> int:
    named = re.search(r"\.run\([^)]*\bport\s*=\s*(\d+)", everything(evidence))
    return int(named[1]) if named else 5000


def says_runs_at_import(evidence: Evidence) -> str:
    port = port_of_run(evidence)
    then = (
        "that asks for port 8000 once more, which Gunicorn holds, and the import ends in an error."
        if port == 8000
        else f"that starts Flask's own server on port {port}, the import never ends, and nobody answers on port 8000."
    )
    return f"Your code calls run() when Gunicorn imports it: {then} Take that line out; Gunicorn is the server now."


def setting(evidence: Evidence, name: str) -> str:
    """What gunicorn.conf.py sets this to, as it is written; "" where it does not."""
    found = re.findall(rf"(?m)^{name}\s*=\s*(.+?)\s*$", source(evidence, "gunicorn.conf.py"))
    return found[-1] if found else ""


def nobody_works(evidence: Evidence) -> bool:
    return "no request has been answered" in evidence.message and setting(evidence, "workers") == "0"


def no_address(evidence: Evidence) -> str:
    """The address of gunicorn.conf.py that is none; "" where Gunicorn has not said so."""
    written = re.fullmatch(r"([\"'])([^\"']*)\1", setting(evidence, "bind"))
    bound = written[2] if written else "127.0.0.1:8000"  # a list, or what is computed, is not judged
    told = said(evidence, "Can't connect to (") or said(evidence, ") failed: ") or said(evidence, "is not a valid")
    return bound if told and not re.fullmatch(r"[\w.\[\]:-]*:\d+", bound) else ""


def in_the_background(evidence: Evidence) -> bool:
    return evidence.cause == "left-behind" and setting(evidence, "daemon") == "True"


def late_timeout(evidence: Evidence) -> bool:
    wanted = setting(evidence, "timeout")
    hung = evidence.check == "a_view_that_hangs_is_cut_off" and evidence.cause == "silent"
    return hung and (not wanted or (wanted.isdigit() and (int(wanted) > 4 or int(wanted) == 0)))


def says_late_timeout(evidence: Evidence) -> str:
    wanted = setting(evidence, "timeout")
    if wanted.isdigit() and int(wanted) == 0:
        return "The view sleeps on, for timeout = 0 means that a worker is never cut off. Write timeout = 2."
    told = f"your timeout is {wanted}" if wanted else "without a timeout in gunicorn.conf.py it is 30"
    return (
        f"The view sleeps on, for {told}: so many seconds the master waits for a sign of life. Write timeout = 2 "
        "while you try it out."
    )


def no_exc_info(evidence: Evidence) -> bool:
    last = evidence.traceback.rstrip().rpartition("\n")[2]
    return evidence.step == "3.4" and bool(re.search(r"start_response\(\) takes .* positional arguments? but", last))


def bytes_wanted(evidence: Evidence) -> bool:
    last = evidence.traceback.rstrip().rpartition("\n")[2]
    mixed = ("a bytes-like object is required, not 'str'", "can't concat", 'can only concatenate str (not "bytes")')
    return evidence.step == "3.4" and "gateway.py" in evidence.traceback and any(words in last for words in mixed)


def form_unseen(evidence: Evidence) -> bool:
    return evidence.check == "a_form_arrives" and status(evidence) == 400


def exits_at_import(evidence: Evidence) -> bool:
    again = evidence.printed.count("Booting worker with pid") > 1  # one worker is asked for
    return again and evidence.cause in ("silent", "exited", "too-much-output") and bool(
        re.search(r"\b(sys\.exit|exit|quit|os\._exit)\(", source(evidence, "wsgi.py") + source(evidence, "bare.py"))
    )  # fmt: skip


def no_attribute(evidence: Evidence) -> bool:
    return said(evidence, "Failed to find attribute 'application' in")


def only_the_package(evidence: Evidence) -> bool:
    """Whether wsgi.py imports the package app, in which application is, and nothing out of it."""
    typed = source(evidence, "wsgi.py")
    alone = re.search(r"(?m)^import app\s*$", typed) and not re.search(r"(?m)^(from|def|class)\b|=", typed)
    return no_attribute(evidence) and bool(alone)


def says_no_attribute(evidence: Evidence) -> str:
    module = (quoted(evidence, r"Failed to find attribute 'application' in '(\w+)'") or ("wsgi",))[0]
    typed = source(evidence, f"{module}.py")
    # What is made there comes before what is only imported: in `app = Flask(…)` the one that is meant is app.
    other = re.search(r"^def\s+(\w+)\(environ|^(\w+)\s*=\s*\w+\(", typed, re.MULTILINE) or re.search(
        r"\bas\s+(\w+)|import\s+(?!application)(\w+)\s*$|^(\w+)\s*=", typed, re.MULTILINE
    )
    name = next((one for one in other.groups() if one), "") if other else ""
    more = f" Yours is called {name}." if name and name != "application" else ""
    return f"Gunicorn looks in {module}.py for the name application, and nothing there is called that.{more}"


def not_callable(evidence: Evidence) -> bool:
    return said(evidence, "Application object must be callable")


# The bare application.


def is_bare(evidence: Evidence) -> bool:
    return evidence.step in ("3.3", "3.4")


def text_in_a_list(evidence: Evidence) -> bool:
    return is_bare(evidence) and bool(re.search(r"TypeError: '.{2,}' is not a byte", evidence.printed))


def text_alone(evidence: Evidence) -> bool:
    return is_bare(evidence) and bool(re.search(r"TypeError: '.' is not a byte", evidence.printed))


def bytes_alone(evidence: Evidence) -> bool:
    return is_bare(evidence) and bool(re.search(r"TypeError: \d+ is not a byte", evidence.printed))


def number_as_status(evidence: Evidence) -> bool:
    return (
        is_bare(evidence)
        and evidence.error.endswith("is not a string")
        and raised_by(evidence, "/gunicorn/")
        and evidence.call.text.endswith("% status)")
    )


def number_as_header(evidence: Evidence) -> bool:
    in_headers = raised_by(evidence, "/gunicorn/") and evidence.call.text.endswith(("% name)", "% value)"))
    return is_bare(evidence) and evidence.error.endswith("is not a string") and in_headers


def never_started(evidence: Evidence) -> bool:
    return is_bare(evidence) and (
        (evidence.answer is not None and evidence.answer.first_line.startswith("HTTP/1.1 None"))
        or said(evidence, "start_response has not yet been called")
    )


def returns_none(evidence: Evidence) -> bool:
    looped = evidence.error.endswith("'NoneType' object is not iterable")
    return is_bare(evidence) and looped and raised_by(evidence, *SERVERS)


def headers_as_dictionary(evidence: Evidence) -> bool:
    given = re.search(r"start_response\([^\[\]{]*,\s*\{", source(evidence, "bare.py"))
    refused = evidence.call.function == "process_headers" or said(evidence, "must be of type list")
    return is_bare(evidence) and bool(given) and refused


def one_argument(evidence: Evidence) -> bool:
    refused = re.search(r"takes \d positional arguments? but 2 were given", evidence.error)
    return is_bare(evidence) and bool(refused) and raised_by(evidence, *SERVERS)


def wants_more(evidence: Evidence) -> bool:
    missing = re.search(r"missing \d required positional arguments?: ", evidence.error)
    return is_bare(evidence) and bool(missing) and raised_by(evidence, *SERVERS)


def says_wants_more(evidence: Evidence) -> str:
    said = "The server calls your application with two things, and yours wants more: "
    if re.search(r"\breceive\s*,\s*send\b", source(evidence, "bare.py")):
        said = "scope, receive and send belong to ASGI, another agreement. Under WSGI it is "
    return f"{said}def application(environ, start_response)."


def class_alone(evidence: Evidence) -> str:
    """The class that the server calls in place of an object of it; "" where it calls none."""
    found = re.match(r"TypeError: (\w+)(\(\) takes no arguments|\.__init__\(\) )", evidence.error)
    own = found and re.search(rf"(?m)^class {found[1]}\b(.*\n)+?.*\bdef __call__\(", source(evidence, "bare.py"))
    return found[1] if found and own and is_bare(evidence) and raised_by(evidence, *SERVERS) else ""


def no_self(evidence: Evidence) -> bool:
    one_too_many = re.search(r"__call__\(\) takes 2 positional arguments but 3 were given", evidence.error)
    return is_bare(evidence) and bool(one_too_many) and raised_by(evidence, *SERVERS)


def is_async(evidence: Evidence) -> bool:
    looped = evidence.error.endswith("'coroutine' object is not iterable")
    return is_bare(evidence) and looped and raised_by(evidence, *SERVERS)


def wrong_length(evidence: Evidence) -> bool:
    if not is_bare(evidence) or "Content-Length" not in source(evidence, "bare.py"):
        return False
    if evidence.cause == "closed-early":
        return "in the middle of its answer" in evidence.message
    # Gunicorn sends no more than what Content-Length says: what came is the beginning of what is wanted.
    came = evidence.answer.body.decode("utf-8", "replace") if evidence.answer else ""
    cut = bool(came) and evidence.expected.startswith(came) and len(came) < len(evidence.expected)
    return cut and evidence.answer is not None and evidence.answer.header("Content-Length") == str(len(came))


def missing_key(evidence: Evidence) -> str:
    """The key that environ was asked for in vain; "" where it was not."""
    found = re.fullmatch(r"KeyError: '([^']*)'", evidence.error)
    asked = found and re.search(rf"\benv\w*\[\s*[\"']{re.escape(found[1])}[\"']\s*\]", evidence.call.text)
    return found[1] if found and asked else ""


def key_missing(evidence: Evidence) -> bool:
    return is_bare(evidence) and bool(missing_key(evidence))


def says_key_missing(evidence: Evidence) -> str:
    key = missing_key(evidence)
    return f"environ has no key {key!r}: the path is in PATH_INFO, the method in REQUEST_METHOD."


def without_the_path(evidence: Evidence) -> bool:
    return evidence.check == "it_greets_with_the_path" and status(evidence) == 200 and (
        "PATH_INFO" not in source(evidence, "bare.py")
    )  # fmt: skip


def with_the_query(evidence: Evidence) -> bool:
    return evidence.step == "3.3" and "RAW_URI" in source(evidence, "bare.py")


def no_reason(evidence: Evidence) -> bool:
    return is_bare(evidence) and "should be a three-digit integer" in evidence.message


def no_type(evidence: Evidence) -> bool:
    return evidence.check == "it_is_plain_text" and evidence.answer is not None and (
        evidence.answer.header("Content-Type") is None
    )  # fmt: skip


# Workers.


def no_global(evidence: Evidence) -> bool:
    return bool(unbound(evidence))


def unbound(evidence: Evidence) -> str:
    """The variable that a function changes, and that a file has outside of all functions; "" where there is none."""
    found = re.match(r"UnboundLocalError: .*local variable '(\w+)'", evidence.error)
    outside = found and re.search(rf"(?m)^{found[1]}\s*(:[^=\n]*)?=", everything(evidence))
    return found[1] if found and outside else ""


def counts_anew(evidence: Evidence) -> bool:
    return evidence.check == "each_worker_counts_for_itself" and bool(
        re.search(r"\d+ answers say 1,", evidence.message)
    )


def counts_itself_late(evidence: Evidence) -> bool:
    return evidence.check == "each_worker_counts_for_itself" and "first answer of a worker is 1" in evidence.message


def number_returned(evidence: Evidence) -> bool:
    return evidence.step == "3.2" and said(evidence, "The return type must be a string", "it was a int")


def threads_too(evidence: Evidence) -> bool:
    return evidence.check == "a_view_that_hangs_is_cut_off" and evidence.cause == "silent" and bool(
        re.search(r"threads\s*=|gthread", source(evidence, "gunicorn.conf.py"))
    )  # fmt: skip


def bad_setting(evidence: Evidence) -> bool:
    refused = re.search(r"^(Error: )?Invalid value for (\w+)", evidence.printed, re.MULTILINE)
    return evidence.cause in ("exited", "crashed") and said(evidence, "Error: ") and bool(refused)


def says_bad_setting(evidence: Evidence) -> str:
    name, value = quoted(evidence, r"Invalid value for (\w+): (.{1,80})")
    told = quoted(evidence, r"(?m)^Error: (.{1,120})")[0]
    if name == "config":
        return "config is a setting of Gunicorn's own. Each setting is a variable by itself: bind = …, workers = …"
    return f"Gunicorn can't take {value} for {name} in gunicorn.conf.py. It says: {told.rstrip('.')}."


# What the labs and most people set, by its right name.
SETTINGS = (
    "accesslog", "access_log_format", "bind", "errorlog", "graceful_timeout", "keepalive", "loglevel", "pidfile",
    "preload_app", "threads", "timeout", "worker_class", "worker_connections", "workers", "wsgi_app",
)  # fmt: skip


# What a check can miss where that setting is not made.
OF_CHECK = {
    "three_workers_run": ("workers",), "each_request_is_logged": ("accesslog",),
    "a_view_that_hangs_is_cut_off": ("timeout",),
}  # fmt: skip


def other_number(evidence: Evidence) -> bool:
    wanted = setting(evidence, "workers")
    return evidence.check == "three_workers_run" and wanted.isdigit() and int(wanted) not in (0, 3)


def options_for_settings(evidence: Evidence) -> bool:
    in_settings = evidence.error.startswith("SyntaxError") and evidence.call.file.endswith("/gunicorn.conf.py")
    return in_settings and evidence.call.text.startswith("-")


def unknown_class(evidence: Evidence) -> str:
    """The worker_class of gunicorn.conf.py that there is not; "" where Gunicorn has not said so."""
    written = setting(evidence, "worker_class").strip("\"'")
    refused = re.search(r"Entry point \('gunicorn\.workers', '|class uri '", evidence.error)
    return written if written and refused and f"'{written}'" in evidence.error else ""


def misspelt_setting(evidence: Evidence) -> tuple[str, str]:
    """A name of gunicorn.conf.py that is nearly a setting's, and that setting, which is not there; else two ""."""
    typed = re.findall(r"(?m)^(\w+)\s*=", source(evidence, "gunicorn.conf.py")) if evidence.step == "3.5" else []
    relevant = OF_CHECK.get(evidence.check, ("bind",) if evidence.cause in ("wrong-address", "not-listening") else ())
    for name in typed:
        meant = next((one for one in SETTINGS if one.replace("_", "") == name.replace("_", "").lower()), "")
        meant = meant or next(iter(get_close_matches(name, SETTINGS, n=1, cutoff=0.85)), "")
        if name not in SETTINGS and meant in relevant and meant not in typed:
            return name, meant
    return "", ""


def says_misspelt_setting(evidence: Evidence) -> str:
    name, meant = misspelt_setting(evidence)
    return (
        f"{name} is no setting of Gunicorn's, and it passes over a name that it does not know, without a word. "
        f"Did you mean {meant}?"
    )


def master_killed(evidence: Evidence) -> bool:
    return evidence.step == "3.6" and evidence.cause == "left-behind"


def master_ended(evidence: Evidence) -> bool:
    return evidence.step == "3.6" and evidence.cause == "exited" and said(evidence, "Handling signal: term")


def script_failed(evidence: Evidence, pattern: str) -> bool:
    """Whether deploy.sh ended with an error and holds that."""
    failed = evidence.step == "3.6" and "deploy.sh" in evidence.message and "ends with status" in evidence.message
    return failed and bool(re.search(pattern, source(evidence, "deploy.sh")))


def fixed_name(evidence: Evidence) -> bool:
    """Whether the script names a file itself, and never looks at the name that it is given."""
    typed = source(evidence, "deploy.sh")
    named = re.search(r"(\bcat\s+|<\s*)[\"']?[\w./]*\bgunicorn\.pid\b", typed)
    return evidence.step == "3.6" and bool(named) and not re.search(r"\$\{?[1@*]", typed)


def needs_more(evidence: Evidence) -> bool:
    return evidence.step == "3.7" and evidence.cause == "needs"


def not_configured(evidence: Evidence) -> bool:
    return evidence.step == "3.7" and said(evidence, "ImproperlyConfigured")


def key_of_one_server(evidence: Evidence) -> bool:
    return evidence.step == "3.7" and bool(missing_key(evidence))


def says_key_of_one_server(evidence: Evidence) -> str:
    key = missing_key(evidence)
    return f"Your code asks environ for {key}, which not every server puts there: PEP 3333 says which keys are sure."


def new_application(evidence: Evidence) -> bool:
    own = source(evidence, "wsgi.py")
    bare = "Flask(" in own and not re.search(r"route|register|import_module|add_url_rule", own)
    return evidence.step == "3.1" and status(evidence) == 404 and bare


MISTAKES = [
    Mistake("runs at import", runs_at_import, says_runs_at_import),
    Mistake("no worker at all", nobody_works,
        "workers = 0 leaves nobody to answer: the master opens the port, and clients wait at it for ever. Write "
        "workers = 3."),
    Mistake("an address that is none", lambda evidence: bool(no_address(evidence)),
        lambda evidence: (
            f"bind = {no_address(evidence)!r} is no address that Gunicorn can open. A colon parts address and port: "
            "bind = \"127.0.0.1:8000\"."
        )),
    Mistake("in the background", in_the_background,
        "daemon = True sends Gunicorn to the background, where you do not see what it prints and nobody ends it. "
        "Take that line out."),
    Mistake("exits at import", exits_at_import,
        "Your file ends its process when it is imported, so Gunicorn starts a worker, sees it end, and starts the "
        "next one, for ever. Only a program that is run by itself may exit."),
    Mistake("what the step needs", needs_more,
        "This step needs waitress, uWSGI and Django: python -m pip install 'stackwalk[swap]'"),
    Mistake("Django without settings", not_configured,
        "Django asks for its settings before there are any: settings.configure(…) comes before "
        "get_wsgi_application()."),
    Mistake("a key that one server has", key_of_one_server, says_key_of_one_server),
    Mistake("the package alone", only_the_package,
        "import app brings the package, and Gunicorn looks in wsgi.py for application, which is inside of it: "
        "from app import application."),
    Mistake("no application", no_attribute, says_no_attribute),
    Mistake("not callable", not_callable,
        "application is there, but it can't be called: under WSGI the server calls it for each request. "
        "from app import application."),
    Mistake("threads beside the timeout", threads_too,
        "With threads nothing is cut off: the sign of life that the master waits for is the worker's, and one thread "
        "gives it while another one sleeps. Take threads out again for this step."),
    Mistake("a timeout that comes late", late_timeout, says_late_timeout),
    Mistake("no room for exc_info", no_exc_info,
        "Here the application, after an error, hands start_response a third thing, exc_info, and yours takes two: "
        "def start_response(status, headers, exc_info=None)."),
    Mistake("text and bytes in the gateway", bytes_wanted,
        "A socket takes bytes: make bytes of the status line and the headers, .encode(\"latin-1\"), before you join "
        "them to the body or send them."),
    Mistake("the form is not seen", form_unseen,
        "Your application found no field text in the form. It looks in environ for CONTENT_TYPE and CONTENT_LENGTH, "
        "written just so, and reads the body from wsgi.input."),
    Mistake("options in the settings", options_for_settings,
        "gunicorn.conf.py is Python and knows no options. Each setting is a variable: bind = \"127.0.0.1:8000\", "
        "workers = 3."),
    Mistake("workers of no such class", lambda evidence: bool(unknown_class(evidence)),
        lambda evidence: (
            f"gunicorn.conf.py: there is no worker_class {unknown_class(evidence)!r} here. Take that line out, for "
            "the usual workers will do."
        ),
        explains=("ImportError", "ModuleNotFoundError")),
    Mistake("another number of workers", other_number,
        lambda evidence: (
            f"gunicorn.conf.py says workers = {setting(evidence, 'workers')}, and three are to run: workers = 3."
        )),
    Mistake("a setting that is none", bad_setting, says_bad_setting),
    Mistake("a setting misspelt", lambda evidence: bool(misspelt_setting(evidence)[0]), says_misspelt_setting),
    Mistake("another file than the one that is given", fixed_name,
        "deploy.sh reads gunicorn.pid, whatever name it is given, and here the file has another one. The name that "
        "follows deploy.sh is \"$1\"."),
    Mistake("the master was killed", master_killed,
        "deploy.sh has killed the master, which could not even end its workers: the signal for new workers is HUP."),
    Mistake("the master was ended", master_ended,
        "The master is to stay, and deploy.sh has ended it with TERM: the signal for new workers is HUP."),
    Mistake("the name for the number", lambda evidence: script_failed(evidence, r"kill\s+(-\S+\s+)*[\"']?\$\{?1"),
        "kill wants the number of a process, and $1 is the name of the file with that number in it: \"$(cat \"$1\")\" "
        "reads it."),
    Mistake("SIG before the signal", lambda evidence: script_failed(evidence, r"-(s\s*)?SIG"),
        "Not every sh knows signals by their long names: write kill -HUP, without SIG."),
    Mistake("bash for sh", lambda evidence: script_failed(evidence, r"pipefail|\[\[|\$\(<"),
        "What runs deploy.sh is sh, which knows nothing of what bash has added (pipefail, [[ … ]], $(<file)). One line "
        "with kill and cat is enough."),
    Mistake("a new application", new_application,
        "wsgi.py makes a new Flask object, which has no views at all. Take the one that you have: "
        "from app import application."),
    Mistake("text in a list", text_in_a_list,
        "The list that you return holds text (str), and what goes over the wire is bytes: .encode() turns one into "
        "the other. The status line had left already when Gunicorn met it: 200, and no body."),
    Mistake("text without a list", text_alone,
        "You return a text. Gunicorn loops over what you return and expects bytes each time, and a text gives "
        "single letters: return [body.encode()]."),
    Mistake("bytes without a list", bytes_alone,
        "You return bytes without a list around them. Gunicorn loops over what you return, and bytes give numbers: "
        "return [body]."),
    Mistake("a number as the status", number_as_status,
        "The status is a text with its number and its reason: \"200 OK\"."),
    Mistake("a number in a header", number_as_header,
        "Names and values of headers are texts, lengths as well: (\"Content-Length\", str(len(body)))."),
    Mistake("headers as a dictionary", headers_as_dictionary,
        "The headers are a list of pairs, [(\"Content-Type\", \"text/plain\")], for a header may come twice; "
        "a dictionary has no room for that."),
    Mistake("start_response is never called", never_started,
        "Nobody called start_response before the body began, so there is no status: Gunicorn sent `HTTP/1.1 None`, "
        "which no client can read. Call it before you return or yield anything."),
    Mistake("returns None", returns_none,
        "Your function returns None. Gunicorn wants something to loop over: a list with the body's bytes in it."),
    Mistake("takes one argument", one_argument,
        "The server calls your function with two arguments: def application(environ, start_response)."),
    Mistake("a class and no object", lambda evidence: bool(class_alone(evidence)),
        lambda evidence: (
            f"The server calls {class_alone(evidence)} itself, which makes an object and answers nothing. Hand it an "
            f"object: application = {class_alone(evidence)}()."
        )),
    Mistake("a method without self", no_self,
        "The first argument of a method is the object itself: def __call__(self, environ, start_response)."),
    Mistake("wants more than two", wants_more, says_wants_more),
    Mistake("async", is_async,
        "async def makes a coroutine, which WSGI does not know: leave out async. (ASGI is the agreement for those.)"),
    Mistake("a key that is not there", key_missing, says_key_missing),
    Mistake("with the query", with_the_query,
        "RAW_URI is Gunicorn's own and holds the query as well; the agreement's name for the path is PATH_INFO."),
    Mistake("another length", wrong_length,
        "Content-Length says another number than the body has bytes, and the client believes it. Count with "
        "len(body) when it is bytes already, or leave the header out."),
    Mistake("without the path", without_the_path,
        "The body is the same for every path: the path that was asked for is environ[\"PATH_INFO\"]."),
    Mistake("a status without its reason", no_reason,
        "The status has a number, a space and a reason, \"200 OK\": wsgiref.validate misses the last two in yours."),
    Mistake("no type", no_type, "There is no Content-Type at all: it is a pair in the list for start_response."),
    Mistake("the variable is taken for a local one", no_global,
        lambda evidence: (
            f"The function changes {unbound(evidence)}, so Python takes it for a variable of the function's own: write "
            f"global {unbound(evidence)} in its first line."
        ),
        explains=("UnboundLocalError",)),
    Mistake("counts anew each time", counts_anew,
        "Every answer says 1: the counter begins again with each call. It has to stand outside of the function."),
    Mistake("counts too late", counts_itself_late,
        "The first call of /count is answered with 1: count first, then answer."),
    Mistake("returns a number", number_returned,
        "A view returns a text, and a number is none: str(…) makes one of it."),
    *FRAMEWORK,
]  # fmt: skip
