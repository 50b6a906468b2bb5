"""4.7's checks on files as other people would write them, and on files that mean harm."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from stackwalk.check.plan import Plan
from stackwalk.check.runner import grade
from stackwalk.check.verdict import Outcome, Verdict
from stackwalk.course.folders import find_course
from stackwalk.course.lesson import Course, Progress
from stackwalk.course.place import steps_to_grade
from stackwalk.course.reading import read_course

COURSE: Course = read_course(find_course())
SOLUTION = COURSE.step("4.7").solution
assert SOLUTION is not None
COMPOSE = (SOLUTION / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (SOLUTION / "Dockerfile").read_text(encoding="utf-8")
CONF = (SOLUTION / "nginx.conf").read_text(encoding="utf-8")
Files = Mapping[str, str | None]  # None: it is taken away


def graded(tmp_path: Path, files: Files) -> Verdict:
    assert SOLUTION is not None
    workspace = tmp_path / "workspace"
    shutil.copytree(SOLUTION, workspace)
    for name, content in files.items():
        target = workspace / name
        if content is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8", errors="surrogateescape", newline="")
    grading = steps_to_grade(COURSE, Progress(), "4.7", only=True)
    return grade(Plan.of(COURSE, grading.asked, grading.steps, workspace, "a seed"))


def told(verdict: Verdict) -> list[tuple[str, str, str]]:
    return [(one.name, str(one.cause), one.message) for one in verdict.findings if one.outcome is not Outcome.PASSED]


def but(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


OLD_STYLE = """\
version: "3.7"
services:
  application1: &application
    build:
      context: .
      dockerfile: Dockerfile
    restart: unless-stopped
  application2: *application
  api:
    <<: *application
    command: ["gunicorn", "-b", "0.0.0.0:8000", "bare:application"]
  nginx:
    image: "nginx:1.30"
    container_name: web
    depends_on: {application1: {condition: service_started}}
    ports: [{target: 80, published: 80, protocol: tcp}]
    volumes:
      - {type: bind, source: ./nginx.conf, target: /etc/nginx/conf.d/default.conf, read_only: true}
      - {type: bind, source: ./app, target: /service/app}
