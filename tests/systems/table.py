"""The jobs that the help pages of a store promise, and what each takes. ``python -m tests.systems.table`` prints them.

Both tests beside this file do every job, count its steps, and look at the store or the disk afterwards.
"""

from __future__ import annotations

import sys
from typing import NamedTuple


class System(NamedTuple):
    """A job: `steps` are what is clicked, chosen or typed in the window, from Home on; `commands` what is typed."""

    name: str
    title: str
    steps: int
    commands: tuple[str, ...]


_S = System
SYSTEMS = (
    _S("find-by-number", "find an order by its number and password", 3, ("orders add NUMBER",)),
    _S("find-by-card", "find an order by e-mail address and card", 4,
       ("orders add --email ADDRESS --card-digits DIGITS",)),
    _S("forgotten-password", "have a forgotten order password sent", 2, ("orders reset-password NUMBER",)),
    _S("serial-key", "look up the serial key", 2, ("licences key NUMBER --yes",)),
    _S("cancel-auto-renewal", "cancel auto-renewal, with a receipt", 2, ("auto-renew NUMBER off --yes",)),
    _S("renew-by-hand", "renew by hand, with another card", 2, ("orders open NUMBER renew",)),
    _S("unwanted-renewal", "give back a renewal that was not wanted", 2,
       ("returns NUMBER request --reason unwanted-renewal --yes",)),
    _S("return", "return an order", 3, ("returns NUMBER request --yes",)),
    _S("letter", "accept the letter of destruction", 2, ("returns NUMBER accept-letter --yes",)),
    _S("two-charges", "learn why there are two charges", 1, ("money NUMBER",)),
    _S("statement", "learn what a line of the card statement is", 3, ("money --statement LINE",)),
    _S("invoice", "save the invoice", 3, ("invoice NUMBER --pdf FILE",)),
    _S("parcel", "follow a parcel", 2, ("shipping NUMBER",)),
    _S("backup-medium", "buy the backup medium", 3, ("backup-media NUMBER add --yes",)),
    _S("download", "download what was bought", 2, ("download NUMBER",)),
    _S("download-again", "download it again", 2, ("download NUMBER",)),
    _S("interrupted-download", "go on with an interrupted download", 2, ("download NUMBER",)),
    _S("lost-file", "find the downloaded file", 2, ("download NUMBER",)),
    _S("closed-window", "have a closed download window opened", 2, ("extend NUMBER",)),
    _S("install", "check this PC and install", 5, ("preflight", "download NUMBER", "install NUMBER --yes")),
    _S("free-a-seat", "free the seat of a PC that is gone", 3, ("seats NUMBER free SEAT --yes",)),
    _S("support", "find the right support number for a PC", 2, ("support --maker HP",)),
)  # fmt: skip


def rows() -> str:
    """The table as Markdown."""
    head = "| to do | steps in the window | in the terminal |\n|---|---|---|\n"
    lines = (
        f"| {each.title} | {each.steps} | {', '.join(f'`companion {command}`' for command in each.commands)} |\n"
        for each in SYSTEMS
    )
    return head + "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(rows())
