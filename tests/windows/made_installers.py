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


def nsis(folder: Path, outcome: str, version: str = "4.2") -> Path:
    """Returns an installer made by makensis that ends as `outcome` says (see its script)."""
    made = folder / f"HarbourNotes-{outcome}-{version}.exe"
    words = [f"-DOUTPUT={made}", f"-DVERSION={version}", f"-DOUTCOME={outcome}"]
    if outcome == "bootstrap":
        words.append(f"-DINNER={nsis(folder, 'late', version)}")
    _run("makensis", "-V2", "-NOCD", *words, str(_MATRIX / "HarbourNotes.nsi"))
    return made


def msi(folder: Path, outcome: str, version: str = "4.2.0") -> Path:
    """Returns a package made by wixl that ``works``, asks for a ``restart``, or ``fails`` in an action of its own."""
    made = folder / f"HarbourLedger-{outcome}-{version}.msi"
    restart = f"RESTART={'yes' if outcome == 'restart' else 'no'}"
    _run("wixl", "-D", f"VERSION={version}", "-D", restart, "-o", str(made), "HarbourLedger.wxs", folder=_MATRIX)
    if outcome == "fails":
        # wixl knows no action that only ends with a message.
        _run("msibuild", str(made), *(word for query in _FAILS for word in ("-q", query)))
    return made


def _run(*command: str, folder: Path = _MATRIX) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}\n{done.stderr}"
