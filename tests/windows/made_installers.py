"""Installers that the tests of the lab build, one for each ending: programs of NSIS, packages of Windows Installer."""

from __future__ import annotations

import subprocess
from pathlib import Path

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
    made = folder / f"HarbourLedger-{outcome}-{version}.msi"
    restart = f"RESTART={'yes' if outcome == 'restart' else 'no'}"
    _run("wixl", "-D", f"VERSION={version}", "-D", restart, "-o", str(made), "HarbourLedger.wxs", folder=_MATRIX)
    queries = {"fails": _FAILS, "step": _STEP_FAILS}.get(outcome)
    if queries is not None:
        # wixl knows no actions of these kinds.
        _run("msibuild", str(made), *(word for query in queries for word in ("-q", query)))
    return made


def _run(*command: str, folder: Path = _MATRIX) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"
