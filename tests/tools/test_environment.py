"""The environment for development gets the exact versions, whatever is released meanwhile."""

from __future__ import annotations

import hashlib
import os
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from tools.environment import exact_versions


def wheel(folder: Path, name: str, version: str, *metadata: str) -> str:
    """Writes an empty distribution and returns its line in a file of exact versions."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    inside = f"{name}-{version}.dist-info"
    told = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""])
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(f"{inside}/METADATA", told)
        made.writestr(
            f"{inside}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{inside}/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.mark.slow
def test_a_newer_release_of_what_is_asked_for_with_an_extra_changes_nothing(tmp_path: Path) -> None:
    plugin = wheel(tmp_path, "plugin", "1.0", "Requires-Dist: meter[extra]>=1.0")
    meter = wheel(tmp_path, "meter", "1.0", "Provides-Extra: extra")
    wheel(tmp_path, "meter", "1.1", "Provides-Extra: extra")
    (tmp_path / "exact.txt").write_text(plugin + meter, encoding="utf-8")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(python), "-m", "pip", "--isolated", "--disable-pip-version-check"]
    only_here = ["--quiet", "--no-index", "--find-links", str(tmp_path)]
    subprocess.run([*pip, "install", *only_here, *exact_versions(str(tmp_path / "exact.txt"))], check=True)
    listed = subprocess.run([*pip, "list", "--format=freeze"], check=True, capture_output=True, text=True).stdout
    assert {"plugin==1.0", "meter==1.0"} <= set(listed.splitlines())
    subprocess.run([*pip, "check"], check=True)
