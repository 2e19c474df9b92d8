"""A system that hides other users' processes (mount option hidepid, proc(5))."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.kits.processes import ROOT, command

_OWN_NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"]


def _may_unshare() -> bool:
    if not shutil.which("unshare"):
        return False
    words = [*_OWN_NAMESPACES, "mount", "-t", "proc", "-o", "hidepid=1", "proc", "/proc"]
    return subprocess.run(words, capture_output=True).returncode == 0


@pytest.mark.skipif(not sys.platform.startswith("linux") or not _may_unshare(), reason="needs namespaces, as root")
def test_one_process_that_is_hidden_does_not_hide_the_others() -> None:
    """The parent belongs to root and may not be read; the person's own program is found all the same."""
    words = [*_OWN_NAMESPACES, *command("hidden_processes")]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"hidden": True, "found": True, "described": True}
