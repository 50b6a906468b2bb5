"""nginx.conf files for lab 4, by step and manner."""

PLAIN = "server {\n    listen 80;\n    location / {\n        proxy_pass http://application:8000;\n    }\n}\n"
LOGGED = "log_format who '$upstream_addr';\n"
GROUP = "upstream pool {\n  server application1:8000 weight=3;\n  server application2:8000;\n}\n"


def door(inside: str, before: str = GROUP) -> str:
    """A server on port 80 that passes on to the group, with more in it."""
    return f"{before}server {{\n  listen 80;\n  location / {{ proxy_pass http://pool; }}\n{inside}\n}}\n"


def static(inside: str) -> str:
    return door(inside)


def secure(block: str, inside: str = "") -> str:
    return door(f"  location = /old {{ return 301 /new$is_args$args; }}\n{inside}") + block


RIGHT: dict[tuple[str, str], str] = {
    ("4.1", "a whole file"): (
        "user nginx;\nworker_processes auto;\nerror_log /var/log/nginx/error.log notice;\npid /var/run/nginx.pid;\n"
        "events {\n    worker_connections 1024;\n}\nhttp {\n    include /etc/nginx/mime.types;\n" + PLAIN + "}\n"
    ),
    ("4.1", "a group of one"): (
        "upstream app { server application:8000; }\n" + PLAIN.replace("application:8000", "app")
    ),
    ("4.1", "a slash at the end"): PLAIN.replace(":8000;", ":8000/;"),
    ("4.1", "a regular expression"): PLAIN.replace("location /", "location ~ ^/"),
    ("4.1", "both families"): PLAIN.replace("listen 80;", "listen 80 default_server;\n    listen [::]:80;"),
    ("4.1", "on one line"): "server{listen 80;location /{proxy_pass http://application:8000;}}",
    ("4.1", "carriage returns and tabs"): PLAIN.replace("\n", "\r\n").replace("    ", "\t"),
    ("4.1", "a name, comments, quotes"): (
        "# the door\nserver {\n    listen 80; # HTTP\n    server_name localhost;\n    location / {\n"
        '        proxy_pass "http://application:8000";\n    }\n}\n'
    ),
    ("4.1", "connections kept open"): (
        "upstream app {\n    server application:8000;\n    keepalive 16;\n}\n"
        + PLAIN.replace("application:8000", "app").replace(
            "proxy_pass", 'proxy_http_version 1.1;\n        proxy_set_header Connection "";\n        proxy_pass'
        )
    ),
    ("4.1", "at the level of the server"): (
        "server {\n  listen *:80;\n  error_page 404 = @app;\n  location / { try_files /nothing @app; }\n"
        "  location @app { proxy_pass http://application:8000; }\n}\n"
    ),
    ("4.2", "the address alone"): (
        LOGGED + PLAIN.replace("listen 80;", "listen 80; access_log /var/log/nginx/a.log who;")
    ),
    ("4.2", "as JSON, for all servers"): (
        "log_format json escape=json '{\"who\":\"$remote_addr\",\"to\":\"$upstream_addr\",\"took\":$request_time}';\n"
        "access_log /var/log/nginx/access.log json;\n" + PLAIN
    ),
    ("4.2", "in several pieces"): (
        "log_format long '[$time_local] $remote_addr - $server_name '\n                'to: $upstream_addr '\n"
        "                '\"$request\" $status';\n"
        + PLAIN.replace("proxy_pass", "access_log /var/log/nginx/access.log long;\n        proxy_pass")
    ),
    ("4.2", "a log of twenty-twenty"): (
        "log_format upstreamlog '[$time_local] $host to: $upstream_addr: $request $status $upstream_response_time s';\n"
        "access_log /var/log/nginx/access.log upstreamlog;\n\n"
        "server {\n    listen 80;\n    server_name localhost;\n\n    location / {\n"
        "        proxy_pass http://application:8000/;\n    }\n}\n"
    ),
    ("4.2", "to the terminal"): LOGGED + PLAIN.replace("listen 80;", "listen 80; access_log /dev/stdout who;"),
    ("4.2", "a place of one's own"): LOGGED + PLAIN.replace("listen 80;", "listen 80; access_log logs/who.log who;"),
    ("4.2", "two logs"): LOGGED + PLAIN.replace(
        "listen 80;", "listen 80; access_log /var/log/nginx/access.log; access_log /var/log/nginx/up.log who;"
    ),
    ("4.3", "six to two"): door("", GROUP.replace("weight=3", "weight=6").replace("2:8000", "2:8000 weight=2")),
    ("4.3", "three times the same"): door(
        "", "upstream pool { server application1:8000; server application1:8000; server application1:8000;\n"
        "server application2:8000; }\n",
    ),
    ("4.3", "the lighter one first"): door(
        "", "upstream pool { zone pool 64k; server application2:8000; server application1:8000 weight=3; }\n"
    ),
    ("4.4", "root"): static("  location /static/ { root /service/app; }"),
    ("4.4", "before all others"): static("  location ^~ /static/ { alias /service/app/static/; expires 1h; }"),
    ("4.4", "captured"): static("  location ~ ^/static/(.+)$ { alias /service/app/static/$1; }"),
    ("4.4", "from disk, and else from the application"): door(
        "  location /static/ { root /service/app; try_files $uri @app; }\n"
        "  location @app { proxy_pass http://pool; }"
    ),
    ("4.4", "with =404"): static("  location /static/ { root /service/app/; try_files $uri =404; }"),
    ("4.5", "without its first part"): door("  location /api/ { proxy_pass http://api:8000/; }"),
    ("4.5", "as it came"): door("  location /api/ { proxy_pass http://api:8000; }"),
    ("4.5", "a group of its own"): door(
        "  location /api/ { proxy_pass http://backend_api/; }", GROUP + "upstream backend_api { server api:8000; }\n"
    ),
    ("4.5", "a regular expression"): door("  location ~ ^/api/ { proxy_pass http://api:8000; }"),
    ("4.5", "rewritten"): door("  location /api/ { rewrite ^/api(/.*)$ $1 break; proxy_pass http://api:8000; }"),
    ("4.5", "the path itself as well"): door(
        "  location = /api { proxy_pass http://api:8000; }\n  location /api/ { proxy_pass http://api:8000/api/; }"
    ),
    ("4.6", "return"): secure(
        "server { listen 80; server_name secure.localhost; return 301 https://$server_name$request_uri; }\n"
    ),
    ("4.6", "rewrite"): (
        door("  location = /old { rewrite ^ /new permanent; }")
        + "server { listen 80; server_name secure.localhost;\n"
        "  location / { rewrite ^(.*)$ https://secure.localhost$1 permanent; } }\n"
    ),
    ("4.6", "if"): secure("", "  if ($host = secure.localhost) { return 301 https://$host$request_uri; }"),
    ("4.6", "map"): (
        "map $host $to { default ''; secure.localhost https://secure.localhost; }\n"
        + door(
            "  if ($to) { return 301 $to$request_uri; }\n"
            "  location = /old { return 301 $scheme://$http_host/new$is_args$args; }"
        )
    ),
    ("4.6", "a pattern of names"): secure(
        'server { listen 80; server_name "~^secure\\.";\n  location / { return 301 https://$host$request_uri; } }\n'
    ),
    ("4.8", "all at once"): door(
        "  location /api/ { proxy_pass http://api:8000; }",
        GROUP + "proxy_set_header Host $http_host;\nproxy_set_header X-Real-IP $remote_addr;\n"
        "proxy_set_header X-Forwarded-For $remote_addr;\nproxy_set_header X-Forwarded-Proto $scheme;\n",
    ),
    ("4.8", "in each location"): (
        GROUP + "server {\n  listen 80;\n"
        + "".join(
            f"  location {path} {{\n    proxy_pass http://{where};\n    proxy_set_header Host $http_host;\n"
            "    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
            "    proxy_set_header X-Forwarded-Proto $scheme;\n  }\n"
            for path, where in (("/", "pool"), ("/api/", "api:8000"))
        )
        + "}\n"
    ),
    ("4.9", "nginx's usual names"): door(
        "  error_page 500 502 503 504 /50x.html;\n  location = /50x.html { root /service/errors; try_files /sorry.html "
        "=404; }\n  proxy_connect_timeout 1s; proxy_read_timeout 1s;"
    ),
    ("4.9", "a backup, and a page in the file itself"): door(
        "  error_page 502 504 @sorry;\n  location @sorry { default_type text/html; return 502 '<p>Sorry!</p>'; }\n"
        "  proxy_connect_timeout 1s; proxy_read_timeout 1s; proxy_next_upstream error timeout http_502;",
        GROUP.replace("}", "  server application:8000 backup;\n}"),
    ),
}  # fmt: skip

