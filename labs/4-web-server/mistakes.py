"""What beginners do in this lab, each with a sentence of its own. The first that sees its mistake speaks.

What nginx itself says against a file is explained by stackwalk; here stands what nginx takes without a word.
"""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

from stackwalk.check.mistake import Evidence, Mistake

# The application and its server go on to run here, and go wrong in the same ways.
BEHIND: list[Mistake] = runpy.run_path(str(Path(__file__).parents[1] / "3-wsgi" / "mistakes.py"))["MISTAKES"]
NAMES = r"(?:application[12]?|api)"


def conf(evidence: Evidence) -> str:
    """nginx.conf without its comments."""
    return re.sub(r"(?m)(^|\s)#.*$", r"\1", evidence.sources.get("nginx.conf", ""))


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


def sticky(evidence: Evidence) -> bool:
    return evidence.check in ("three_of_four_go_to_the_first", "all_three_turn_up") and bool(
        re.search(r"\b(ip_hash|hash|sticky)\b", conf(evidence))
    )


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


def no_types(evidence: Evidence) -> bool:
    return evidence.check == "nginx_sends_the_files" and "is another one" in evidence.message and bool(
        re.search(r"types\s*\{", conf(evidence))
    )  # fmt: skip


# 4.5: paths.


def query_lost(evidence: Evidence) -> bool:
    return evidence.check == "the_api_answers_below_its_path" and "query got lost" in evidence.message


# 4.6: redirects.


def query_dropped(evidence: Evidence) -> bool:
    return evidence.check == "old_leads_to_new" and "the query is not what it was" in evidence.message and bool(
        re.search(r"return\s+301\s+\S*/new\s*;", conf(evidence))
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


def no_host(evidence: Evidence) -> bool:
    return evidence.check == "the_application_knows_the_address" and "another address" in evidence.message and (
        re.search(r"proxy_set_header\s+(Host|X-Forwarded-Host)\s", conf(evidence)) is None
    )  # fmt: skip


def old_import(evidence: Evidence) -> bool:
    return "werkzeug.contrib" in evidence.traceback.rstrip().rpartition("\n")[2]


# 4.9: failures.


def page_says_200(evidence: Evidence) -> bool:
    return evidence.step == "4.9" and bool(re.search(r"error_page[^;]*=\s*(200)?\s+/", conf(evidence)))


def never_another(evidence: Evidence) -> bool:
    return evidence.step == "4.9" and bool(re.search(r"proxy_next_upstream\s+off", conf(evidence)))


def page_without_place(evidence: Evidence) -> bool:
    page = re.search(r"error_page\s[^;]*\s(/\S+?)\s*;", conf(evidence))
    return evidence.step == "4.9" and "nginx's bare page" in evidence.message and page is not None and (
        re.search(rf"location\s+(=\s*|\^~\s*)?{re.escape(page[1])}", conf(evidence)) is None
    )  # fmt: skip


def running(sees: Callable[[Evidence], bool]) -> Callable[[Evidence], bool]:
    """The same where the stack runs and answers: what nginx refuses, it explains itself."""
    return lambda evidence: evidence.cause == "wrong-answer" and sees(evidence)


MISTAKES = [
    Mistake("https to Gunicorn", running(tls_to_gunicorn),
        "nginx speaks https with Gunicorn, which waits for plain http: proxy_pass http://…, without the s. 502 is "
        "nginx's own answer."),
    Mistake("only GET goes through", running(only_get),
        "limit_except lets nothing but GET through, so nobody can post a form any more."),
    Mistake("the format is not named", running(format_not_named),
        "Your format has $upstream_addr, and access_log does not say that it is the one to use: its name belongs "
        "behind the file."),
    Mistake("lines are kept back", running(buffered),
        "nginx keeps lines back until many have come (buffer, gzip or flush), so no line of it is in the file yet. "
        "Leave that out while you are watching."),
    Mistake("always the same one", running(sticky),
        "With ip_hash or hash a visitor always comes to the same application, and all of these come from one "
        "address. So to the others none went to at all: leave it out."),
    Mistake("the second is heavier", running(heavier_second),
        "The weight stands behind the second one: the shares are others than three to one, they are one to three."),
    Mistake("the group is not used", running(group_not_used),
        "Your group is there, and proxy_pass names something else: the shares are others than three to one. "
        "proxy_pass http://NAME-OF-THE-GROUP;"),
    Mistake("no weight", running(no_weight),
        "Both have the same weight, so nginx takes turns: the shares are others than three to one. weight=3 belongs "
        "behind the address of the first."),
    Mistake("no types", running(no_types),
        "A types block of your own replaces nginx's whole table, so it no longer knows the type of these files."),
    Mistake("the query got lost", running(query_lost),
        "The query gets lost: with a variable in proxy_pass, or a ? at the end of a rewrite, nginx sends exactly what "
        "stands there. Without them it adds the query by itself."),
    Mistake("the query is dropped", running(query_dropped),
        "return sends exactly what stands there, and the query is not in it: /new$is_args$args."),
    Mistake("the port in the redirect", running(host_with_port),
        "$http_host is the header as it came, with port 8080 in it, and https is not spoken there: $host is the name "
        "alone."),
    Mistake("some headers inside", running(some_headers_inside),
        "As soon as one proxy_set_header stands inside a location, those outside no longer hold there: nginx does not "
        "add them up. Put all of them outside, or all of them inside."),
    Mistake("headers in one location only", running(headers_in_one_place),
        "proxy_set_header stands inside one location and holds for that one only: in the server block it holds for "
        "all."),
    Mistake("Host without its port", running(host_loses_port),
        "$host is the name without its port, so your application knows another address than the browser: $http_host "
        "is the header as it came."),
    Mistake("no Host", running(no_host),
        "nginx asks with Host set to the name in proxy_pass, so your application believes that to be its address: "
        "proxy_set_header Host $http_host;"),
    Mistake("an import of old", old_import,
        "werkzeug.contrib is gone since 2020, and ProxyFix has moved: from werkzeug.middleware.proxy_fix import "
        "ProxyFix.", explains=("ModuleNotFoundError",)),
    Mistake("the page says 200", running(page_says_200),
        "With = in error_page nginx changes the status, too, and a broken service says 200: programs that watch it "
        "take that for all is well. Leave the = out."),
    Mistake("never another one", running(never_another),
        "proxy_next_upstream off forbids nginx to try the next application when one is dead."),
    Mistake("the page has no place", running(page_without_place),
        "error_page names a path, and no location of yours is for it: nginx passes it on to the dead ones, too. Give "
        "it a location with a root."),
    *BEHIND,
]  # fmt: skip
