"""Whatever is in a file, reading it ends in a value or in a FileFault, and in no other way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stackwalk.compose.command import gunicorn_of, settings_bind, words_of
from stackwalk.compose.contents import copied, not_ignored, with_mounts
from stackwalk.compose.dockerfile import Image, read_dockerfile
from stackwalk.compose.env_file import read_env
from stackwalk.compose.fault import FileFault
from stackwalk.compose.interpolation import fill_in
from stackwalk.compose.reading import read_compose
from stackwalk.compose.services import ComposeFile

YAML = st.lists(
    st.sampled_from(
        ["services", "nginx", "image", "build", "ports", "volumes", "networks", "extends", "depends_on", "configs",
         "environment", "command", ":", ": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ",", "&a ", "*a", "<<",
         "'", '"', "#", "|", ">", "!!str ", "? ", "null", "80:80", "./a:/b", "${A", "${A:-b}", "$", "\t", "x", "0",
         "..", "%", "@", "`", "---\n", "é", "\x85", "\u2028"]
    ),
    max_size=60,
).map("".join)  # fmt: skip
DOCKER = st.lists(
    st.sampled_from(
        ["FROM ", "RUN ", "COPY ", "ADD ", "CMD ", "ENV ", "ARG ", "WORKDIR ", "ENTRYPOINT ", "USER ", "EXPOSE ", "AS ",
         "python:3", "a", "b ", "\n", "\\\n", "[", "]", '"', "'", ",", "<<EOF", "EOF\n", "$", "${", "}", "=", "#",
         "--x=y ", ".", "..", "/", "*", "?", "\r\n", "\t", "# escape=`\n", "é"]
    ),
    max_size=60,
).map("".join)  # fmt: skip
WORDS = st.text("abc -./=\"'$&;|:{}[]\n", max_size=30)
FILES = ("app/__init__.py", "wsgi.py", "a", "b/a", "*")


@settings(max_examples=400)
@given(YAML | st.text(max_size=200))
def test_a_compose_file(text: str) -> None:
    try:
        found = read_compose(text, {"A": "1"})
    except FileFault as fault:
        assert fault.what
        assert fault.line is None or 1 <= fault.line <= len(text.splitlines()) + 1
    else:
        assert isinstance(found, ComposeFile) and found.services
        for service in found.services:
            with_mounts({}, service.mounts, FILES)
            words = words_of(service.entrypoint, service.command, service.environment)
            gunicorn_of(words, service.environment)


@settings(max_examples=400)
@given(DOCKER | st.text(max_size=200))
def test_a_dockerfile(text: str) -> None:
    try:
        image = read_dockerfile(text)
        found = copied(image, FILES)
    except FileFault as fault:
        assert fault.what
    else:
        assert isinstance(image, Image)
        assert all(path.startswith("/") for path in found)
        assert {*found.values()} <= {*FILES}


@given(st.text(max_size=200))
def test_a_file_of_variables_and_a_list_of_what_is_left_out(text: str) -> None:
    for read in (read_env, lambda typed: not_ignored(FILES, typed), lambda typed: fill_in(typed, {})):
        try:
            read(text)
        except FileFault as fault:
            assert fault.what


@given(st.lists(WORDS, max_size=6), WORDS, st.dictionaries(st.sampled_from(["PORT", "GUNICORN_CMD_ARGS"]), WORDS))
def test_a_command(words: list[str], source: str, environment: dict[str, str]) -> None:
    found = words_of(None, ("gunicorn", *words), environment)
    gunicorn = gunicorn_of(found, environment)
    assert gunicorn is not None and all(":" in bind or "//" in bind for bind in gunicorn.binds)
    bound = settings_bind(source)
    assert bound is None or isinstance(bound, tuple)
