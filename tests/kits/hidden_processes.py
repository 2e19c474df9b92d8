"""Looks for a program on a PC whose /proc hides other users' processes; run as root in namespaces of its own.

``unshare --mount --pid --fork --propagation private python -m tests.kits.hidden_processes``; prints whether a program
of the user that it becomes was found and described.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from companion.services.platforms.linux.platform import linux
from tests.kits.waiting import until

_SOMEONE = 65534


def main() -> None:
    """Hide the processes, become an ordinary user whose parent is root's, and look."""
    subprocess.run(["mount", "-t", "proc", "-o", "hidepid=1", "proc", "/proc"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        program = Path(shutil.copy("/bin/sleep", Path(folder) / "thunderbird"))
        child = os.fork()
        if not child:
            _look_as_someone(program)
            os._exit(0)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _look_as_someone(program: Path) -> None:
    os.setgroups([])
    os.setresgid(_SOMEONE, _SOMEONE, _SOMEONE)
    os.setresuid(_SOMEONE, _SOMEONE, _SOMEONE)
    started = subprocess.Popen([program, "3600"])
    try:
        until(lambda: _runs(started.pid, program.name))
        processes = linux({}).processes
        pids = [seen.pid for seen in processes.list_processes(frozenset({program.name}))]
        described = [process.pid for process in processes.describe([*pids, os.getpid()])]
        hidden = not os.access("/proc/1/stat", os.R_OK)
        found = {"hidden": hidden, "found": pids == [started.pid], "described": started.pid in described}
        sys.stdout.write(json.dumps(found))
        sys.stdout.flush()
    finally:
        started.kill()
        started.wait()


def _runs(pid: int, name: str) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == name
    except PermissionError:
        return False  # until it runs the program, it hides itself as its parent does, which was root


if __name__ == "__main__":
    main()
