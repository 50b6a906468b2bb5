"""What beginners do in this lab, each with a sentence of its own. The first that sees its mistake speaks."""

import re
from difflib import get_close_matches

from stackwalk.check.mistake import Evidence, Mistake


def source(evidence: Evidence, *names: str) -> str:
    """What the learner typed in these files, without comments; of none named, in the package and service.py."""
    wanted = names or tuple(name for name in evidence.sources if name.startswith("app/") or name == "service.py")
    texts = [evidence.sources.get(name, "") for name in wanted if name.endswith(".py")]
    return re.sub(r"(?m)(^|\s)#.*$", "", "\n".join(texts))


def raised(evidence: Evidence, *parts: str) -> bool:
    """Whether the last traceback says all of this."""
    return bool(evidence.traceback) and all(part in evidence.traceback for part in parts)


def said(evidence: Evidence, *parts: str) -> bool:
    """Whether all of this was printed."""
    return all(part in evidence.printed for part in parts)


def called_by_flask(evidence: Evidence, *handing: str) -> bool:
    """Whether Flask itself made the call that went wrong, and handed this over; not a line of the learner's."""
    files = ("/flask/app.py", "/flask/views.py")
    return evidence.call.file.endswith(files) and any(part in evidence.call.text for part in handing)


def status(evidence: Evidence) -> int | None:
    """The status of the last answer."""
    return evidence.answer.status if evidence.answer else None


def body(evidence: Evidence) -> str:
    """The body of the last answer."""
    return evidence.answer.body.decode("utf-8", "replace") if evidence.answer else ""


def quoted(evidence: Evidence, pattern: str) -> str:
    """What a pattern finds in all that was printed."""
    found = re.search(pattern, evidence.printed)
    return found[1] if found else ""


# It does not come to listen.


def no_package(evidence: Evidence) -> bool:
    return raised(evidence, "No module named 'app'") and not any(name.startswith("app/") for name in evidence.sources)


def foreign_app(evidence: Evidence) -> bool:
    return raised(evidence, "cannot import name 'application' from 'app'")


def no_init(evidence: Evidence) -> bool:
    return foreign_app(evidence) and "app/__init__.py" not in evidence.sources


def says_no_init(evidence: Evidence) -> str:
    near = next((name for name in sorted(evidence.sources) if re.fullmatch(r"app/_*init_*(\.py)*", name)), None)
    more = f" Yours is called {near.removeprefix('app/')}." if near else ""
    return (
        "The folder app has no file __init__.py, with two underscores on each side, and so nothing was run when app "
        f"was imported.{more}"
    )


def other_name(evidence: Evidence) -> str:
    """What the Flask object of app/__init__.py is called there, where nothing is called application."""
    typed = source(evidence, "app/__init__.py")
    made = re.search(r"(?m)^(\w+)\s*(?::[^=\n]*)?=\s*(?:flask\.)?Flask\(", typed)
    return made[1] if made and not re.search(r"\bapplication\b", typed) else ""


def app_for_application(evidence: Evidence) -> bool:
    return raised(evidence, "cannot import name 'application'", "'app'") and bool(other_name(evidence))


def own_package(evidence: Evidence) -> str:
    """The learner's file that is found in place of a package of this lab; "" where none is."""
    found = re.search(
        r"(?:cannot import name '\w+' from|module) '(flask|markupsafe|werkzeug|jinja2)", evidence.traceback
    )
    name = f"{found[1]}.py" if found else ""
    return name if name in evidence.sources else ""


def says_own_package(evidence: Evidence) -> str:
    name = own_package(evidence)
    module = name.removesuffix(".py")
    return f"A file of yours is called {name}, and Python finds it before the real {module}. Give it another name."


def bad_template(evidence: Evidence) -> bool:
    return raised(evidence, "jinja2.exceptions.TemplateSyntaxError")


def says_bad_template(evidence: Evidence) -> str:
    found = re.findall(r"TemplateSyntaxError: (.+)", evidence.traceback)
    said = found[-1].strip().rstrip(".") if found else "something is wrong"
    return (
        f"Your template cannot be read there, or just above: {said}. A gap has two braces on each side, {{{{ who }}}}, "
        "and a command stands between {% and %}."
    )


def another_encoding(evidence: Evidence) -> bool:
    return raised(evidence, "\nUnicodeDecodeError: 'utf-8' codec", '/jinja2/loaders.py", line ')


