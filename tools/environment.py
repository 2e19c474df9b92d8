"""The virtual environment in ``.venv``: made and kept up to date with the exact versions of ``requirements/``."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

from tools.system_packages import QT_LIBRARIES, Missing, require, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUN, DEVELOP = "run", "dev"
LOAD_QT = "import ctypes, PySide6.QtWidgets; [ctypes.CDLL(n) for n in ('libxcb-cursor.so.0', 'libxcb-icccm.so.4')]"


def set_up(purpose: str) -> None:
    """Makes or updates ``.venv`` to run the program or to develop it; when nothing changed, this takes no time.

    Raises `Missing` with what to do when something cannot be installed.
    """
    ready = [_stamp(name) for name in (DEVELOP, RUN) if name == purpose or purpose == RUN]
    if PYTHON.exists() and any(path.exists() and path.read_text() == _wanted(path) for path in ready):
        return
    say("Setting up in .venv: this takes a minute or two, once.")
    _make_venv()
    _install_packages(purpose)
    _install_project()
    _check_qt()
    _stamp(purpose).write_text(_wanted(_stamp(purpose)))


def exact_versions(listed: str) -> list[str]:
    """Returns the options by which pip installs the versions in a file of ``requirements/``, and nothing else.

    Without them pip looks for the newest version of what is asked for with an extra (``coverage[toml]``), although
    the file names the version of ``coverage``, and refuses it as soon as a newer one is released.
    """
    return ["--require-hashes", "--no-deps", "-r", listed]


def lock() -> int:
    """Writes the newest versions that fit into ``requirements/``; returns the exit code of the tool that does it."""
    for purpose in (RUN, DEVELOP):
        groups = ["--group", "build", *(["--group", "dev", "-c", "requirements/run.txt"] if purpose == DEVELOP else [])]
        options = [
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--no-header",
            "--quiet",
            "--upgrade",
            "--extra",
            "demo",
        ]
        compiled = [PYTHON, "-m", "uv", "pip", "compile", *options, *groups, "--no-emit-index-url"]
        code = _run(*compiled, "-o", f"requirements/{purpose}.txt", "pyproject.toml")
        if code:
            return code
    return 0


def _stamp(purpose: str) -> Path:
    return VENV / f"companion-{purpose}.stamp"


def _wanted(stamp: Path) -> str:
    """Returns what an environment of this purpose was made from, as one digest."""
    purpose = stamp.stem.rpartition("-")[2]
    made_from = [ROOT / "pyproject.toml", ROOT / "requirements" / f"{purpose}.txt"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_from) + sys.version.encode()).hexdigest()


def _make_venv() -> None:
    if PYTHON.exists() and not _run(PYTHON, "-m", "pip", "--version", quiet=True):
        return
    if importlib.util.find_spec("ensurepip") is None:
        # Debian and Ubuntu ship Python without the part that puts pip into a virtual environment.
        require([f"python{sys.version_info.major}.{sys.version_info.minor}-venv"])
        importlib.invalidate_caches()
    venv.create(VENV, with_pip=True, clear=True)


def _install_packages(purpose: str) -> None:
    exact = f"requirements/{purpose}.txt"
    if not _pip(*exact_versions(exact)) and not _run(PYTHON, "-m", "pip", "--disable-pip-version-check", "check"):
        return
    say(f"The exact versions of {exact} could not be installed.")
    if os.environ.get("CI"):
        raise Missing(
            "Continuous integration takes no other versions: run `python3 dev.py lock` and commit the result."
        )
    say("Versions within the bounds of pyproject.toml are taken instead; tests may behave differently with them.")
    if _pip(*_within_bounds(purpose)):
        raise Missing("The packages could not be installed. Is this machine on the internet?")


def _within_bounds(purpose: str) -> list[str]:
    """Returns what pyproject.toml asks for."""
    import tomllib  # Not there before Python 3.11, and dev.py must start on an older one to say so.

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = declared["dependency-groups"]
    project = declared["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["demo"], *groups["build"]]
    return [*wanted, *(groups["dev"] if purpose == DEVELOP else [])]


def _install_project() -> None:
    if _pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT)):
        raise Missing("Companion itself could not be installed; the message above says why.")


def _pip(*arguments: str) -> int:
    return _run(PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments)


def _check_qt() -> None:
    """Qt's wheels leave some shared libraries to the system, and bare Debian and Ubuntu machines lack them."""
    if not sys.platform.startswith("linux") or not _run(PYTHON, "-c", LOAD_QT, quiet=True):
        return
    require(QT_LIBRARIES)
    if _run(PYTHON, "-c", LOAD_QT):
        raise Missing("Qt still cannot be loaded; the message above names what is missing.")


def _run(*command: object, quiet: bool = False) -> int:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run([str(part) for part in command], cwd=ROOT, stdout=output, stderr=output).returncode
