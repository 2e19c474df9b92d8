"""``companion seats``."""

from __future__ import annotations

from companion.cli.commands.entitlements.seats import SeatsResult
from tests.kits.cli import ANNUAL, FAMILY, Cli


def test_seats_are_taken_and_freed(cli: Cli) -> None:
    cli.add(FAMILY, ANNUAL)
    taken = cli.opened(FAMILY, "seats", FAMILY, "take", "--json").shown(SeatsResult)
    assert taken.taken == taken.this_pc
    assert {seat.id for seat in taken.seats} > {taken.this_pc}
    dell = next(seat for seat in taken.seats if seat.id != taken.this_pc)
    cli.opened(FAMILY, "seats", FAMILY, "free", dell.id, "--json").error(1, "not-confirmed")
    freed = cli.opened(FAMILY, "seats", FAMILY, "free", dell.name, "--yes", "--json").shown(SeatsResult)
    assert freed.freed == dell.id
    failure = cli.opened(FAMILY, "seats", FAMILY, "free", "nobody", "--yes", "--json").error(1, "seat-unknown")
    assert taken.this_pc in failure["hint"]
    cli.opened(ANNUAL, "seats", ANNUAL, "take", "--json").error(1, "seats-exhausted")
    assert "this PC" in cli.opened(FAMILY, "seats", FAMILY).out