def handler_without_error(evidence: Evidence) -> bool:
    return raised(evidence, "takes 0 positional arguments but 1 was given") and called_by_flask(evidence, "handler)(")


def says_handler_without_error(evidence: Evidence) -> str:
    found = re.search(r"(\w+)\(\) takes 0 positional", evidence.traceback)
    name = found[1] if found else "not_found"
    return f"Flask hands the error over to whoever handles it, so the function takes one argument: def {name}(error)."


def view_exits(evidence: Evidence) -> bool:
    exits = re.search(r"\b(sys\.exit|exit|quit)\(", source(evidence, "app/routes.py"))
    return evidence.cause == "closed-early" and bool(exits)


def no_at_sign(evidence: Evidence) -> bool:
    bare = re.search(r"(?m)^application\.route\([^()]*\)\s*$", source(evidence))
    return status(evidence) == 404 and evidence.cause == "wrong-answer" and bool(bare)


def empty_gap(evidence: Evidence) -> bool:
    greets_nobody = status(evidence) == 200 and "Hello, !" in body(evidence)
    return evidence.check == "the_page_greets" and greets_nobody and "render_template(" in source(evidence)


def routes_first(evidence: Evidence) -> bool:
    return raised(evidence, "partially initialized module 'app'")


def no_routes_file(evidence: Evidence) -> bool:
    return raised(evidence, "cannot import name 'routes'") and "app/routes.py" not in evidence.sources


def decorator_app(evidence: Evidence) -> bool:
    return raised(evidence, "NameError: name 'app' is not defined")


def name_missing(evidence: Evidence) -> bool:
    return raised(evidence, "NameError: name ") and bool(missing_name(evidence))


def missing_name(evidence: Evidence) -> str:
    found = re.search(r"NameError: name '(\w+)' is not defined", evidence.traceback)
    return found[1] if found else ""


_IN_FLASK = ("Flask", "request", "redirect", "render_template", "abort", "url_for")


def says_missing_name(evidence: Evidence) -> str:
    name = missing_name(evidence)
    if name == "escape":
        return "escape is used and not imported: from markupsafe import escape."
    if name in _IN_FLASK:
        return f"{name} is used and not imported: from flask import {name}."
    return f"There is no {name} at that place: is it spelled as where it is made, and imported?"


def no_slash(evidence: Evidence) -> bool:
    return raised(evidence, "must start with a slash")


def says_no_slash(evidence: Evidence) -> str:
    found = re.findall(r"ValueError: URL rule '([^']*)' must start", evidence.traceback)
    rule = found[-1] if found else "index"
    return f"A route begins with a slash: not {rule!r} but {'/' + rule!r}."


def same_function(evidence: Evidence) -> bool:
    return raised(evidence, "overwriting an existing endpoint function")


def says_same_function(evidence: Evidence) -> str:
    found = re.search(r"endpoint function: (\w+)", evidence.traceback)
    name = found[1] if found else "the same"
    # A decorator of one's own: def logged(view): … def wrapper(…): …
    outer = re.search(rf"(?m)^def \w+\((\w+)\):\n(?:[ \t].*\n|\n)*?[ \t]+def {name}\(", source(evidence))
    if outer and not re.search(rf"(?m)^def {name}\(", source(evidence)):
        return (
            f"For Flask both views are called {name}, after the function that your decorator makes of them. Write "
            f"@wraps({outer[1]}) above def {name}, with from functools import wraps: so each keeps its own name."
        )
    return (
        f"Two views are called {name}: give each function a name of its own. "
        "For one view with two addresses, write both @application.route lines above it."
    )


def not_imported_name(evidence: Evidence) -> bool:
    return raised(evidence, "ImportError: cannot import name ")


def says_not_imported_name(evidence: Evidence) -> str:
    found = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", evidence.traceback)
    return (
        f"There is no {found[1]} in {found[2]}: is it spelled as it is there?" if found else "That name is not there."
    )


def no_flask_object(evidence: Evidence) -> bool:
    return said(evidence, "Failed to find Flask application or factory in module")


def could_not_import(evidence: Evidence) -> bool:
    return said(evidence, "Error: Could not import")


def several(evidence: Evidence) -> bool:
    return said(evidence, "Detected multiple Flask applications")


def bad_syntax(evidence: Evidence) -> bool:
    # Before 3.11.4 Python calls null bytes a ValueError.
    errors = ("SyntaxError", "IndentationError", "TabError", "ValueError: source code string")
    return any(raised(evidence, error) for error in errors)


