"""What beginners do in this lab, each with a sentence of its own. The first that sees its mistake speaks.

What nginx itself says against a file is explained by stackwalk; here stands what nginx takes without a word.
"""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

from stackwalk.check.mistake import Evidence, Mistake
from stackwalk.nginx.project import Project, project_of
from stackwalk.nginx.reading import Pool, read_shape

# The application and its server go on to run here, and go wrong in the same ways.
BEHIND: list[Mistake] = runpy.run_path(str(Path(__file__).parents[1] / "3-wsgi" / "mistakes.py"))["MISTAKES"]
NAMES = r"(?:application[12]?|api)"


def conf(evidence: Evidence) -> str:
    """nginx.conf without its comments."""
    return re.sub(r"(?m)(^|\s)#.*$", r"\1", evidence.sources.get("nginx.conf", ""))


def project(evidence: Evidence) -> Project:
    return project_of(evidence.sources.get("nginx.conf", ""))


def at(pattern: str, text: str) -> Callable[[Evidence], str]:
    """The sentence with the line of nginx.conf where a pattern begins, if it is in that file."""

    def says(evidence: Evidence) -> str:
        found = re.search(pattern, conf(evidence))
        if found is None:
            return text
        return f"nginx.conf, line {conf(evidence).count(chr(10), 0, found.start()) + 1}: {text}"

    return says


def status(evidence: Evidence) -> int | None:
    """The status of the last answer."""
    return evidence.answer.status if evidence.answer else None


def gone(evidence: Evidence) -> bool:
    return status(evidence) in (502, 504)


# 4.1: whom nginx asks.


def tls_to_gunicorn(evidence: Evidence) -> bool:
    return gone(evidence) and bool(re.search(rf"proxy_pass\s+https://({NAMES}|backend)", conf(evidence)))


def only_get(evidence: Evidence) -> bool:
    return evidence.check == "forms_go_through_as_well" and status(evidence) == 403 and "limit_except" in conf(evidence)


# 4.2: the log.


def no_dollar(evidence: Evidence) -> bool:
    return evidence.check == "each_line_names_who_served" and "does not say so" in evidence.message and bool(
        re.search(r"log_format[^;]*(?<![$\w{])upstream_addr\b", conf(evidence))
        and not re.search(r"\$\{?upstream_addr\b", conf(evidence))
    )  # fmt: skip


def format_not_named(evidence: Evidence) -> bool:
    return evidence.check == "each_line_names_who_served" and "does not say so" in evidence.message and bool(
        re.search(r"log_format[^;]*\$upstream_addr", conf(evidence))
        and re.search(r"access_log\s+[^\s;]+\s*;", conf(evidence))
    )  # fmt: skip


def buffered(evidence: Evidence) -> bool:
    return evidence.check == "each_line_names_who_served" and "no line of it" in evidence.message and bool(
        re.search(r"access_log[^;]*\b(buffer|gzip|flush)\b", conf(evidence))
    )  # fmt: skip


# 4.3: shares.


def shares(evidence: Evidence) -> bool:
    return evidence.check == "three_of_four_go_to_the_first" and "shares" in evidence.message


def pool(evidence: Evidence) -> Pool | None:
    """The group that the requests go to."""
    shape = read_shape(project(evidence))
    used = [route.passed.pool for front in shape.fronts for route in front.routes if route.passed is not None]
    return next((one for one in used if one is not None), None)


def members(evidence: Evidence) -> bool:
    return shares(evidence) and bool(_of_members(evidence))


def _of_members(evidence: Evidence) -> str:
    """What strikes about the members of the group, with its line; "" for nothing."""
    group = pool(evidence)
    if group is None:
        return ""
    hosts = [peer.host for peer in group.peers]
    missing = [name for name in ("application1", "application2") if name not in hosts]
    if missing:
        return f"{group.file}, line {group.line}: {' and '.join(missing)} is no member of your group {group.name}."
    for number, peer in enumerate(group.peers):
        where = f"{group.file}, line {peer.line}: {peer.host}"
        if peer.host in hosts[:number]:
            return f"{where} stands in the group for the second time, so it has a share twice."
        if peer.port != 8000:
            return f"{where} is asked at port {peer.port}, where nobody listens: Gunicorn is at port 8000."
        if peer.backup:
            return f"{where} is a backup, which is asked only when all the others are dead."
        if peer.down:
            return f"{where} is marked as down, so nobody asks it."
    return ""


def other_weights(evidence: Evidence) -> bool:
    return shares(evidence) and _weights(evidence) is not None


def _weights(evidence: Evidence) -> tuple[int, int] | None:
    """The weights of application1 and application2, where they are no three to one."""
    group = pool(evidence)
    found = {peer.host: peer.weight for peer in group.peers} if group is not None else {}
    one, two = found.get("application1"), found.get("application2")
    return (one, two) if one and two and one != two and one != 3 * two else None


