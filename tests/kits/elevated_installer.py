"""Starts an installer with administrator rights as an ordinary user would: with another effective user than root.

``python -m tests.kits.elevated_installer PATH``; prints the installer's exit code, or the error's code and sentence.
The stand-in for pkexec gets root's rights back from the real user.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.services.platforms.linux.programs import LinuxPrograms

_SOMEONE = 65534


def main(path: Path) -> None:
    """Start it and wait for its end."""
    programs = LinuxPrograms(os.environ)
    with programs.pin(path) as (_, launchable):
        os.seteuid(_SOMEONE)
        try:
            launched = programs.start_installer(launchable, (), elevate=True)
            while (code := launched.wait(0.2)) is None:
                pass
            sys.stdout.write(f"exit {code}")
        except CompanionError as error:
            sys.stdout.write(f"{error.code} {error.message} {error.hint}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
