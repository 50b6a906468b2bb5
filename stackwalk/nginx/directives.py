"""Which directives nginx has and where each may stand: crossplane's table, with types, and what is newer than it."""

from typing import Final

from crossplane import analyzer  # type: ignore[import-untyped]

_NEWER: Final = (
    "http2",
    "http3",
    "keepalive_min_timeout",
    "proxy_pass_trailers",
    "quic_retry",
    "early_hints",
    "js_import",
)

# crossplane's contexts, in words.
_WHERE: Final[dict[tuple[str, ...], str]] = {
    (): "at the top of a full nginx.conf",
    ("events",): "in events",
    ("http",): "in http",
    ("http", "server"): "in server",
    ("http", "location"): "in location",
    ("http", "upstream"): "in upstream",
    ("http", "server", "if"): "in an if of a server",
    ("http", "location", "if"): "in an if of a location",
    ("http", "location", "limit_except"): "in limit_except",
}

NAMES: Final[frozenset[str]] = frozenset(str(name) for name in analyzer.DIRECTIVES) | frozenset(_NEWER)


def places_of(name: str) -> tuple[str, ...]:
    """Where a directive may stand, in words; () where that is not known.

    >>> places_of("proxy_pass")
    ('in location',)
    """
    if name == "server":
        return ("in http", "in upstream")
    masks = [int(mask) for mask in analyzer.DIRECTIVES.get(name, ())]
    found = [context for context in _WHERE if any(mask & int(analyzer.CONTEXTS[context]) for mask in masks)]
    # What may stand in an `if` may stand around it, and there it belongs.
    plain = [context for context in found if len(context) < 3]
    return tuple(_WHERE[context] for context in plain or found)