# What a bracket, a quote or a colon that is missing makes Python say; what else it says is clear by itself.
_OF_A_SIGN = re.compile(r"invalid syntax|expected|never closed|unterminated|unmatched|match|EOF|EOL|forg[eo]t")


def says_bad_syntax(evidence: Evidence) -> str:
    found = re.findall(r"(?m)^(?:Syntax|Indentation|Tab)Error: (.+)", evidence.traceback)
    said = found[-1].strip().rstrip(".") if found else ""
    more = f" It says: {said}." if said and said != "invalid syntax" else ""
    if raised(evidence, "IndentationError") or raised(evidence, "TabError"):
        return (
            f"Python stumbles over the indentation there.{more} Lines that belong together stand equally far in, "
            "all of them by spaces."
        )
    if said and not _OF_A_SIGN.search(said):
        return f"Python cannot read what stands there.{more}"
    return f"Python cannot read what stands there, or just above: look for a missing bracket, quote or colon.{more}"


# It answers, and not as it should.


def nothing_returned(evidence: Evidence) -> bool:
    return said(evidence, "did not return a valid response", "returned None") and status(evidence) == 500


def says_nothing_returned(evidence: Evidence) -> str:
    view = quoted(evidence, r"The view function for '(\w+)' did not return")
    more = " print shows it to you, return sends it to the client." if "print(" in source(evidence) else ""
    return f"The view {view} comes to its end without a return, so there is nothing to send: Flask says 500.{more}"


def wrong_type(evidence: Evidence) -> bool:
    return said(evidence, "The return type must be a string") and status(evidence) == 500


def says_wrong_type(evidence: Evidence) -> str:
    kind = quoted(evidence, r"but it was a (\w+)")
    return f"A view returns a text (or what Flask can make one of), and yours returned a value of type {kind}."


def no_argument(evidence: Evidence) -> bool:
    unexpected = raised(evidence, "got an unexpected keyword argument")
    return unexpected and called_by_flask(evidence, "(**view_args)", "(**kwargs)")