def says_other_weights(evidence: Evidence) -> str:
    group, weights = pool(evidence), _weights(evidence)
    one, two = weights or (0, 0)
    where = f"{group.file}, line {group.line}: " if group is not None else ""
    return f"{where}The weights are {one} to {two}, and the shares with them. Three to one is weight=3, and none."


def by_chance(evidence: Evidence) -> bool:
    group = pool(evidence)
    return evidence.check == "three_of_four_go_to_the_first" and group is not None and group.method == "random"


def _key(evidence: Evidence) -> str:
    """What the group takes its choice from: the visitor's address, another thing, or "" for none."""
    if evidence.check not in ("three_of_four_go_to_the_first", "all_three_turn_up"):
        return ""
    group = pool(evidence)
    if group is None or group.method not in ("ip_hash", "hash"):
        return ""
    keys = [one.statement.values()[0] for one in project(evidence).named("hash") if one.statement.arguments]
    address = group.method == "ip_hash" or re.fullmatch(r"\$\{?(binary_)?remote_addr\}?", "".join(keys[:1]))
    return "address" if address else "another"


def sticky(evidence: Evidence) -> bool:
    return _key(evidence) == "address"


def hashed(evidence: Evidence) -> bool:
    return _key(evidence) == "another"


def no_weight(evidence: Evidence) -> bool:
    return evidence.check == "three_of_four_go_to_the_first" and "upstream" in conf(evidence) and (
        "weight" not in conf(evidence)
    )  # fmt: skip


def heavier_second(evidence: Evidence) -> bool:
    return evidence.check == "three_of_four_go_to_the_first" and "application1: 4, application2: 12" in (
        _actual(evidence)
    )


def _actual(evidence: Evidence) -> str:
    """The shares as the weights would have them, where nothing else is known."""
    heavy = re.search(r"server\s+application2[^;]*weight=3", conf(evidence))
    light = re.search(r"server\s+application1[^;]*weight=", conf(evidence))
    return "application1: 4, application2: 12" if heavy and not light else ""


def group_not_used(evidence: Evidence) -> bool:
    group = re.search(r"upstream\s+(\S+)\s*\{", conf(evidence))
    return evidence.check == "three_of_four_go_to_the_first" and group is not None and (
        re.search(rf"proxy_pass\s+http://{re.escape(group[1])}[/;]", conf(evidence)) is None
    )  # fmt: skip


# 4.4: files.


def no_list_of_types(evidence: Evidence) -> bool:
    return evidence.check == "nginx_sends_the_files" and "is another one" in evidence.message and (
        project(evidence).whole and not re.search(r"types\s*\{|mime\.types", conf(evidence))
    )  # fmt: skip


def no_types(evidence: Evidence) -> bool:
    return evidence.check == "nginx_sends_the_files" and "is another one" in evidence.message and bool(
        re.search(r"types\s*\{", conf(evidence))
    )  # fmt: skip


# 4.5: paths.


_OF_ALL = (
    "pages_come_through_nginx", "forms_go_through_as_well", "three_of_four_go_to_the_first", "the_rest_is_as_before",
    "only_old_has_moved", "the_api_answers_below_its_path",
)  # fmt: skip


def api_in_the_group(evidence: Evidence) -> bool:
    group = pool(evidence)
    return evidence.check in _OF_ALL and group is not None and any(peer.host == "api" for peer in group.peers)


def query_lost(evidence: Evidence) -> bool:
    return evidence.check == "the_api_answers_below_its_path" and "query got lost" in evidence.message


# 4.6: redirects.


def query_dropped(evidence: Evidence) -> bool:
    return evidence.check == "old_leads_to_new" and "the query is not what it was" in evidence.message and bool(
        re.search(r"return\s+301\s+\S*/new\s*;", conf(evidence))
    )  # fmt: skip


def no_question_mark(evidence: Evidence) -> bool:
    return evidence.check == "old_leads_to_new" and bool(re.search(r"/new\$(args|query_string)\b", conf(evidence)))


def path_alone(evidence: Evidence) -> bool:
    return evidence.check == "the_secure_host_leads_to_https" and "another path or query" in evidence.message and bool(
        re.search(r"https://[^;\s]*\$(document_)?uri\b", conf(evidence))
    )  # fmt: skip


def slash_twice(evidence: Evidence) -> bool:
    return evidence.check == "the_secure_host_leads_to_https" and "another path or query" in evidence.message and bool(
        re.search(r"/\$request_uri\b", conf(evidence))
    )  # fmt: skip


def host_with_port(evidence: Evidence) -> bool:
    return evidence.check == "the_secure_host_leads_to_https" and "$http_host" in conf(evidence)


