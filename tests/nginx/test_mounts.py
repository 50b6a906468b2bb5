"""Where a container's path is on this machine."""

import pytest

from stackwalk.nginx.paths import place_of
from stackwalk.nginx.setting import Setting

SETTING = Setting(
    run="/run", workspace="/w", services={}, ports={}, mounts={"/service": "", "/service/app/static": "app/static"}
)


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/service/app/static/", "/w/app/static/"),  # the very mount: its slash counts for alias
        ("/service/app/static", "/w/app/static"),
        ("/service/app/static/a.css", "/w/app/static/a.css"),
        ("/service/app/", "/w/app/"),
        ("/service/", "/w/"),
        ("/service", "/w"),
    ],
)
def test_a_slash_at_the_end_stays(typed: str, path: str) -> None:
    assert place_of(typed, SETTING).path == path
