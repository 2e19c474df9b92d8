"""The digests that are published beside the programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.release.sums import write_sums


def test_the_sum_is_what_the_usual_program_checks(tmp_path: Path) -> None:
    setup = tmp_path / "Companion-1.2.3-setup.exe"
    setup.write_bytes(b"an installer")
    write_sums(tmp_path, [setup])
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 0
    setup.write_bytes(b"another one")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 1
