"""Signs Windows programs with a certificate that the environment names; without one they stay unsigned.

``COMPANION_SIGN_PFX`` is a PKCS #12 file, ``COMPANION_SIGN_PASSWORD_FILE`` a file with its password (which so stands in
no argument), ``COMPANION_SIGN_TIMESTAMP`` the address of a time-stamping service, where signatures shall outlive the
certificate. ``python -m tools.windows.signing FILE`` is what the installer's script calls for the uninstaller.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tools.system_packages import Missing, exit_code, say

CERTIFICATE, PASSWORD, TIMESTAMP = "COMPANION_SIGN_PFX", "COMPANION_SIGN_PASSWORD_FILE", "COMPANION_SIGN_TIMESTAMP"
PROGRAM = "osslsigncode"


class Certificate(NamedTuple):
    """Where the certificate and its password lie; `timestamp` is an address, or None."""

    file: Path
    password: Path | None
    timestamp: str | None


def certificate(environment: Mapping[str, str] = os.environ) -> Certificate | None:
    """Returns what to sign with, None where nothing is named. Raises `Missing` with what is wrong."""
    named = environment.get(CERTIFICATE)
    if not named:
        return None
    password = environment.get(PASSWORD)
    for variable, path in ((CERTIFICATE, named), (PASSWORD, password)):
        if path and not Path(path).is_file():
            raise Missing(f"{variable} names a file that is not there: {path}")
    if shutil.which(PROGRAM) is None:
        raise Missing(f"To sign, {PROGRAM} is needed: apt-get install {PROGRAM}")
    return Certificate(Path(named), Path(password) if password else None, environment.get(TIMESTAMP) or None)


def sign(file: Path, chosen: Certificate) -> None:
    """Sign a program in place. Raises `Missing` with what the tool said."""
    signed = file.with_name(f"{file.name}.signed")
    words: list[object] = [PROGRAM, "sign", "-pkcs12", chosen.file, "-h", "sha256", "-n", "Companion"]
    words += ["-readpass", chosen.password] if chosen.password else []
    words += ["-ts", chosen.timestamp] if chosen.timestamp else []
    ran = subprocess.run([str(word) for word in (*words, "-in", file, "-out", signed)], capture_output=True, text=True)
    if ran.returncode:
        signed.unlink(missing_ok=True)
        raise Missing(f"{file.name} could not be signed:\n{ran.stdout}{ran.stderr}".rstrip())
    signed.replace(file)


def sign_where_possible(*files: Path) -> bool:
    """Sign these files, or say that they stay unsigned; returns whether they are signed. Raises `Missing`."""
    chosen = certificate()
    names = ", ".join(file.name for file in files)
    if chosen is None:
        say(f"Unsigned: {names} ({CERTIFICATE} names no certificate). Windows warns of unsigned programs.")
        return False
    for file in files:
        sign(file, chosen)
    say(f"Signed: {names}.")
    return True


def main(words: list[str]) -> int:
    """Sign the files that the words name, where possible; returns the exit code. Raises `Missing`."""
    sign_where_possible(*map(Path, words))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
