"""``dev.py`` tells what was wrong with its words, and does nothing then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def dev(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-B", str(ROOT / "dev.py"), *words], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "dev.py needs a command:"),
        (("tset",), "dev.py has no command “tset”. Did you mean “test”?"),
        (("frobnicate",), "dev.py has no command “frobnicate”.\n"),
        (("setup", "now"), "“setup” takes no further words: now"),
        (("build-linux", "now"), "“build-linux” takes no further words: now"),
        (("release",), "“release” needs the folder"),
        (("release", "--notes=new.txt"), "“release” needs the folder"),
        (("relaese", "/tmp/x"), "dev.py has no command “relaese”. Did you mean “release”?"),
        (("pictures",), "“pictures” needs the folder"),
        (("pictures", "--theme=dark"), "“pictures” needs the folder"),
    ],
)
def test_wrong_words_are_named_with_what_there_is(words: tuple[str, ...], told: str) -> None:
    ran = dev(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(told)
    assert "python3 dev.py test [--quick]" in ran.stderr


def test_help_is_no_failure() -> None:
    ran = dev("--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "python3 dev.py mutate" in ran.stdout
