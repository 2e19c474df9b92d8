"""Where things are kept, and a log that holds nothing secret."""

from __future__ import annotations

import logging
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.app.errors import as_error
from companion.services.app.log import start_log, stop_log
from companion.services.app.paths import app_folders
from companion.services.container.environment import home_folders


def test_a_home_of_ones_own_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = app_folders(tmp_path / "home")
    where.prepare()
    assert where.library == tmp_path / "home" / "library.db"
    assert where.logs.is_relative_to(tmp_path)
    assert where.downloads.is_relative_to(tmp_path)
    if sys.platform != "win32":
        assert stat.S_IMODE(where.state.stat().st_mode) == 0o700
    assert not list(where.state.glob(".write-test*"))
    monkeypatch.setenv("COMPANION_HOME", str(tmp_path / "named"))
    assert home_folders(None).state == tmp_path / "named"
    assert home_folders(tmp_path / "given").state == tmp_path / "given"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG folders")
def test_otherwise_the_systems_own_places_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    where = app_folders(None)
    assert where.state == tmp_path / "data" / "Companion"
    assert where.logs.is_relative_to(tmp_path / "state")
    assert where.downloads.name == "Companion"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CompanionError) as error:
        app_folders(tmp_path / "file" / "home").prepare()
    assert error.value.code == ErrorCode.FOLDER_NOT_WRITABLE


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    yield start_log(tmp_path)
    stop_log()
    logging.getLogger().setLevel(level)


def test_secrets_are_cleaned_out_of_lines_and_tracebacks(log: Path) -> None:
    logger = logging.getLogger("companion.test")
    logger.warning("GET %s", "https://files.example/x?signature=canary1234567890")
    logger.info("%r", {"password": "canary-7731"})
    try:
        raise ValueError("token=canary-9942")
    except ValueError:
        logger.exception("it failed")
    text = log.read_text()
    assert "canary" not in text
    assert "Traceback" in text
    assert "https://files.example/x?•••" in text


def test_the_http_libraries_do_not_log_addresses(log: Path) -> None:
    start_log(log.parent, verbose=True)
    for name in ("urllib3.connectionpool", "requests.sessions", "keyring.backend", "werkzeug"):
        logging.getLogger(name).debug("http://files.example/plain-canary")
    logging.getLogger("companion.test").debug("a detail")
    assert "canary" not in log.read_text()
    assert "a detail" in log.read_text()


def test_starting_again_writes_each_line_once(log: Path) -> None:
    start_log(log.parent)
    logging.getLogger("companion.test").info("only once")
    assert log.read_text().count("only once") == 1
    stop_log()
    stop_log()
    assert not [handler for handler in logging.getLogger().handlers if getattr(handler, "companion", False)]


def test_the_log_does_not_grow_for_ever(log: Path) -> None:
    logger = logging.getLogger("companion.test")
    for _ in range(600):
        logger.info("words " * 1000)
    kept = sorted(path.name for path in log.parent.glob("companion.log*"))
    assert kept == ["companion.log", "companion.log.1", "companion.log.2", "companion.log.3"]
    assert sum(path.stat().st_size for path in log.parent.iterdir()) < 5_000_000


def test_a_mistake_of_ours_is_said_without_what_it_held() -> None:
    known = CompanionError(ErrorCode.BUG, "b", "c", "d")
    assert as_error(known) is known
    shown = as_error(KeyError("password=canary-7731"))
    assert shown.code == ErrorCode.BUG
    assert "KeyError" in shown.message
    assert "canary" not in shown.message
