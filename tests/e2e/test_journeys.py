"""What a person does from the first start on, on a real desktop: with the mouse, and with the keyboard only."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.domain.store.orders import Order
from companion.services.app.resources import resource
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials
from tests.kits.desktop import Desktop, desktop, program_on
from tests.kits.hand import Hand, Keyboard, Mouse
from tests.kits.screen_reader import ScreenReader, reader
from tests.kits.waiting import until

__all__ = ["desktop", "reader"]
pytestmark = [pytest.mark.desktop, pytest.mark.slow]
FAMILY = "LF-5930-2216"
STEPS = ("Choose", "Check this PC", "Download", "Verify", "Install", "Done")


@pytest.fixture
def store(desktop: Desktop) -> Iterator[DemoStore]:
    """A store whose installer minds no program of this machine."""
    profile = json.loads(resource("profiles/larkfield.json").read_bytes())
    profile["blockers"] = []
    with DemoStore(
        desktop.folder / "store", profile=json.dumps(profile).encode(), system="linux", size=2**20, password_cost=2
    ) as made:
        yield made


@pytest.fixture
def program(desktop: Desktop, reader: ScreenReader) -> Iterator[subprocess.Popen[bytes]]:
    with program_on(desktop) as made:
        yield made


class Person:
    """Does what the journeys consist of, and looks at the store afterwards."""

    def __init__(self, hand: Hand, reader: ScreenReader, store: DemoStore) -> None:
        self.hand, self.reader, self.store = hand, reader, store
        self.account: Account = next(each for each in store.accounts if each.order_number == FAMILY)

    def sees(self, role: str, *beginning: str) -> bool:
        """Whether something with this role is shown whose name begins so."""
        return any(part.role == role and part.name.startswith(beginning) for part in self.reader.parts())

    def reads(self, *beginning: str) -> Callable[[], bool]:
        return lambda: self.sees("heading", *beginning)

    def at_the_store(self) -> Order:
        """The order as the store has it."""
        client = StoreClient(self.store.url)
        password = Credentials(order_password=Secret(self.account.order_password))
        session = client.open_session(FAMILY, password)
        fresh = client.order(FAMILY, session.token)
        client.close()
        assert fresh is not None
        return fresh.value

    def all_is_told(self) -> None:
        """Every control that is shown has a name, a role that says what can be done with it, and its states."""
        assert self.reader.poorly_told() == []

    # The journeys

    def begin(self) -> None:
        """From the first start to the order."""
        until(self.reads("Welcome to Companion"), 60)
        self.all_is_told()
        self.hand.fill_in("Name or address of the store", self.store.url)
        self.hand.press("Add the store", lambda: self.sees("text", "Order number"))
        self.all_is_told()
        self.hand.fill_in("Order number", FAMILY)
        self.hand.fill_in("Order password", self.account.order_password)
        self.hand.press("Add the order", self.reads("Your software"))
        self.hand.press("Not now", lambda: not self.sees("push button", "Not now"))
        self.all_is_told()

    def install(self) -> None:
        """From the card to a working installation."""
        name = f"Download and install: Lantern Protect Family, order {FAMILY}"
        self.hand.press(name, self.reads("What should be installed?"))
        self.hand.press("Continue", self.reads("Is this PC ready?"))
        self.all_is_told()
        self.hand.press("Continue", self.reads("The file is complete and genuine"))
        self.hand.press("Continue to installation", self.reads("Install Lantern Protect setup"))
        self.hand.press("Install now", self.reads("Lantern Protect Family is installed"))
        self.all_is_told()
        self.hand.press("Finish", self.reads("Your software"))
        self.hears_the_installation()

    def hears_the_installation(self) -> None:
        heard = self.reader.heard()
        wanted = [f"Step {number} of 6: {name}" for number, name in enumerate(STEPS, 1)]
        places = [heard.index(each) for each in wanted]
        assert places == sorted(places), heard
        found = next(place for place, text in enumerate(heard) if "stand in the way" in text or "in the way." in text)
        assert places[1] < found < places[2], heard

    def switch_off(self) -> None:
        """Auto-renewal is switched off, after a question."""
        name = f"Auto-renewal of Lantern Protect Family, order {FAMILY}"
        self.hand.press(name, lambda: self.sees("push button", "Switch off"), "check box")
        self.hand.press("Switch off", self.reads("Auto-renewal is off"))
        self.hand.press("Close", lambda: not self.sees("heading", "Auto-renewal is off"))
        assert not self.at_the_store().subscriptions[0].auto_renew

    def free_a_seat(self) -> None:
        """The seat of a PC that is gone is freed."""
        self.hand.press(f"Lantern Protect Family: open order {FAMILY}", self.reads(f"Order {FAMILY}"))
        self.all_is_told()
        seats = len(self.at_the_store().licences[0].seats)
        free = "Free the seat of Dell XPS 13, front room"
        self.hand.press(free, lambda: self.sees("push button", "Free the seat"))
        self.hand.press("Free the seat", lambda: self.sees("panel", "The seat is free"))
        assert len(self.at_the_store().licences[0].seats) == seats - 1

    def remove_and_undo(self) -> None:
        """The order is removed from this PC, which is taken back: it and its password are there again."""
        self.hand.press("Remove this order…", lambda: self.sees("push button", "Remove it"))
        self.all_is_told()
        self.hand.press("Remove it", lambda: self.sees("panel", f"Order {FAMILY} was removed"))
        assert self.sees("heading", "Orders")
        assert not self.sees("push button", f"Open order {FAMILY}")
        self.hand.press("Undo", lambda: self.sees("push button", f"Open order {FAMILY}"))
        assert not self.sees("panel", f"Order {FAMILY} was removed")
        self.hand.press(f"Open order {FAMILY}", self.reads(f"Order {FAMILY}"))
        assert not self.sees("push button", "Enter the password…")

    def give_back(self) -> None:
        """The order goes back."""
        self.hand.press("Request a return…", lambda: self.sees("push button", "Request the return"))
        self.hand.press("Request the return", lambda: self.sees("panel", "The store has your request"))
        assert len(self.at_the_store().returns) == 1


@pytest.mark.parametrize("by", [Mouse, Keyboard], ids=["mouse", "keyboard"])
def test_from_the_first_start_to_the_return(
    by: type[Mouse] | type[Keyboard], program: subprocess.Popen[bytes], desktop: Desktop, reader: ScreenReader,
    store: DemoStore,
) -> None:  # fmt: skip
    hand = by(desktop, reader)
    person = Person(hand, reader, store)
    journeys = (
        person.begin, person.install, person.switch_off, person.free_a_seat, person.remove_and_undo, person.give_back,
    )  # fmt: skip
    try:
        for journey in journeys:
            journey()
    except BaseException:
        desktop.picture("where-it-ended")
        told = [f"{part.role}: {part.name} {sorted(part.states)}" for part in reader.parts() if part.name]
        (desktop.folder / "where-it-ended.txt").write_text("\n".join((*told, "heard:", *reader.heard())))
        raise
    assert program.poll() is None
    assert hand.steps == 24