WRONG: dict[tuple[str, str], tuple[str, str]] = {
    ("4.1", "a page of its own"): (
        'server { listen 80; default_type text/html; location / { return 200 "Hello, world!"; } }',
        "pages_come_through_nginx",
    ),
    ("4.2", "a made-up address"): (
        "log_format who 'from 127.0.0.1:8000';\n"
        + PLAIN.replace("listen 80;", "listen 80; access_log /var/log/nginx/access.log who;"),
        "each_line_names_who_served",
    ),
    ("4.3", "five to two"): (
        door("", GROUP.replace("weight=3", "weight=5").replace("2:8000", "2:8000 weight=2")),
        "three_of_four_go_to_the_first",
    ),
    ("4.4", "passed on and kept"): (
        "proxy_cache_path /var/cache/nginx/c keys_zone=c:1m;\n"
        + door("  location /static/ { proxy_cache c; proxy_cache_valid 1m; proxy_pass http://pool; }"),
        "nginx_sends_the_files",
    ),
    ("4.5", "an answer of its own"): (
        door('  location /api/ { return 200 "Hello from WSGI, $uri"; }'),
        "the_api_answers_below_its_path",
    ),
    ("4.8", "the first entry"): (
        door(
            "  proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;\n"
            "  proxy_set_header X-Forwarded-For $http_x_forwarded_for;\n"
            "  location /api/ { proxy_pass http://api:8000; }"
        ),
        "nginx_passes_on_who_asked",
    ),
    ("4.9", "a page that says 200"): (
        door(
            "  error_page 502 504 =200 /sorry.html;\n  location = /sorry.html { root /service/errors; }\n"
            "  proxy_connect_timeout 1s; proxy_read_timeout 1s;"
        ),
        "all_are_dead_and_your_page_says_so",
    ),
    ("4.6", "made by hand"): (
        door("  location = /old { return 301 /new?from=poster; }")
        + "server { listen 80; server_name secure.localhost; return 301 https://secure.localhost/; }\n",
        "the_secure_host_leads_to_https",
    ),
}