# 4.8: headers.


def headers_in_one_place(evidence: Evidence) -> bool:
    blocks = re.findall(r"location\s[^{}]*\{[^{}]*\}", conf(evidence))
    inside = [block for block in blocks if "proxy_set_header" in block]
    return evidence.step == "4.8" and bool(inside) and len(inside) < len(
        [block for block in blocks if "proxy_pass" in block]
    ) and "nginx" in evidence.message  # fmt: skip


def some_headers_inside(evidence: Evidence) -> bool:
    text = conf(evidence)
    blocks = re.findall(r"location\s[^{}]*\{[^{}]*\}", text)
    inside = sum(block.count("proxy_set_header") for block in blocks)
    return evidence.step == "4.8" and 0 < inside < text.count("proxy_set_header")


def host_loses_port(evidence: Evidence) -> bool:
    return evidence.check == "the_application_knows_the_address" and bool(
        re.search(r"proxy_set_header\s+Host\s+\$host\s*;", conf(evidence))
    )


def port_of_nginx(evidence: Evidence) -> bool:
    return evidence.check == "the_application_knows_the_address" and bool(
        re.search(r"proxy_set_header\s+(Host|X-Forwarded-Host)\s+\S*\$server_port", conf(evidence))
    )


def no_host(evidence: Evidence) -> bool:
    return evidence.check == "the_application_knows_the_address" and "another address" in evidence.message and (
        re.search(r"proxy_set_header\s+(Host|X-Forwarded-Host)\s", conf(evidence)) is None
    )  # fmt: skip


_BACK = r"add_header\s+X-Forwarded-(For|Proto)\s"


def to_the_browser(evidence: Evidence) -> bool:
    back = re.search(_BACK, conf(evidence))
    return evidence.step == "4.8" and back is not None and f"X-Forwarded-{back[1]}" in evidence.message + (
        " X-Forwarded-Proto" if "by http or https" in evidence.message else ""
    )  # fmt: skip


def old_import(evidence: Evidence) -> bool:
    return "werkzeug.contrib" in evidence.traceback.rstrip().rpartition("\n")[2]


# 4.9: failures.


def page_says_200(evidence: Evidence) -> bool:
    return evidence.step == "4.9" and bool(re.search(r"error_page[^;]*=\s*(200)?\s+/", conf(evidence)))


def never_another(evidence: Evidence) -> bool:
    return evidence.step == "4.9" and bool(re.search(r"proxy_next_upstream\s+off", conf(evidence)))


def _page(evidence: Evidence) -> re.Match[str] | None:
    return re.search(r"error_page\s[^;]*\s(/\S+?)\s*;", conf(evidence))


def says_page_without_place(evidence: Evidence) -> str:
    page = _page(evidence)
    name = page[1] if page is not None else "a path"
    return at("error_page", f"error_page names {name}, and no location of yours is for it: nginx passes it on to the "
        f"dead ones, too. Give it a location with a root: location = {name} {{")(evidence)  # fmt: skip


def page_without_place(evidence: Evidence) -> bool:
    page = _page(evidence)
    return evidence.step == "4.9" and "nginx's bare page" in evidence.message and page is not None and (
        re.search(rf"location\s+(=\s*|\^~\s*)?{re.escape(page[1])}", conf(evidence)) is None
    )  # fmt: skip


def running(sees: Callable[[Evidence], bool]) -> Callable[[Evidence], bool]:
    """The same where the stack runs and answers: what nginx refuses, it explains itself."""
    return lambda evidence: evidence.cause == "wrong-answer" and sees(evidence)