"""

RIGHT: dict[str, Files] = {
    "the long forms, with version": {"compose.yaml": None, "docker-compose.yml": OLD_STYLE},
    "one image for three services": {
        "compose.yaml": but(
            COMPOSE,
            ("  application1:\n    build: .", "  application1:\n    build: .\n    image: service"),
            ("  application2:\n    build: .", "  application2:\n    image: service"),
        )
    },
    "a list of packages": {
        "requirements.txt": "Flask==3.1.3\ngunicorn>=27\n",
        "Dockerfile": "FROM python:3.13-slim\nWORKDIR /srv/app\nCOPY requirements.txt ./\n"
        "RUN pip install --no-cache-dir -r requirements.txt\nCOPY app/ ./app/\nCOPY *.py ./\n"
        "EXPOSE 8000\nCMD gunicorn --workers=3 --bind=:8000 wsgi:application\n",
    },
    "two stages, and an entrypoint": {
        "Dockerfile": "ARG PYTHON=3.14\nFROM python:${PYTHON}-slim AS packages\nRUN pip install flask gunicorn\n"
        'FROM packages\nWORKDIR /service\nCOPY . /service\nENTRYPOINT ["python", "-m", "gunicorn"]\n'
        'CMD ["--bind", "[::]:8000", "wsgi"]\n',
        "compose.yaml": but(COMPOSE, ("gunicorn --bind 0.0.0.0:8000 bare", '["-b", "0.0.0.0:8000", "bare"]')),
    },
    "the address in Gunicorn's settings": {
        "gunicorn.conf.py": 'bind = "0.0.0.0:8000"\nworkers = 2\n',
        "Dockerfile": but(DOCKERFILE, ('"--bind", "0.0.0.0:8000", ', "")),
    },
    "the port from the environment": {
        "gunicorn.conf.py": "workers = 2\n",
        "Dockerfile": but(DOCKERFILE, ('"--bind", "0.0.0.0:8000", ', ""), ("WORKDIR", "ENV PORT=8000\nWORKDIR")),
    },
    "the folder mounted in place of a copy": {
        "Dockerfile": but(DOCKERFILE, ("COPY . .\n", "")),
        "compose.yaml": but(COMPOSE, ("    build: .", "    build: .\n    volumes: ['.:/service']")),
    },
    "a shell around the command": {
        "compose.yaml": but(
            COMPOSE, ("gunicorn --bind 0.0.0.0:8000 bare", 'sh -c "exec gunicorn -b 0.0.0.0:$${PORT:-8000} bare"')
        )
    },
    "an image of nginx of one's own": {
        "front/Dockerfile": "FROM nginx:1.30-alpine\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n"
        "COPY app/static /service/app/static\n",
        "compose.yaml": but(
            COMPOSE,
            ("    image: nginx:1.30-alpine", "    build: {context: ., dockerfile: front/Dockerfile}"),
            (
                "    volumes:\n      - ./nginx.conf:/etc/nginx/conf.d/default.conf:ro\n"
                "      - ./app/static:/service/app/static:ro\n",
                "",
            ),
        ),
    },
    "networks and other names": {
        "compose.yaml": "networks: {front: , back: }\n"
        + but(
            COMPOSE,
            ("  nginx:\n", "  nginx:\n    networks: [front, back]\n"),
            ("  api:\n", "  service-api:\n    networks: {back: {aliases: [api]}}\n"),
            ("      - api\n", "      - service-api\n"),
            ("  application1:\n", "  application1:\n    networks: [back]\n"),
            ("  application2:\n", "  application2:\n    networks: [back]\n"),
        )
    },
    "a file of one's own that is included": {
        "nginx.conf": "include /service/all.inc;\n",
        "all.inc": CONF,
        "compose.yaml": but(COMPOSE, ("    volumes:\n", "    volumes:\n      - ./all.inc:/service/all.inc:ro\n")),
    },
    "files of one's own that are included by a pattern": {
        "nginx.conf": CONF + "include conf.d/*.inc;\n",
        "more.inc": "server { listen 81; server_name more; location / { proxy_pass http://api:8000; } }\n",
        "compose.yaml": but(
            COMPOSE, ("    volumes:\n", "    volumes:\n      - ./more.inc:/etc/nginx/conf.d/more.inc\n")
        ),
    },
    "a log in a folder that is mounted": {
        "nginx.conf": but(CONF, ("/var/log/nginx/", "/logs/")),
        "logs/old.txt": "",
        "compose.yaml": but(COMPOSE, ("    volumes:\n", "    volumes:\n      - ./logs:/logs\n")),
    },
    "one door of two is for the machine itself": {
        "nginx.conf": but(CONF, ("listen 80;", "listen 80;\n    listen 127.0.0.1:81;"))
    },
    "a file of the image included": {
        "nginx.conf": CONF.replace("location /api/ {", "location /api/ {\ninclude mime.types;")
    },
    "the folder of the compose file by its variable": {"compose.yaml": COMPOSE.replace("- ./", "- ${PWD}/")},
    "a door for nginx itself": {
        "nginx.conf": CONF + "server { listen 127.0.0.1:8081; location / { return 204; } }\n",
    },
    "an entrypoint with options as its command": {
        "Dockerfile": DOCKERFILE.replace("CMD", "ENTRYPOINT"),
        "compose.yaml": but(
            COMPOSE,
            ("  application1:\n    build: .", "  application1:\n    build: .\n    command: --workers 3"),
            ("    command: g", "    entrypoint: g"),
        ),
    },
    "profiles that .env asks for": {
        ".env": "COMPOSE_PROFILES=web,db\n",
        "compose.yaml": but(COMPOSE, ("  api:\n", "  api:\n    profiles: [web]\n")),
    },
    "an application of another name": {
        "wsgi.py": "from app import application as app\n",
        "Dockerfile": DOCKERFILE.replace('"wsgi"', '"wsgi:app"'),
    },
    "an application that is made": {
        "wsgi.py": "def create_app(name=''):\n    from app import application\n    return application\n",
        "Dockerfile": DOCKERFILE.replace('"wsgi"', '"wsgi:create_app()"'),
    },
    "an application from all of a module": {
        "wsgi.py": "from app import *\n",
    },
    "a version in .env": {
        ".env": "# what differs\nexport NGINX='1.31'\nDOOR=80\n",
        "compose.yaml": but(COMPOSE, ("nginx:1.30-alpine", "nginx:${NGINX:?which}-alpine")),
    },
    "a byte-order mark and carriage returns": {"compose.yaml": "\ufeff" + COMPOSE.replace("\n", "\r\n")},
    "a digest": {"compose.yaml": but(COMPOSE, ("nginx:1.30-alpine", f"nginx@sha256:{'0' * 64}"))},
}


@pytest.mark.parametrize("files", RIGHT.values(), ids=RIGHT)
def test_whatever_would_run_passes(tmp_path: Path, files: Files) -> None:
    assert told(graded(tmp_path, files)) == []


def test_version_passes_with_a_note(tmp_path: Path) -> None:
    verdict = graded(tmp_path, RIGHT["the long forms, with version"])
    assert any("Compose reads all files alike today" in finding.message for finding in verdict.findings)


NOT_YET: dict[str, tuple[Files, str, str]] = {
    "a log in a folder that is misspelt": (
        {"nginx.conf": but(CONF, ("/var/log/nginx/", "/var/log/ngnix/"))},
        "nginx_finds_your_files", "there is no folder /var/log/ngnix",
    ),
    "a log beside the file": (
        {"nginx.conf": but(CONF, ("/var/log/nginx/", "logs/"))},
        "nginx_finds_your_files", "there is no folder /etc/nginx/logs",
    ),
    "nginx listens to itself": (
        {"nginx.conf": but(CONF, ("listen 80;", "listen 127.0.0.1:80;"))},
        "only_nginx_is_published", "127.0.0.1:80 is nginx's own container alone",
    ),
    "a variable that nobody sets": (
        {".env": None, "compose.yaml": but(COMPOSE, ("${DOOR:-8080}", "${DOOR}"))},
        "only_nginx_is_published", "DOOR has no value here",
    ),
    "a whole path": (
        {"compose.yaml": but(COMPOSE, ("./nginx.conf", "/home/me/my-stack/nginx.conf"))},
        "nginx_finds_your_files", "names your file by its whole path",
    ),
    "single quotes in a list": (
        {"Dockerfile": but(DOCKERFILE, ('"', "'"))}, "gunicorn_listens_for_nginx", "double quotes around each",
    ),
    "curly quotes": (
        {"compose.yaml": but(COMPOSE, ('"${DOOR:-8080}:80"', "“8080:80”"))},
        "every_name_is_a_service", "line 5: the quotes around 8080:80 are curly",
    ),
    "an image without anything of one's own": (
        {"compose.yaml": but(COMPOSE, ("application1:\n    build: .", "application1:\n    image: python:3.13-slim"))},
        "gunicorn_listens_for_nginx", "takes the image python:3.13-slim as it is",
    ),
    "services forgotten": (
        {"compose.yaml": but(COMPOSE, ("services:\n", ""), ("\n  ", "\n"), ("  nginx:", "nginx:"))},
        "every_name_is_a_service", "nginx stands at the top",
    ),
    "a small letter": (
        {"Dockerfile": None, "dockerfile": DOCKERFILE}, "gunicorn_listens_for_nginx", "There is a dockerfile",
    ),
    "no command for the api": (
        {"compose.yaml": but(COMPOSE, ("    command: gunicorn --bind 0.0.0.0:8000 bare\n", ""))},
        "gunicorn_listens_for_nginx", "line 20: api is to answer with bare.py, and has no command of its own",
    ),
    "a command behind an entrypoint": (
        {"Dockerfile": but(DOCKERFILE, ("CMD", "ENTRYPOINT"))}, "gunicorn_listens_for_nginx", "put behind",
    ),
    "a folder that is not there": (
        {"nginx.conf": but(CONF, ("/service/app/static/", "/service/errors/"))},
        "nginx_finds_your_files", "looks in /service/errors/",
    ),
    "an include that is not mounted": (
        {"nginx.conf": "include /service/all.inc;\n", "all.inc": CONF},
        "every_name_is_a_service", "line 1, includes /service/all.inc",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "check", "said"), NOT_YET.values(), ids=NOT_YET)
def test_what_would_not_run_is_told_with_its_cause(tmp_path: Path, files: Files, check: str, said: str) -> None:
    name, cause, message = told(graded(tmp_path, files))[0]
    assert name == check and cause != "None", message
    assert said in message


def notes_of(verdict: Verdict) -> str:
    return " ".join(one.message for one in verdict.findings if one.outcome is Outcome.PASSED)


def test_a_whole_path_into_the_folder_passes_with_a_note(tmp_path: Path) -> None:
    verdict = graded(tmp_path, {"compose.yaml": COMPOSE.replace("- ./", f"- {tmp_path}/workspace/")})
    assert told(verdict) == []
    assert "Line 7:" in notes_of(verdict)
    assert "./nginx.conf is wherever your folder is" in notes_of(verdict)


def test_a_port_that_docker_picks_passes_with_a_note(tmp_path: Path) -> None:
    verdict = graded(tmp_path, {"compose.yaml": COMPOSE.replace('"${DOOR:-8080}:80"', '"80"')})
    assert told(verdict) == []
    assert "another one each time" in notes_of(verdict)


def test_a_variable_that_is_empty_is_a_note(tmp_path: Path) -> None:
    command = "command: gunicorn --bind 0.0.0.0:8000 bare"
    verdict = graded(tmp_path, {"compose.yaml": COMPOSE.replace(command, command + " $MORE")})
    assert told(verdict) == []
    assert "line 22: nobody sets MORE" in notes_of(verdict)


def test_an_nginx_that_waits_for_nobody_is_a_note(tmp_path: Path) -> None:
    verdict = graded(tmp_path, {"compose.yaml": COMPOSE.replace("      - api\n", "")})
    assert told(verdict) == []
    assert "nginx does not wait for api." in notes_of(verdict)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Dockerfile": DOCKERFILE.replace("CMD", "CMND")}, "line 5: unknown instruction: CMND. Is CMD meant?"),
        ({"Dockerfile": DOCKERFILE.replace("RUN pip", "pip")}, "RUN pip"),
        ({"Dockerfile": DOCKERFILE.replace("3.13-slim", "3")}, "python:3 is another one each year"),
        ({"Dockerfile": DOCKERFILE.replace("python:", "Python:")}, "small letters only"),
        ({"compose.yaml": COMPOSE.replace("1.30-alpine", "stable-alpine")}, "another one each year"),
        ({"compose.yaml": COMPOSE.replace("1.30-alpine", "1.19")}, "nginx 1.19 no longer gets fixes"),
        ({"compose.yaml": COMPOSE.replace("  api:\n", "  api:\n    deploy: {replicas: 0}\n")}, "no container is made"),
        ({".dockerignore": "app\n"}, ".dockerignore leaves app/__init__.py out"),
        ({"Dockerfile": DOCKERFILE.replace('"wsgi"', '"wsgi.py"')}, "without .py"),
        ({".env": "DOOR=“8080”\n"}, "the quotes around 8080:80 are curly"),
        ({"Dockerfile": DOCKERFILE.replace('["', "[“").replace('"]', "”]")}, "straight ones"),
        ({"Dockerfile": DOCKERFILE.replace('"]', '"')}, "a ] ends the list"),
    ],
)
def test_a_slip_is_told_with_its_cause(tmp_path: Path, files: Files, said: str) -> None:
    verdict = graded(tmp_path, files)
    messages = [f"{one.message} {one.hint}" for one in verdict.findings if one.outcome is Outcome.FAILED]
    assert any(said in each for each in messages), messages


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Dockerfile": DOCKERFILE.replace("COPY . .", "COPY . /app")}, "/app/wsgi.py"),
        ({"compose.yaml": COMPOSE.replace("      - ./app/static:/service/app/static:ro\n", "")},
         "./app/static:/service/app/static"),
        ({"compose.yaml": COMPOSE, "errors/sorry.html": "<p>Sorry.</p>", "nginx.conf": CONF.replace(
            "    location = /old", "    location = /sorry.html {\n        root /service/errors;\n    }\n\n"
            "    location = /old")}, "./errors:/service/errors"),
    ],
    ids=["copied elsewhere", "no style sheets", "no error page"]
)  # fmt: skip
def test_what_would_mend_it_is_shown(tmp_path: Path, files: Files, said: str) -> None:
    verdict = graded(tmp_path, files)
    shown = [f"{one.expected} {one.actual} {one.hint}" for one in verdict.findings]
    assert any(said in each for each in shown), shown


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 10)
)
HOSTILE: dict[str, tuple[Files, str]] = {
    "a billion laughs": ({"compose.yaml": LAUGHS}, "multiply beyond"),
    "five megabytes": ({"compose.yaml": "# x\n" * 1_250_000}, "larger than 256 KB"),
    "five megabytes of Dockerfile": ({"Dockerfile": "FROM x\n" * 700_000}, "larger than 256 KB"),
    "no mapping": ({"compose.yaml": "- nginx\n"}, "a list of keys"),
    "no text": ({"compose.yaml": "\udc80\udcff\x00"}, "no text in UTF-8"),
    "an escape sequence": ({"compose.yaml": "services:\n  \x1b[2J: {image: x}\n"}, "no text file holds"),
    "the whole machine": (
        {"compose.yaml": but(COMPOSE, ("    build: .\n\n  application2", "    build: .\n    volumes: ['/:/host']\n\n"
         "  application2"))},
        "the whole machine",
    ),
    "privileged": (
        {"compose.yaml": but(COMPOSE, ("  nginx:\n", "  nginx:\n    privileged: yes\n"))}, "anything to the machine"
    ),
    "built from elsewhere": ({"compose.yaml": but(COMPOSE, ("build: .", "build: ../.."))}, "not your folder"),
    "built from the net": (
        {"compose.yaml": but(COMPOSE, ("build: .", "build: https://example.com/x.git"))}, "not your folder"
    ),
    "a context of dots": ({"compose.yaml": but(COMPOSE, ("build: .", "build: ./a/../../b"))}, "not your folder"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said"), HOSTILE.values(), ids=HOSTILE)
def test_what_means_harm_is_said(tmp_path: Path, files: Files, said: str) -> None:
    verdict = graded(tmp_path, files)
    assert verdict.outcome is Outcome.FAILED
    assert any(said in message for _, _, message in told(verdict)), told(verdict)
    assert not any("\x1b" in message for _, _, message in told(verdict))
