"""The probe's report: anyone may have written into it."""

import random
from pathlib import Path

from stackwalk.stack.reports import Bound, read_reports


def line(event: str, address: str, port: int, real: str, error: str = "null") -> str:
    where = f'"address": "{address}", "port": {port}, "real": "{real}"'
    return f'{{"event": "{event}", {where}, "error": {error}, "pid": 1}}\n'


def read(tmp_path: Path, text: str | bytes) -> tuple[Bound, ...]:
    report = tmp_path / "probe.jsonl"
    report.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_reports(report)


def test_a_bind_and_a_listen_are_one_address_as_typed(tmp_path: Path) -> None:
    text = line("bind", "", 8080, "127.0.0.1") + line("listen", "127.0.0.1", 8080, "127.0.0.1")
    assert read(tmp_path, text) == (Bound("", 8080, True),)


def test_a_bind_alone_did_not_listen(tmp_path: Path) -> None:
    assert read(tmp_path, line("bind", "", 8080, "127.0.0.1")) == (Bound("", 8080, False),)


def test_an_error_is_kept_and_so_is_the_listener_before_it(tmp_path: Path) -> None:
    text = line("bind", "", 8080, "127.0.0.1") + line("listen", "127.0.0.1", 8080, "127.0.0.1")
    text += line("bind", "", 8080, "127.0.0.1", "98")
    assert read(tmp_path, text) == (Bound("", 8080, True, 98),)


def test_addresses_come_in_the_order_of_their_bind(tmp_path: Path) -> None:
    text = line("bind", "::1", 8080, "::1") + line("bind", "", 8000, "127.0.0.1") + line("listen", "::1", 8080, "::1")
    assert read(tmp_path, text) == (Bound("::1", 8080, True), Bound("", 8000, False))


def test_no_report_is_nothing_bound(tmp_path: Path) -> None:
    assert read_reports(tmp_path / "none") == ()
    assert read_reports(tmp_path) == ()


def test_damage_is_skipped(tmp_path: Path) -> None:
    good = line("bind", "", 8080, "127.0.0.1")
    damage = ["{", "null", "[]", "1", '"x"', "{}", "[" * 100_000, good.replace("8080", '"8080"'), "\x00", "\n"]
    damage += [good.replace('"bind"', "1"), good.replace('""', "null"), good.replace("null", '"x"')]
    assert read(tmp_path, "\n".join(damage) + "\n" + good) == (Bound("", 8080, False),)


def test_any_bytes_are_no_error(tmp_path: Path) -> None:
    pick = random.Random(3)
    good = line("bind", "", 8080, "127.0.0.1").encode()
    for _ in range(200):
        broken = bytearray(good * 2)
        for _ in range(5):
            broken[pick.randrange(len(broken))] = pick.randrange(256)
        assert isinstance(read(tmp_path, bytes(broken)), tuple)
