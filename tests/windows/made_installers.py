"""Installers that the tests of the lab build, one for each ending: programs of NSIS, packages of Windows Installer."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.kits.windows_library import library_of
from tests.windows.windows_kit import HERE

_MATRIX = HERE / "lab/matrix"
_FAILS = (
    "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) "
    "VALUES ('PrepareLedger', 19, '', 'The service of the ledger could not be prepared.')",
    "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES ('PrepareLedger', '', 4050)",
)

# A program of the package's own that ends with an error; what it said does not reach the log.
_STEP_FAILS = (
    "INSERT INTO `CustomAction` (`Action`, `Type`, `Source`, `Target`) "
    "VALUES ('PrepareLedger', 34, 'TARGETDIR', 'cmd.exe /c exit 5')",
    _FAILS[1],
)


def nsis(folder: Path, outcome: str, version: str = "4.2") -> Path:
    """Returns an installer made by makensis that ends as `outcome` says (see its script)."""
    made = folder / f"HarbourNotes-{outcome}-{version}.exe"
    words = [f"-DOUTPUT={made}", f"-DVERSION={version}", f"-DOUTCOME={outcome}"]
    if outcome == "bootstrap":
        words.append(f"-DINNER={nsis(folder, 'late', version)}")
    _run("makensis", "-V2", "-NOCD", *words, str(_MATRIX / "HarbourNotes.nsi"))
    return made


def msi(folder: Path, outcome: str, version: str = "4.2.0") -> Path:
    """Returns a package made by wixl that ``works``, asks for a ``restart``, or does not work.

    It ``fails`` with a message, or a ``step`` of it, a program of its own, does.
    """
    made = _wixl(folder, outcome, version, restart=outcome == "restart")
    queries = {"fails": _FAILS, "step": _STEP_FAILS}.get(outcome)
    if queries is not None:
        # wixl knows no actions of these kinds.
        _run("msibuild", str(made), *(word for query in queries for word in ("-q", query)))
    return made


def msi_with_step(folder: Path, returned: int, version: str = "4.2.0") -> Path:
    """Returns a package with a step of its own: a function of a library, whose thread ends with `returned`."""
    library = folder / f"step-{returned}.dll"
    library.write_bytes(library_of("PrepareLedger", returned))
    # wixl takes no absolute path.
    return _wixl(folder, f"step-{returned}", version, step=os.path.relpath(library, _MATRIX))


def _wixl(folder: Path, outcome: str, version: str, *, restart: bool = False, step: str = "no") -> Path:
    made = folder / f"HarbourLedger-{outcome}-{version}.msi"
    values = {"VERSION": version, "RESTART": "yes" if restart else "no", "STEP": step}
    words = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
    _run("wixl", *words, "-o", str(made), "HarbourLedger.wxs", folder=_MATRIX)
    return made


def _run(*command: str, folder: Path = _MATRIX) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"
