"""Modules of the tests that run in processes of their own."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: started here, Python finds `companion` and `tests`."""


def command(module: str, *words: str) -> list[str]:
    """Returns what starts a module of `tests.kits` from `ROOT`."""
    return [sys.executable, "-m", f"tests.kits.{module}", *words]
