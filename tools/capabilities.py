"""Writes the table of what can be done at which kind of store into the README, between its markers."""

from __future__ import annotations

import sys
from pathlib import Path

from companion.domain.connectors.table import capability_table

README = Path(__file__).parents[1] / "README.md"
BEGIN = "<!-- The table of capabilities is made by: python3 dev.py capabilities -->\n"
END = "<!-- End of the table of capabilities. -->\n"


def with_table(text: str) -> str:
    """Returns the text of the README with the present table. Raises `ValueError` where its markers are missing."""
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError("the README has no markers for the table of capabilities")
    return f"{before}{BEGIN}\n{capability_table()}\n{END}{after}"


def main() -> int:
    """Write the table."""
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
