"""The program as a process: what it loads, what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.cli.commands.app.store import StoreReady
from companion.domain.core.serialization import decode
from companion.services.app.resources import resource
from tests.kits.silent_drive import silent
from tests.kits.waiting import until

PROFILE = resource("profiles/larkfield.json")
COMPANION = [sys.executable, "-m", "companion"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own, no desktop and no keychain."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SYSTEMROOT", "TEMP")}
    home = tmp_path / "person"
    home.mkdir()
    return {**kept, "HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"}


def run(environment: dict[str, str], *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMPANION, *map(str, words)], env=environment, capture_output=True, text=True, timeout=120, **options
    )


_LOADED = """
import json, sys
from companion.cli import main
code = main(json.loads(sys.argv[1]))
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["preflight", "--profile", str(PROFILE), "--json"], ("PySide6", "requests", "keyring", "werkzeug")),
        (
            ["fetch", "http://example.com/x", "--to", ".", "--json"],
            ("PySide6", "keyring", "werkzeug", "sqlite3", "companion.domain.mail.message.letter"),
        ),
        (["verify", "nothing", "--sha256", "0" * 64], ("PySide6", "keyring", "werkzeug", "sqlite3")),
        (
            ["--store", "http://127.0.0.1:9", "orders", "list", "--json"],
            (
                *("PySide6", "keyring", "werkzeug", "requests", "email", "companion.domain.mail.reader"),
                "companion.services.purchases.registry",
            ),
        ),
        (["purchases", "list", "--json"], ("PySide6", "keyring", "werkzeug", "requests", "psutil", "email")),
        (["stores", "list", "--json"], ("PySide6", "keyring", "werkzeug", "requests", "urllib3", "ssl", "email")),
        (["--version"], ("msgspec", "sqlite3", "requests", "companion.services", "companion.cli.context")),
        (["--help"], ("PySide6", "requests", "keyring", "werkzeug", "sqlite3", "psutil")),
    ],
)
def test_a_command_loads_only_what_it_needs(
    environment: dict[str, str], tmp_path: Path, words: list[str], unwanted: tuple[str, ...]
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _LOADED, json.dumps(words)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    _, loaded = json.loads(ran.stderr.splitlines()[-1])
    assert not set(unwanted) & set(loaded)


def test_the_import_of_a_fast_command_is_measured(environment: dict[str, str]) -> None:
    words = [sys.executable, "-X", "importtime", "-m", "companion", "preflight", "--profile", str(PROFILE), "--json"]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
    took = [int(line.split("|")[0].removeprefix("import time:")) for line in ran.stderr.splitlines()[1:] if "|" in line]
    sys.stdout.write(f"imports of preflight --json: {sum(took) / 1000:.0f} ms over {len(took)} modules\n")
    assert len(took) < 500


def test_a_reader_who_has_seen_enough_is_no_failure(environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.Popen([*COMPANION, "--help"], env=environment, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    said = ran.communicate(timeout=60)[1]
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    listing = f'{sys.executable} -m companion preflight --profile "{PROFILE}" --stage download | head -c 1'
    piped = subprocess.run(["sh", "-c", listing], env=environment, capture_output=True, text=True, timeout=60)
    assert len(piped.stdout) == 1
    assert piped.stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["--help", "bogus --json", "verify /dev/null", 'preflight --json --profile "$0"'])
def test_a_program_without_streams_ends_as_it_would_with_them(
    environment: dict[str, str], words: str, closed: str
) -> None:
    """As on Windows without a console, where Python has no standard streams at all."""

    def ends(streams: str) -> subprocess.CompletedProcess[bytes]:
        asked = f"{sys.executable} -m companion {words} {streams}"
        return subprocess.run(["sh", "-c", asked, str(PROFILE)], env=environment, capture_output=True, timeout=60)

    usual, without = ends(""), ends(closed)
    assert usual.returncode == without.returncode
    assert b"Traceback" not in without.stderr + without.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", ["", "--json"])
def test_a_result_that_did_not_get_out_is_no_success(environment: dict[str, str], form: str) -> None:
    words = [*COMPANION, "preflight", "--stage", "download", "--profile", str(PROFILE), *filter(None, [form])]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(words, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert ran.returncode == 1
    assert ran.stderr.startswith("The result could not be written\n")
    assert "Traceback" not in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_with_few_signs_does_not_end_the_program(environment: dict[str, str], encoding: str) -> None:
    spoken = {**environment, "PYTHONIOENCODING": f"{encoding}:strict"}
    text = run(spoken, "--store", "http://127.0.0.1:9", "orders", "add", "#", errors="replace")
    assert text.returncode == 2
    assert "Traceback" not in text.stderr
    result = run(spoken, "--store", "http://127.0.0.1:9", "orders", "add", "#", "--json")
    assert json.loads(result.stdout)["error"]["code"] == "bad-order-number"


@pytest.mark.parametrize("command", [["demo", "--no-window"], ["store"]])
def test_without_the_extra_of_the_demo_its_name_is_told(environment: dict[str, str], command: list[str]) -> None:
    without = "import sys; sys.modules['werkzeug'] = None; from companion.__main__ import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", without, *command, "--json"], env=environment, capture_output=True, text=True, timeout=60
    )
    error = json.loads(ran.stdout)["error"]
    assert (ran.returncode, error["code"]) == (2, "demo-not-installed")
    assert "companion[demo]" in error["hint"]
    assert "Traceback" not in ran.stderr


def test_without_a_screen_the_window_says_so(environment: dict[str, str]) -> None:
    ran = run(environment)
    assert ran.returncode == 2
    assert "no screen" in ran.stderr
    assert run(environment, "--tray").returncode == 2


def _with_ctrl_c(words: list[str], env: dict[str, str]) -> subprocess.Popen[str]:
    """Starts a command that Ctrl-C stops, also where the tests run in the background of a shell, which ignores it."""
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, ignored)


