"""``companion seats``."""

from __future__ import annotations

from companion.cli.commands.downloads.results import FetchResult
from companion.cli.commands.entitlements.seats import SeatsResult
from companion.domain.core.model import Secret
from companion.services.container.store import build_services
from companion.services.store.keychain.keychain import Credentials
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


def test_no_seat_left_is_said_before_downloading_and_installing(cli: Cli) -> None:
    """The family licence is filled up; its installer is there and is not started."""
    cli.add(FAMILY)
    cli.opened(FAMILY, "download", FAMILY, "--json").shown(FetchResult)
    assert cli.store is not None
    order = cli.opened(FAMILY, "orders", "show", FAMILY, "--json").json["order"]
    licence = order["licences"][0]
    orders = build_services(cli.home, cli.store.url)
    try:
        orders.orders.lookup.use_for_session(FAMILY, Credentials(order_password=Secret(cli.password(FAMILY))))
        for free in range(licence["seatsTotal"] - len(licence["seats"])):
            orders.orders.actions.take_seat(FAMILY, licence["id"], f"pc-{free}", f"Other PC {free}")
    finally:
        orders.close()
    told = cli.opened(FAMILY, "download", FAMILY)
    assert told.code == 0
    assert "No seat is left for this PC." in told.out + told.err
    failed = cli.opened(FAMILY, "install", FAMILY, "--json").error(1, "seats-exhausted")
    command = failed["hint"].partition("companion ")[2].split()
    assert command[:3] == ["seats", FAMILY, "free"]
    assert cli.opened(FAMILY, *command, "--yes").code == 0
    again = cli.opened(FAMILY, "install", FAMILY, "--json")
    assert "seats-exhausted" not in again.out