def says_no_argument(evidence: Evidence) -> str:
    found = re.search(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", evidence.traceback)
    view, name = (found[1], found[2]) if found else ("your view", "name")
    return f"The route has a part <{name}>, and Flask hands it over by that name: def {view}({name})."


# What @application.route() takes besides the address.
OPTIONS = ("methods", "endpoint", "defaults", "strict_slashes", "redirect_to", "subdomain", "host")


def unknown_option(evidence: Evidence) -> str:
    """The keyword that @application.route took, and a rule does not know; "" where there is none."""
    found = re.search(r"__init__\(\) got an unexpected keyword argument '(\w+)'", evidence.error)
    in_rule = evidence.call.file.endswith("/app.py") and "url_rule_class(" in evidence.call.text
    return found[1] if found and in_rule else ""


def says_unknown_option(evidence: Evidence) -> str:
    name = unknown_option(evidence)
    meant = next(iter(get_close_matches(name, OPTIONS, n=1, cutoff=0.6)), "")
    if meant == "methods":
        return f'A route has no option {name}: it is methods, with an s, and a list: methods=["GET", "POST"].'
    return f"A route has no option {name}." + (f" Did you mean {meant}?" if meant else "")


def status_of_redirect(evidence: Evidence) -> bool:
    return evidence.error == "TypeError: redirect() got an unexpected keyword argument 'status'"


def missing_argument(evidence: Evidence) -> bool:
    missing = raised(evidence, "missing 1 required positional argument")
    return missing and called_by_flask(evidence, "(**view_args)", "(**kwargs)")


def missing_template(evidence: Evidence) -> bool:
    return raised(evidence, "TemplateNotFound")


def template_elsewhere(evidence: Evidence) -> tuple[str, str]:
    """The template that is missing, and where a file of its name lies; "" where it lies nowhere."""
    found = re.search(r"TemplateNotFound: (\S+)", evidence.error)
    name = found[1] if found else ""
    # index.html of lab 1 lies beside the package: a page of its own.
    near = (
        one for one in sorted(evidence.sources) if one.endswith(f"/{name}") and not one.startswith("app/templates/")
    )
    return name, next(near, "") if name and "template_folder" not in source(evidence) else ""


def says_template_elsewhere(evidence: Evidence) -> str:
    name, near = template_elsewhere(evidence)
    return f"Move {near} to app/templates/{name} and ask again: that is where Flask looks for it, and it is not there."


def says_missing_template(evidence: Evidence) -> str:
    name, _ = template_elsewhere(evidence)
    folder = "template_folder" if "template_folder" in source(evidence) else "the folder app/templates"
    return f"There is no template {name}: Flask looks for it in {folder}."


def tuple_as_status(evidence: Evidence) -> bool:
    return evidence.answer is not None and evidence.answer.first_line.split(" ")[1:2] == ["0"]


def routes_forgotten(evidence: Evidence) -> bool:
    others = [name for name in evidence.sources if name.endswith(".py") and name != "app/routes.py"]
    named = re.search(r"\broutes\b", source(evidence, *others))
    nothing = status(evidence) == 404 and evidence.request.startswith("GET / ")
    return nothing and "app/routes.py" in evidence.sources and not named


def route_without_an_address(evidence: Evidence) -> bool:
    named = re.search(r"(?m)^\s*@\w+\.(route|get|post)[ \t]*$", source(evidence))
    return evidence.cause == "wrong-answer" and status(evidence) == 404 and bool(named)


def one_address(evidence: Evidence) -> bool:
    second = evidence.check == "both_addresses_greet" and evidence.request.startswith("GET /index ")
    return second and status(evidence) == 404


def other_words(evidence: Evidence) -> bool:
    return evidence.check == "both_addresses_greet" and status(evidence) == 200 and evidence.cause == "wrong-answer"


def catch_all(evidence: Evidence) -> bool:
    return evidence.check == "another_address_is_404" and status(evidence) == 200


def not_escaped(evidence: Evidence) -> bool:
    return "obeys it" in evidence.message and evidence.answer is not None


def hello_without_a_name(evidence: Evidence) -> bool:
    return evidence.check == "without_a_name_it_is_404" and status(evidence) == 200


def quoted_again(evidence: Evidence) -> bool:
    return evidence.step == "2.2" and "%" in body(evidence) and "%" not in evidence.message


def escaped_twice(evidence: Evidence) -> bool:
    return bool(re.search(r"&amp;(lt|amp|quot|#\d+);", body(evidence))) and evidence.step in ("2.2", "2.3")


def no_post(evidence: Evidence) -> bool:
    return refused(evidence) == "POST"


def no_get(evidence: Evidence) -> bool:
    return refused(evidence) == "GET"


def refused(evidence: Evidence) -> str:
    """The method that was answered with 405, and by Allow is not among those of the address; "" where none was."""
    method = evidence.request.partition(" ")[0]
    if evidence.step != "2.3" or evidence.answer is None or status(evidence) != 405:
        return ""
    allowed = (evidence.answer.header("Allow") or method).replace(" ", "").split(",")
    return method if method not in allowed else ""


def slash_added(evidence: Evidence) -> bool:
    """Whether Flask sends a client on to the same address with a slash at its end."""
    path = evidence.request.split(" ")[1:2]
    to = (evidence.answer.header("Location") or "") if evidence.answer else ""
    return status(evidence) == 308 and bool(path) and re.sub(r"^https?://[^/]*", "", to) == f"{path[0]}/"


def says_slash_added(evidence: Evidence) -> str:
    path = evidence.request.split(" ")[1]
    return (
        f"Your route for {path} ends with a slash, so Flask sends whoever asks for {path} on to {path}/, with a "
        "308. Leave the slash at its end out."
    )


def found_instead(evidence: Evidence) -> bool:
    return evidence.step == "2.3" and status(evidence) == 302 and "303 See Other" in evidence.message


def list_at_once(evidence: Evidence) -> bool:
    return evidence.step == "2.3" and status(evidence) == 200 and "303 See Other" in evidence.message


def empty_kept(evidence: Evidence) -> bool:
    return evidence.check == "an_empty_form_is_400" and status(evidence) == 303


def query_for_form(evidence: Evidence) -> bool:
    return evidence.step == "2.3" and status(evidence) == 400 and "request.args" in source(evidence)


def wrong_field(evidence: Evidence) -> bool:
    return (
        evidence.step == "2.3"
        and status(evidence) == 400
        and evidence.check != "an_empty_form_is_400"
        and not re.search(r"form(\[|\.get\()\s*[\"']text[\"']", source(evidence))
    )


def link_beside(evidence: Evidence) -> bool:
    return evidence.check == "the_style_sheet_comes" and status(evidence) == 404


def status_forgotten(evidence: Evidence) -> bool:
    handled = re.search(r"errorhandler\(|register_error_handler\(", source(evidence))
    if status(evidence) != 200 or not handled or "<path:" in source(evidence):
        return False
    not_found = evidence.check in ("an_own_404", "another_address_is_404", "without_a_name_it_is_404")
    return not_found or (evidence.check == "an_own_500" and said(evidence, "ZeroDivisionError"))


def caught_in_the_view(evidence: Evidence) -> bool:
    return (
        evidence.check == "an_own_500"
        and status(evidence) is not None
        and status(evidence) != 500
        and (not said(evidence, "ZeroDivisionError"))
        and not handles_a_class(evidence)
    )


def handles_a_class(evidence: Evidence) -> bool:
    """Whether there is a handler for a class of exceptions: Flask logs nothing of what that takes."""
    return bool(re.search(r"(errorhandler|register_error_handler)\(\s*[A-Za-z_]", source(evidence)))


def class_handler_without_500(evidence: Evidence) -> bool:
    answered = evidence.check == "an_own_500" and status(evidence) == 200
    return answered and handles_a_class(evidence) and not said(evidence, "ZeroDivisionError")


def no_number(evidence: Evidence) -> bool:
    return raised(evidence, "unsupported operand type(s)", "'int' and 'str'") and evidence.step == "2.5"


def list_forgets(evidence: Evidence) -> bool:
    return evidence.check == "a_note_comes_back" and "does not show it" in evidence.message


MISTAKES = [
    Mistake("the package is not there", no_package,
        "app is imported here, and there is no folder app with a file __init__.py beside it.",
        explains=("ModuleNotFoundError",)),
    Mistake("a file in place of a package", lambda evidence: bool(own_package(evidence)), says_own_package,
        explains=("ImportError", "AttributeError", "ModuleNotFoundError")),
    Mistake("another name for the application", app_for_application,
        lambda evidence: (
            f"The Flask object of app/__init__.py is called {other_name(evidence)} there, and the others ask for "
            "application. Write application = Flask(__name__)."
        ),
        explains=("ImportError",)),
    Mistake("the package has no __init__.py", no_init, says_no_init, explains=("ImportError",)),
    Mistake("routes imported first", routes_first,
        "app imports routes before there is an application: routes.py asks app for it and finds it half made "
        "(\"partially initialized\"). Let the line `from app import routes` be the last one of app/__init__.py.",
        explains=("ImportError",)),
    Mistake("app without application", foreign_app,
        "In your package app there is nothing called application: its __init__.py has to say "
        "application = Flask(__name__).",
        explains=("ImportError",)),
    Mistake("no routes.py", no_routes_file,
        "app/__init__.py imports routes, and there is no file routes.py in the folder app.",
        explains=("ImportError",)),
    Mistake("@app.route", decorator_app,
        "Your Flask object is called application, so it is @application.route; nothing is called app here.",
        explains=("NameError",)),
    Mistake("a name is not imported", name_missing, says_missing_name,
        explains=("NameError",)),
    Mistake("no slash", no_slash, says_no_slash),
    Mistake("one name for two views", same_function, says_same_function),
    Mistake("imports what is not there", not_imported_name, says_not_imported_name,
        explains=("ImportError",)),
    Mistake("service.py without an application", no_flask_object,
        "Flask looks in service.py for an object that is an application, and finds none: "
        "from app import application."),
    Mistake("several applications", several,
        "In service.py there are several Flask objects, and Flask cannot tell which one is meant: leave one."),
    Mistake("Flask cannot import service", could_not_import,
        "Flask could not import service.py: the file stands in the workspace itself, not in the folder app."),
    Mistake("a template that cannot be read", bad_template, says_bad_template),
    Mistake("a template in another encoding", another_encoding,
        "The template that is asked for there is not saved as UTF-8, and Flask cannot read it. Save it again with the "
        "encoding UTF-8."),
    Mistake("Python cannot read it", bad_syntax, says_bad_syntax),
    Mistake("a handler that takes no error", handler_without_error, says_handler_without_error),
    Mistake("a view that ends itself", view_exits,
        "A view that calls exit() hangs up on its client without a word. Take it out, and return what the client is "
        "to get."),
    Mistake("no @ before the route", no_at_sign,
        "application.route(…) stands there without its @, and so the function below is no view. Write "
        "@application.route(…), directly above def."),
    Mistake("an empty gap", empty_gap,
        "The gap behind Hello is empty, for nobody fills it. What a template shall know is handed over by the gap's "
        "name: render_template(\"index.html\", who=\"world\")."),
    Mistake("returns nothing", nothing_returned, says_nothing_returned),
    Mistake("returns something else", wrong_type, says_wrong_type),
    Mistake("a tuple taken for text and status", tuple_as_status,
        "Your view returns a tuple, and Flask takes its second part for the status: return one text."),
    Mistake("an option that a route does not have", lambda evidence: bool(unknown_option(evidence)),
        says_unknown_option),
    Mistake("status for code", status_of_redirect,
        "redirect calls the number code: redirect(\"/notes\", code=303)."),
    Mistake("the view does not take the name", no_argument, says_no_argument),
    Mistake("the route does not give the name", missing_argument,
        "Your view wants an argument, and its route has no part in angle brackets of that name."),
    Mistake("the template lies elsewhere", lambda evidence: bool(template_elsewhere(evidence)[1]),
        says_template_elsewhere, placed=False),
    Mistake("the template is missing", missing_template, says_missing_template),
    Mistake("routes are never imported", routes_forgotten,
        "Every address is a 404, because nobody imports app/routes.py and so its @application.route lines never "
        "ran: the last line of app/__init__.py is `from app import routes`."),
    Mistake("a route without an address", route_without_an_address,
        "A line @application.route stands there without parentheses, so Flask was never told the address: "
        "@application.route(\"/\")."),
    Mistake("one address only", one_address,
        "One view can have two addresses: write @application.route(\"/\") and @application.route(\"/index\") "
        "above it."),
    Mistake("other words", other_words,
        "What comes back is not exactly the text Hello, world! that your view should return."),
    Mistake("a handler without its number", status_forgotten,
        "Your handler's page comes with status 200, as any other: a return of a handler has the number at its end."),
    Mistake("one view for all", catch_all,
        "Your route takes any address at all. Only / and /index have a page here, and Flask says 404 for the rest "
        "by itself."),
    Mistake("escaped twice", escaped_twice,
        "The text is escaped twice: what a visitor sees is &lt; itself. Escape it once, where it goes into the page."),
    Mistake("not escaped", not_escaped,
        "What a visitor typed stands in your page as HTML, and a browser obeys it: pass it through escape() where "
        "it goes into the page."),
    Mistake("a name for nobody", hello_without_a_name,
        "You have a page for /hello/ without a name. Leave that route out: Flask answers it with 404 by itself."),
    Mistake("percent signs", quoted_again,
        "Flask has turned the percent signs of the path back into letters, and your view makes new ones: use the "
        "name as it comes."),
    Mistake("a slash at the end", slash_added, says_slash_added),
    Mistake("the route has no POST", no_post,
        "The route answers POST with 405: methods=[\"GET\", \"POST\"] in its @application.route line."),
    Mistake("the route has no GET", no_get,
        "The route answers GET with 405, for what its methods name is all that it takes: methods=[\"GET\", \"POST\"]."),
    Mistake("302 for 303", found_instead,
        "redirect says 302 unless you say otherwise: redirect(\"/notes\", code=303). A 303 always means GET."),
    Mistake("the list as an answer to the form", list_at_once,
        "The form was answered with a page, so a reload sends it again: answer with redirect(\"/notes\", code=303)."),
    Mistake("empty notes are kept", empty_kept,
        "The form came without anything in text, and was kept: look first, and end the view with abort(400)."),
    Mistake("the query for the form", query_for_form,
        "request.args is what follows the question mark in the address; what a form brings is in request.form."),
    Mistake("another field", wrong_field,
        "The form's field is called text: request.form[\"text\"]. Flask answers 400 where a field is missing."),
    Mistake("the style sheet is elsewhere", link_beside,
        "The page links a style sheet that is not there. The file lies in app/static, and what lies there is sent "
        "under /static/: url_for writes that address for you."),
    Mistake("a handler of a class", class_handler_without_500,
        "GET /share/0 comes with status 200. If your handler has made that answer, it lacks the number at its end: "
        "return page, 500."),
    Mistake("the mistake is mended", caught_in_the_view,
        "This view no longer raises an exception for 0. Leave the mistake in: some other one will come, and the "
        "handler for 500 is for that."),
    Mistake("a text for a number", no_number,
        "What Flask hands over is a text, and 100 can't be divided by that: <int:children> in the route makes it a "
        "number."),
    Mistake("the note is not on the page", list_forgets,
        "The note was taken, and the page does not show it: is it kept in the list, and does the page show the "
        "whole list?"),
]  # fmt: skip