@pytest.fixture
def store(environment: dict[str, str], tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], StoreReady]]:
    words = [*COMPANION, "store", "--json", "--root", str(tmp_path / "root"), "--size", "1"]
    process = _with_ctrl_c(words, env=environment)
    assert process.stdout is not None
    line = process.stdout.readline()
    yield process, decode(line.encode(), StoreReady, source="the store")
    process.kill()
    process.communicate()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_store_says_one_line_and_serves_until_told_to_stop(
    store: tuple[subprocess.Popen[str], StoreReady], environment: dict[str, str], tmp_path: Path
) -> None:
    process, ready = store
    first = ready.orders[0]
    ran = run(
        environment,
        "--home",
        tmp_path / "home",
        "--store",
        ready.url,
        "orders",
        "add",
        first.order_number,
        "--password-stdin",
        "--json",
        input=first.order_password,
    )
    assert ran.returncode == 0, ran.stderr
    taken = run(environment, "store", "--json", "--port", ready.url.rpartition(":")[2], "--root", tmp_path / "other")
    assert taken.returncode == 2
    assert json.loads(taken.stdout)["error"]["code"] == "port-taken"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_with_130(store: tuple[subprocess.Popen[str], StoreReady]) -> None:
    process, _ = store
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    # The one object was the line that said it is ready.
    assert out == ""
    assert err.startswith("Stopped\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_who_stops_a_command_before_its_result_gets_that_as_the_one_object(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent_store:
        address = f"http://127.0.0.1:{silent_store.getsockname()[1]}"
        words = [*COMPANION, "--home", str(tmp_path), "--wait", "600", "--store", address, "preflight", "--json"]
        process = _with_ctrl_c(words, env=environment)
        asked, _ = silent_store.accept()  # It waits for an answer that does not come.
        with asked:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "stopped"
    assert err == ""


@pytest.mark.parametrize("command", [["identify"], ["install"], ["preflight", "--for"]])
def test_ctrl_c_ends_a_command_whose_drive_does_not_answer(
    environment: dict[str, str], tmp_path: Path, command: list[str]
) -> None:
    path = tmp_path / "setup.run"
    path.write_text("#!/bin/sh\nexit 0\n")
    with silent(path) as drive:
        process = _with_ctrl_c([*COMPANION, *command, str(path), "--json"], env=environment)
        until(drive.is_asked)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert json.loads(out)["error"]["code"] == "stopped"


@pytest.mark.skipif(not sys.platform.startswith("linux") or not shutil.which("script"), reason="needs script(1)")
def test_a_typed_password_is_asked_for_and_never_shown(
    store: tuple[subprocess.Popen[str], StoreReady], environment: dict[str, str], tmp_path: Path
) -> None:
    _, ready = store
    first = ready.orders[0]
    words = [*COMPANION, "--home", tmp_path / "home", "--store", ready.url, "orders", "add", first.order_number]
    typed = shlex.join(map(str, words))
    terminal = subprocess.Popen(
        ["script", "-qec", typed, os.devnull], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert terminal.stdin is not None
    assert terminal.stdout is not None
    shown = b""
    while b"Order password: " not in shown:
        piece = os.read(terminal.stdout.fileno(), 4096)
        assert piece, shown
        shown += piece
    terminal.stdin.write(first.order_password.encode() + b"\n")
    terminal.stdin.flush()
    shown += terminal.communicate(timeout=60)[0]
    assert terminal.returncode == 0, shown
    assert f"Added: {first.order_number}".encode() in shown
    assert first.order_password.encode() not in shown
