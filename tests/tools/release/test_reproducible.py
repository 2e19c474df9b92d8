"""The time that what is built bears."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.release.reproducible import TIME, reproducible, source_time


def test_the_environment_names_the_time() -> None:
    assert source_time({TIME: "1234567890"}) == 1234567890


def test_without_commits_the_time_is_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert source_time({}, tmp_path) == 1_700_000_000
    monkeypatch.setenv("PATH", str(tmp_path))
    assert source_time({}, tmp_path) == 1_700_000_000, "also where there is no git"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_otherwise_it_is_the_time_of_the_newest_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1600000000 +0200")
    who = ["-c", "user.name=A", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], [*who, "commit", "--quiet", "--allow-empty", "--message", "One"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    assert source_time({}, tmp_path) == 1_600_000_000


def test_tools_get_the_time_and_an_order_of_sets() -> None:
    given = reproducible()
    assert given[TIME] == str(source_time())
    assert given["PYTHONHASHSEED"] == "1"


def test_byte_code_that_is_built_has_no_columns() -> None:
    source = "a = compile('b = c(1, 2)', '', 'exec'); print({each[2:] for each in a.co_positions()})"
    ran = subprocess.run([sys.executable, "-c", source], env=reproducible(), capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "{(None, None)}"
