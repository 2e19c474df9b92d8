"""``companion demo`` as a person runs it: from start to end, and through an interruption."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from companion.services.app.resources import resource
from companion.services.downloads.fetch import unfinished
from tests.kits.waiting import until

pytestmark = pytest.mark.keychain

FAMILY = "LF-5930-2216"
COMPANION = [sys.executable, "-m", "companion"]


def words(home: Path, *more: object) -> list[str]:
    return [*COMPANION, "demo", "--no-window", "--json", "--home", str(home), *map(str, more)]


def run(environment: dict[str, str], home: Path, *more: object) -> dict[str, Any]:
    """The demo's result. When a program of this machine is in the way of installing, wait until it is not."""
    for _ in range(10):
        ran = subprocess.run(words(home, *more), env=environment, capture_output=True, text=True, timeout=120)
        assert "Traceback" not in ran.stderr
        told: dict[str, Any] = json.loads(ran.stdout)
        error = told.get("error")
        if error is None or error["code"] not in ("blocked", "installer-blocked"):
            assert (ran.returncode, error) == (0, None)
            return told
        assert ran.returncode == 1
        profile = str(resource("profiles/larkfield.json"))
        watch = [*COMPANION, "preflight", "--watch", "--profile", profile]
        subprocess.run(watch, env=environment, capture_output=True, check=True, timeout=60)
    pytest.fail("another program stays in the way of installing")


@pytest.mark.slow
def test_the_whole_job_with_a_real_keychain(secret_service: dict[str, str], tmp_path: Path) -> None:
    told = run(secret_service, tmp_path / "demo", "--size", "2")
    did = {step["name"]: step["did"] for step in told["steps"]}
    assert "was read back from there" in did["keep-credentials"]
    assert "holds nothing of it any more" in did["forget"]
    assert "session only" not in did["add-mails"], "keys and links are in the keychain too"
    assert told["verified"]
    (artifact,) = (tmp_path / "demo" / "store" / "artifacts").iterdir()
    assert told["sha256"] == hashlib.sha256(artifact.read_bytes()).hexdigest()
    assert Path(told["path"]).read_bytes() == artifact.read_bytes()
    assert (tmp_path / "demo" / "store" / "installed" / "installed.json").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_in_the_middle_of_the_download_it_goes_on_from_there(
    secret_service: dict[str, str], tmp_path: Path
) -> None:
    home = tmp_path / "demo"
    folder = home / "user" / "downloads" / FAMILY
    size = 24 * 2**20
    slow = subprocess.Popen(
        words(home, "--size", "24", "--rate", "8000000"),
        env=secret_service,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # A claim in the journal is what survives; so many bytes are proven to be there.
    until(lambda: folder.is_dir() and any(0 < entry.done < size for entry in unfinished(folder)), 60)
    slow.send_signal(signal.SIGKILL)
    slow.communicate(timeout=20)
    assert slow.returncode == -signal.SIGKILL
    (left,) = unfinished(folder)
    told = run(secret_service, home, "--size", "24")
    assert told["resumedFrom"] >= left.done > 0
    assert f"going on from byte {told['resumedFrom']:,}" in next(
        step["did"] for step in told["steps"] if step["name"] == "download"
    )
    (artifact,) = (home / "store" / "artifacts").iterdir()
    digest = hashlib.sha256(artifact.read_bytes()).hexdigest()
    assert told["sha256"] == digest
    assert hashlib.sha256(Path(told["path"]).read_bytes()).hexdigest() == digest


def test_two_at_once_in_one_folder_are_refused(clean_environment: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "demo"
    first = subprocess.Popen(
        words(home, "--size", "24", "--rate", "1000000"),
        env=clean_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: (home / "demo.json").exists())
    second = subprocess.run(words(home), env=clean_environment, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert json.loads(second.stdout)["error"]["code"] == "demo-running"
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=30)
    assert first.returncode == 130, err
    assert json.loads(out)["error"]["code"] == "stopped"
