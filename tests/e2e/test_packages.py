"""What people install: the wheel in an empty environment, and the built folder, both outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tools.environment import exact_versions

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def _demo(program: list[str], home: Path) -> dict[str, object]:
    """Run the whole job with `program` and return what it reports."""
    environment = {**os.environ, "HOME": str(home), "USERPROFILE": str(home)}
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START", "COV_CORE_SOURCE"):
        environment.pop(name, None)
    done = subprocess.run(
        [*program, "demo", "--no-window", "--json", "--size", "4"],
        cwd=home, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    if done.returncode == 1:
        # Another program on this machine may really stand in the installer's way; everything before that is done.
        error = report["error"]
        assert isinstance(error, dict)
        assert error["code"] == "blocked", error
    assert report["verified"] is True
    return report


def test_the_wheel_carries_everything(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "wheel"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = (tmp_path / "wheel").glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "companion").rglob("*.py")} <= carried
    resources = [path for path in (ROOT / "resources").rglob("*") if path.is_file()]
    assert {f"companion/{path.relative_to(ROOT).as_posix()}" for path in resources} <= carried
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in carried)
    venv.create(tmp_path / "empty", with_pip=True)
    folder = tmp_path / "empty" / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(folder / "python"), "-m", "pip"]
    # What others offer meanwhile is not this test's matter: the exact versions, and whether the wheel asks for more.
    exact = ["--quiet", *exact_versions(str(ROOT / "requirements" / "run.txt"))]
    for words in (["install", *exact], ["install", "--quiet", "--no-deps", str(wheel)], ["check"]):
        subprocess.run([*pip, *words], check=True, capture_output=True, timeout=600)
    home = tmp_path / "home"
    home.mkdir()
    assert _demo([str(folder / "companion")], home)["sha256"]


@pytest.mark.skipif(
    sys.platform == "linux" and shutil.which("objdump") is None, reason="PyInstaller needs objdump (binutils) on Linux"
)
def test_the_built_folder_runs_without_python(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", "--distpath", str(tmp_path / "dist"),
        "--workpath", str(tmp_path / "work"), str(ROOT / "build.spec"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=600, cwd=tmp_path)
    program = str(tmp_path / "dist" / "companion" / "companion")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert version.stdout.startswith("Companion ")
    home = tmp_path / "home"
    home.mkdir()
    assert _demo([program], home)["sha256"]