MISTAKES = [
    Mistake("https to Gunicorn", running(tls_to_gunicorn), at(r"proxy_pass\s+https:",
        "nginx speaks https with Gunicorn, which waits for plain http: proxy_pass http://…, without the s. 502 is "
        "nginx's own answer.")),
    Mistake("only GET goes through", running(only_get), at("limit_except",
        "limit_except lets nothing but GET through, so nobody can post a form any more.")),
    Mistake("a $ is missing", running(no_dollar), at("log_format",
        "In your format stands upstream_addr, and without a $ before it that is a word as any other, and no address.")),
    Mistake("the format is not named", running(format_not_named), at("access_log",
        "Your format has $upstream_addr, and access_log does not say that it is the one to use: its name belongs "
        "behind the file.")),
    Mistake("lines are kept back", running(buffered), at("access_log",
        "nginx keeps lines back until many have come (buffer, gzip or flush), so no line of it is in the file yet. "
        "Leave that out while you are watching.")),
    Mistake("api among the others", running(api_in_the_group), at(r"server\s+api\b",
        "api stands in the group of your applications, so it gets a share of all requests. It is for /api/ alone: "
        "location /api/ { proxy_pass http://api:8000; }")),
    Mistake("always the same one", running(sticky), at(r"\b(ip_hash|hash)\b",
        "With ip_hash or hash a visitor always comes to the same application, and all of these come from one "
        "address. So to the others none went to at all: leave it out.")),
    Mistake("by what is asked", running(hashed), at(r"\bhash\b",
        "hash chooses by what stands behind it: the same always comes to the same application, so the shares are as it "
        "happens and follow the weights only in the long run. Leave it out, and nginx takes turns.")),
    Mistake("members", running(members), _of_members),
    Mistake("by chance", running(by_chance), at(r"\brandom\b",
        "random takes any of them, by chance: without it nginx takes turns, by their weights.")),
    Mistake("the second is heavier", running(heavier_second), at("weight",
        "The weight stands behind the second one: the shares are others than three to one, they are one to three.")),
    Mistake("other weights", running(other_weights), says_other_weights),
    Mistake("the group is not used", running(group_not_used), at("proxy_pass",
        "Your group is there, and proxy_pass names something else: the shares are others than three to one. "
        "proxy_pass http://NAME-OF-THE-GROUP;")),
    Mistake("no weight", running(no_weight), at("upstream",
        "Both have the same weight, so nginx takes turns: the shares are others than three to one. weight=3 belongs "
        "behind the address of the first.")),
    Mistake("no list of types", running(no_list_of_types), at(r"\bhttp\b",
        "A whole nginx.conf knows no types of files by itself: write include mime.types; in its http block.")),
    Mistake("no types", running(no_types), at(r"\btypes\b",
        "A types block of your own replaces nginx's whole table, so it no longer knows the type of these files.")),
    Mistake("the query got lost", running(query_lost),
        "The query gets lost: with a variable in proxy_pass, or a ? at the end of a rewrite, nginx sends exactly what "
        "stands there. Without them it adds the query by itself."),
    Mistake("the query is dropped", running(query_dropped), at(r"return\s+301\s+\S*/new",
        "return sends exactly what stands there, and the query is not in it: /new$is_args$args.")),
    Mistake("no question mark", running(no_question_mark), at(r"return\s+\d+\s+\S*/new",
        "$args is the query without the ? before it. $is_args is that ?, where there is a query: /new$is_args$args.")),
    Mistake("the path alone", running(path_alone), at(r"https://[^;\s]*\$(document_)?uri",
        "$uri is the path alone, without the query: $request_uri is both, as they came.")),
    Mistake("a slash twice", running(slash_twice), at(r"/\$request_uri",
        "$request_uri begins with a slash already, so two of them stand behind the name. Take yours out.")),
    Mistake("the port in the redirect", running(host_with_port), at(r"\$http_host",
        "$http_host is the header as it came, with port 8080 in it, and https is not spoken there: $host is the name "
        "alone.")),
    Mistake("some headers inside", running(some_headers_inside),
        "As soon as one proxy_set_header stands inside a location, those outside no longer hold there: nginx does not "
        "add them up. Put all of them outside, or all of them inside."),
    Mistake("headers in one location only", running(headers_in_one_place),
        "proxy_set_header stands inside one location and holds for that one only: in the server block it holds for "
        "all."),
    Mistake("the port of nginx", running(port_of_nginx), at(r"\$server_port",
        "$server_port is the port of nginx's own machine, 80. Visitors come by way of another one, and their browser "
        "has it in its Host header: $http_host is that header as it came.")),
    Mistake("Host without its port", running(host_loses_port), at(r"proxy_set_header\s+Host",
        "$host is the name without its port, so your application knows another address than the browser: $http_host "
        "is the header as it came.")),
    Mistake("no Host", running(no_host),
        "nginx asks with Host set to the name in proxy_pass, so your application believes that to be its address: "
        "proxy_set_header Host $http_host;"),
    Mistake("headers for the browser", running(to_the_browser), at(_BACK,
        "add_header is for the answer, which goes to the browser. What is passed on to your application is set with "
        "proxy_set_header.")),
    Mistake("an import of old", old_import,
        "werkzeug.contrib is gone since 2020, and ProxyFix has moved: from werkzeug.middleware.proxy_fix import "
        "ProxyFix.", explains=("ModuleNotFoundError",)),
    Mistake("the page says 200", running(page_says_200), at("error_page",
        "With = in error_page nginx changes the status, too, and a broken service says 200: programs that watch it "
        "take that for all is well. Leave the = out.")),
    Mistake("never another one", running(never_another), at("proxy_next_upstream",
        "proxy_next_upstream off forbids nginx to try the next application when one is dead.")),
    Mistake("the page has no place", running(page_without_place), says_page_without_place),
    *BEHIND,
]  # fmt: skip
