"""Every job by commands, without a window."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.domain.store.orders import Order
from companion.services.storage.database import Library
from tests.kits.cli import BOXED, CLOSED, FAMILY, UNWANTED, Cli, Ran
from tests.kits.waiting import until
from tests.systems.conftest import Desktop
from tests.systems.jobs import HALF, LETTER, at_the_store, downloaded, leave_half, phone_of_hp, seats_of
from tests.systems.table import SYSTEMS, System

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at programs of Linux desktops")


class Typist:
    """Types commands and remembers them; what stands for a value is written in capitals."""

    def __init__(self, cli: Cli, desktop: Desktop, folder: Path) -> None:
        self.cli, self.desktop, self.folder = cli, desktop, folder
        assert cli.store is not None
        self.store = cli.store
        self.typed: list[str] = []

    def types(self, command: str, number: str = "", **values: object) -> Ran:
        """Run a command; each word of `values` is put in its place."""
        self.typed.append(command)
        meant = {"NUMBER": number, **values}
        words = [meant.get(word, word) for word in command.split()]
        ran = self.cli.opened(number, *words) if number and words[1] != "reset-password" else self.cli(*words)
        assert ran.code == 0, (ran.out, ran.err)
        return ran

    def order(self, number: str) -> Order:
        return at_the_store(self.store, number)


def find_by_number(typist: Typist) -> None:
    typist.types("orders add NUMBER", FAMILY)
    assert [each["orderNumber"] for each in typist.cli("orders", "list", "--json").json["orders"]] == [FAMILY]


def find_by_card(typist: Typist) -> None:
    account = next(each for each in typist.store.accounts if each.order_number == FAMILY)
    given = {"ADDRESS": account.email, "DIGITS": account.card_last_digits}
    typist.types("orders add --email ADDRESS --card-digits DIGITS", **given)
    assert [each["orderNumber"] for each in typist.cli("orders", "list", "--json").json["orders"]] == [FAMILY]


def forgotten_password(typist: Typist) -> None:
    typist.types("orders reset-password NUMBER", FAMILY)
    (mail,) = (typist.folder / "store" / "outbox").iterdir()
    assert FAMILY in mail.read_text()


def serial_key(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    key = typist.order(FAMILY).licences[0].key
    assert key is not None
    assert typist.types("licences key NUMBER --yes", FAMILY).out.strip() == key.reveal()


def cancel_auto_renewal(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.types("auto-renew NUMBER off --yes", FAMILY)
    assert not typist.order(FAMILY).subscriptions[0].auto_renew
    assert "switched off" in typist.cli("receipts", FAMILY).out


def renew_by_hand(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.types("orders open NUMBER renew", FAMILY)
    until(lambda: typist.desktop.shows(f"/orders/{FAMILY}/renew"))


def unwanted_renewal(typist: Typist) -> None:
    typist.cli.add(UNWANTED)
    typist.types("returns NUMBER request --reason unwanted-renewal --yes", UNWANTED)
    order = typist.order(UNWANTED)
    assert (len(order.returns), order.subscriptions[0].auto_renew) == (1, False)


def give_back(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.types("returns NUMBER request --yes", FAMILY)
    assert len(typist.order(FAMILY).returns) == 1


def letter(typist: Typist) -> None:
    typist.cli.add(LETTER)
    typist.types("returns NUMBER accept-letter --yes", LETTER)
    assert typist.order(LETTER).waiting_return is None


def two_charges(typist: Typist) -> None:
    typist.cli.add(UNWANTED)
    told = typist.types("money NUMBER", UNWANTED).out
    assert "Why are there two charges?" in told
    assert "You pay once" in told


def statement(typist: Typist) -> None:
    typist.cli.add(UNWANTED)
    line = {"LINE": "LKF*LARKFIELD 65.20"}
    assert UNWANTED in typist.types("money --statement LINE", **line).out


def invoice(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    path = typist.folder / "invoice.pdf"
    typist.types("invoice NUMBER --pdf FILE", FAMILY, FILE=path)
    assert path.read_bytes().startswith(b"%PDF-")


def parcel(typist: Typist) -> None:
    typist.cli.add(BOXED)
    (sent,) = typist.order(BOXED).shipments
    assert sent.tracking_number is not None
    assert sent.tracking_number in typist.types("shipping NUMBER", BOXED).out


def backup_medium(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.types("backup-media NUMBER add --yes", FAMILY)
    assert len(typist.order(FAMILY).line_items) == 2


def download(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.types("download NUMBER", FAMILY)
    assert downloaded(typist.store, typist.folder, FAMILY).exists()


def download_again(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.cli.opened(FAMILY, "download", FAMILY)
    file = downloaded(typist.store, typist.folder, FAMILY)
    file.unlink()
    typist.types("download NUMBER", FAMILY)
    assert file.exists()


def interrupted_download(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    half = leave_half(typist.store, typist.folder, FAMILY)
    typist.types("download NUMBER", FAMILY)
    assert downloaded(typist.store, typist.folder, FAMILY).exists()
    assert not half.exists()
    library = Library(typist.cli.home / "library.db")
    (done,) = [entry.facts["resumedFrom"] for entry in library.timeline() if entry.event == "downloaded"]
    library.close()
    assert done == HALF


def lost_file(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.cli.opened(FAMILY, "download", FAMILY)
    assert str(downloaded(typist.store, typist.folder, FAMILY)) in typist.types("download NUMBER", FAMILY).out


def closed_window(typist: Typist) -> None:
    typist.cli.add(CLOSED)
    typist.types("extend NUMBER", CLOSED)
    typist.cli.opened(CLOSED, "download", CLOSED)
    assert downloaded(typist.store, typist.folder, CLOSED).exists()


def install(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    typist.types("preflight")
    typist.types("download NUMBER", FAMILY)
    typist.types("install NUMBER --yes", FAMILY)
    assert "installed" in typist.cli.timeline()


def free_a_seat(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    (seat,) = seats_of(typist.order(FAMILY))
    typist.types("seats NUMBER free SEAT --yes", FAMILY, SEAT=seat)
    assert seats_of(typist.order(FAMILY)) == []


def support(typist: Typist) -> None:
    typist.cli.add(FAMILY)
    assert phone_of_hp() in typist.types("support --maker HP").out


JOBS: dict[str, Callable[[Typist], None]] = {
    "find-by-number": find_by_number,
    "find-by-card": find_by_card,
    "forgotten-password": forgotten_password,
    "serial-key": serial_key,
    "cancel-auto-renewal": cancel_auto_renewal,
    "renew-by-hand": renew_by_hand,
    "unwanted-renewal": unwanted_renewal,
    "return": give_back,
    "letter": letter,
    "two-charges": two_charges,
    "statement": statement,
    "invoice": invoice,
    "parcel": parcel,
    "backup-medium": backup_medium,
    "download": download,
    "download-again": download_again,
    "interrupted-download": interrupted_download,
    "lost-file": lost_file,
    "closed-window": closed_window,
    "install": install,
    "free-a-seat": free_a_seat,
    "support": support,
}


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_by_command(system: System, cli: Cli, desktop: Desktop, tmp_path: Path) -> None:
    typist = Typist(cli, desktop, tmp_path)
    JOBS[system.name](typist)
    assert tuple(typist.typed) == system.commands
