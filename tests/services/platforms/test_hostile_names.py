"""Names that other programs chose for themselves: nothing in them acts, and they stay what they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.domain.core.untrusted.foreign_text import marked_text
from companion.services.platforms.linux.platform import linux
from tests.kits.spoiled import ACTING
from tests.kits.waiting import until

NAMES = ("mail\u202egpj", "mail\x1b[31m", "mail\nCall us", "mail\u200b", "m\u2028\ufeff")


@pytest.mark.parametrize("name", NAMES)
def test_what_acts_is_marked_and_names_stay_different(name: str) -> None:
    marked = marked_text(name)
    assert not any(sign in marked for sign in (*ACTING, "\n"))
    assert "\ufffd" in marked
    assert marked not in ("mail", "m", marked_text(f"other {name}"))
    assert marked_text(marked) == marked


def test_a_long_name_is_cut() -> None:
    assert len(marked_text("x" * 10_000_000, 300)) == 300


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[str], int]]:
    running: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> int:
        path = tmp_path / name
        shutil.copy("/bin/sleep", path)
        running.append(subprocess.Popen([path, "600"]))
        return running[-1].pid

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="starts copies of /bin/sleep")
@pytest.mark.parametrize("name", NAMES)
def test_a_process_is_listed_and_described_without_what_acts(started: Callable[[str], int], name: str) -> None:
    pid, probe = started(name), linux(os.environ).processes

    def listed() -> list[str]:
        return [each.name for each in probe.list_processes() if each.pid == pid]

    until(lambda: "\ufffd" in "".join(listed()))
    found = next(each for each in probe.describe([pid]) if each.pid == pid)
    for shown in (*listed(), found.name):
        assert "\ufffd" in shown
        assert not any(sign in shown for sign in (*ACTING, "\n"))
    assert found.path is not None
    assert Path(found.path).name == name, "what acts on the file still finds it"
