"""What a file says, read for pictures and checks."""

from hypothesis import given
from hypothesis import strategies as st

from stackwalk.nginx.project import Project, Source, project_of
from stackwalk.nginx.reading import Passed, Peer, Shape, read_shape
from stackwalk.nginx.tokens import read_conf

TEXT = """\
upstream app {
    least_conn;
    server application1:8000 weight=3 max_fails=1;
    server application2:8000 backup;
}
upstream spare { server nobody; }
log_format up escape=json '$remote_addr '
                          "to ${upstream_addr}";
server {
    listen 80 default_server;
    listen [::]:80;
    listen 443 ssl;
    server_name a.example b.example;
    location / { proxy_pass http://app; }
    location ^~ /api/ {
        proxy_pass https://api:8443/v1/;
        location =/api/health { return 204; }
    }
    location /static/ { alias html/; }
    location ~ \\.php$ { proxy_pass $backend; }
}
server { return 301 https://$host; }
"""


def shape(text: str) -> Shape:
    return read_shape(project_of(text))


def test_pools_have_their_peers_with_weights() -> None:
    app, spare = shape(TEXT).pools
    assert (app.name, app.line, app.method) == ("app", 1, "least_conn")
    assert app.peers == (
        Peer("application1", 8000, 3, weight=3),
        Peer("application2", 8000, 4, backup=True),
    )
    assert spare.method == "round robin"
    assert spare.peers == (Peer("nobody", 80, 6),)


def test_a_front_has_its_ports_names_and_routes() -> None:
    first, second = shape(TEXT).fronts
    assert (first.ports, first.names, first.line) == ((80, 443), ("a.example", "b.example"), 9)
    assert (second.ports, second.names, second.routes) == ((80,), (), ())
    assert [(route.kind, route.path) for route in first.routes] == [
        ("", "/"),
        ("^~", "/api/"),
        ("=", "/api/health"),
        ("", "/static/"),
        ("~", r"\.php$"),
    ]


def test_a_route_says_who_answers() -> None:
    whole = shape(TEXT)
    to_app, to_api, health, static, php = whole.fronts[0].routes
    assert to_app.passed == Passed("http", "app", 80, "", 14, whole.pools[0])
    assert to_api.passed == Passed("https", "api", 8443, "/v1/", 16, None)
    assert health.returns == ("204",)
    assert static.folder == "html/"
    assert php.passed is None
    assert whole.hosts() == ("application1", "application2", "api")


def test_a_format_is_put_together() -> None:
    (up,) = shape(TEXT).formats
    assert (up.name, up.line, up.text) == ("up", 7, "$remote_addr to ${upstream_addr}")
    assert up.has("upstream_addr")
    assert not up.has("upstream")


def test_included_files_stand_where_they_are_included() -> None:
    main = Source("nginx.conf", read_conf("server {\n include a.conf;\n}\n"), ("http",), {"a.conf": ("a.conf",)})
    other = Source("a.conf", read_conf("location / { proxy_pass http://api:8000; }"), ("http", "server"))
    assert read_shape(Project((main, other))).hosts() == ("api",)


@given(st.text(alphabet='server{} ;\nlocation/"=~upstream_format$:0', max_size=120))
def test_any_text_has_a_shape(text: str) -> None:
    assert read_shape(project_of(text)).fronts is not None
