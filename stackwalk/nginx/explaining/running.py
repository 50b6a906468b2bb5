"""Files, ports, and what happens while nginx runs."""

import re

from stackwalk.nginx.explaining.said import Said, first_use
from stackwalk.nginx.explaining.table import Answer, plain, row


@row(r'^(?:open|opendir|pread|stat|lstat|realpath)\(\) "(?P<path>.*?)" failed \((?P<number>\d+): (?P<why>[^)]*)\)')
def _file(said: Said, found: re.Match[str]) -> Answer:
    path, number = found["path"], found["number"]
    if number == "2":
        return Answer(
            f"There is no {path}.", "Check the path: a relative one, and one below /etc/nginx, begin in your folder."
        )
    if number == "13":
        return Answer(f"nginx may not read {path}.", f"chmod a+r {path.rpartition('/')[2]} lets it.")
    if number == "21":
        return Answer(
            f"{path} is a folder, and a file is wanted.",
            "If Docker made it (a mount of a file that was not there), take it away: rmdir.",
        )
    return Answer(f"{path} can't be opened: {found['why']}.", "Check the path.")


@row(r'^cannot load certificate(?: key)? "(?P<what>.*?)"')
def _certificate(said: Said, found: re.Match[str]) -> Answer:
    what = found["what"]
    return Answer(
        f"The certificate {what} can't be read.",
        "Check that the file is there, and that it is a certificate (or its key) in PEM form.",
        at=first_use(said.project, re.compile(re.escape(what))),
    )


plain(
    r'^no "ssl_certificate(?P<key>_key)?" is defined',
    "This server listens with ssl, and has no ssl_certificate{key}.",
    "Name the files: ssl_certificate and ssl_certificate_key.",
)
plain(
    r"^bind\(\) to (?P<what>\S+) failed \((?P<number>\d+): (?P<why>[^)]*)\)",
    "nginx can't listen on {what}: {why}.",
    "End the program that has the port, and try again.",
)
plain(
    r'^"(?P<what>.*?)" is not found \(2:',
    "There is no {what}, which nginx looks for where nothing says who answers.",
    "Write proxy_pass http://… in a location for that path, or alias and a folder that has it.",
)
plain(
    r"^limiting requests, excess",
    "Your limit_req refuses this request, for too many have come: 503.",
    "Raise its rate or its burst, or take it out while you are trying.",
)
plain(
    r"^connect\(\) failed \((?:111|61): .*upstream: \"(?P<what>[^\"]*)\"",
    "Nobody listens at {what}: nginx was refused, and answers 502 if no other server is left.",
    "Does the service run, and on that port?",
)
plain(
    r"^upstream timed out .* while (?P<doing>[^,]*).*upstream: \"(?P<what>[^\"]*)\"",
    "{what} took longer than nginx waits ({doing}): 504.",
    "Look at what the application does, or at proxy_read_timeout.",
)
plain(
    r"^no live upstreams while connecting to upstream",
    "All servers of this upstream failed a moment ago, so nginx asks none of them: 502.",
    "Start them again; after fail_timeout (10 s) nginx tries by itself.",
)
plain(
    r"^upstream prematurely closed connection",
    "The application closed the connection before it had answered: 502.",
    "Did its worker die? Look at the application's output.",
)
plain(
    r"^no resolver defined to resolve (?P<what>\S+?),?(?: |$)",
    "proxy_pass has a variable, so nginx looks “{what}” up at each request, and does not know whom to ask: 502.",
    "Write resolver 127.0.0.11; (Docker's DNS), or name the service without a variable.",
)
plain(
    r"^client intended to send too large body",
    "The request's body is larger than client_max_body_size, 1 MB if nothing is said: 413.",
    "Raise client_max_body_size if such bodies are wanted.",
)
plain(
    r"worker_connections are not enough",
    "nginx has no connection left; most often it asks itself without end.",
    "Look at the host and port of proxy_pass.",
)
plain(
    r'^directory index of "(?P<what>.*)" is forbidden',
    "A folder was asked for, it has no index.html, and nginx does not list folders: 403.",
    "Ask for a file, or put an index.html there.",
)
plain(
    r"^SSL_do_handshake\(\) failed",
    "nginx speaks TLS to a program that does not.",
    "Write http:// in proxy_pass: Gunicorn speaks plain HTTP.",
)
plain(
    r"^could not build (?P<what>\S+)",
    "A name is too long for nginx's table ({what}).",
    "Shorten it, or raise the size that nginx's sentence names.",
)
