"""What makes the same source give the same bytes, as far as the tools allow."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools.environment import ROOT

TIME = "SOURCE_DATE_EPOCH"
_WITHOUT_COMMITS = 1_700_000_000


def source_time(environment: Mapping[str, str] = os.environ, source: Path = ROOT) -> int:
    """Returns the time that what is built bears, in seconds since 1970.

    It is the one that the environment names, else that of the newest commit, else a fixed one.
    """
    if named := environment.get(TIME):
        return int(named)
    try:
        ran = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=source, capture_output=True, text=True)
    except FileNotFoundError:  # a machine without git
        return _WITHOUT_COMMITS
    return int(ran.stdout.strip() or _WITHOUT_COMMITS)


def reproducible() -> dict[str, str]:
    """Returns the environment for the tools that build: times are fixed, and sets are in the same order each time.

    Byte code is without the columns of expressions, a tenth of it: a traceback shows them by drawing below the source,
    and a built program has none beside it.
    """
    return {**os.environ, TIME: str(source_time()), "PYTHONHASHSEED": "1", "PYTHONNODEBUGRANGES": "1"}
