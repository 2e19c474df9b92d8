"""The command line: one sub-command per user job."""

from __future__ import annotations


def main(argv: list[str] | None = None) -> int:
    raise SystemExit(2)
