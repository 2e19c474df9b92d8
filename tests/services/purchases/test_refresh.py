"""Asking stores about purchases: each on its own, what they say as facts, and when they are asked again."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.domain.connectors.answers import ActivationAnswer, DownloadOffer, Outcome, PurchaseSecrets, StoreAnswer
from companion.domain.connectors.capabilities import Capabilities
from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.values import AutoRenewal, EntitlementState
from companion.services.app.cancellation import Cancellation
from companion.services.purchases.activations import Activations
from companion.services.purchases.mirror import OrderMirror
from companion.services.purchases.refresh import PurchaseRefresh, Refreshed
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.storage.records import KnownStore
from companion.services.store.keychain.keychain import Keychain
from companion.services.stores.connectors import Connectors
from companion.services.stores.edd import EddStore
from companion.services.stores.protocol import StoreConnector
from companion.services.stores.store_api import OpenStores, StoreApiStore
from companion.services.stores.woocommerce import WooCommerceStore
from tests.kits.cli import ANNUAL, FAMILY
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.small_disks import Mount, fill_up, read_only
from tests.kits.small_disks import mount as mount
from tests.stores.edd_peer import EddLicence, EddPeer
from tests.stores.peer import Call, hang, page

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
KEY = "Ab12-KEY9-zz41=="
SITE = "https://companion-0123456789abcdef.invalid"


class Person:
    """One user's purchases with the connectors of the test; an answer may take `seconds`."""

    def __init__(self, folder: Path, *more: StoreConnector, seconds: float = 30) -> None:
        self.now = NOW
        self.backend = MemoryKeychain()
        self.library, self.keychain = Library(folder / "library.db"), Keychain(backend=self.backend)
        self.registry = PurchaseRegistry(self.library, PurchaseKeychain(self.keychain), self.clock)
        self.stores = OpenStores(self.keychain, self.library, self.clock)
        self.mirror = OrderMirror(self.library, self.registry, self.clock)
        store_api = StoreApiStore(self.clock, self.stores.orders_at, lambda: ("seat-1", "PC"), seconds=seconds)
        edd = EddStore(self.clock, lambda: SITE, seconds=seconds)
        connectors = Connectors((store_api, edd, WooCommerceStore(self.clock), *more))
        self.refresh = PurchaseRefresh(
            self.registry, connectors, self.library, self.mirror, self.clock, dt.UTC, jitter=lambda: 0.5
        )
        self.activations = Activations(self.registry, self.refresh)

    def clock(self) -> dt.datetime:
        return self.now

    def buy(self, address: str, kind: str = "edd", product: str = "Quill & Ink", key: str | None = KEY) -> str:
        """Add a purchase by its e-mail, a second after the one before; returns its id."""
        self.now += dt.timedelta(seconds=1)
        values = [
            (Field.STORE_KIND, kind, ""),
            (Field.STORE_ADDRESS, address, ""),
            (Field.PRODUCT, product, product),
            (Field.PRODUCT_ID, "57", product),
        ]
        draft = draft_of(values, MAIL, NOW, keys=[(product, Secret(key))] if key else ())
        return str(self.registry.add(draft, as_new=True).purchase_id)

    def outcomes(self) -> list[Outcome]:
        return [each.answer.outcome for each in self.refresh.all(Cancellation())]

    def close(self) -> None:
        self.stores.close()
        self.library.close()
        self.keychain.close()


class OneKindOfStore:
    """A connector of the test's own: `answer` says what reading leads to."""

    capabilities = Capabilities(kind="test", title="Test", ways={})

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, StoreAnswer | Exception] = {}
        self.waits: threading.Barrier | None = None

    def read(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        del secrets, cancellation
        self.asked.append(purchase.id)
        if self.waits is not None:
            self.waits.wait(30)
        answer = self.answers.get(purchase.store.address or "", StoreAnswer(Outcome.TOLD, NOW))
        if isinstance(answer, Exception):
            raise answer
        return answer

    newest_version = read

    def download(self, purchase: Overview, item: str, secrets: PurchaseSecrets, _: Cancellation) -> DownloadOffer:
        raise NotImplementedError

    def instance_id(self) -> Secret | None:
        return None

    def activate(self, purchase: Overview, item: str, secrets: PurchaseSecrets, _: Cancellation) -> ActivationAnswer:
        raise NotImplementedError

    def deactivate(self, purchase: Overview, item: str, secrets: PurchaseSecrets, _: Cancellation) -> StoreAnswer:
        raise NotImplementedError


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    made = Person(tmp_path)
    yield made
    made.close()


@pytest.fixture
def edd() -> Iterator[EddPeer]:
    made = EddPeer()
    yield made
    made.close()


@pytest.fixture
def second() -> Iterator[EddPeer]:
    made = EddPeer()
    yield made
    made.close()


def test_what_a_store_says_becomes_facts_of_the_purchase(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    assert person.outcomes() == [Outcome.TOLD]
    found = person.registry.get(bought)
    assert str(found.products[0].expires) == "2028-02-01"
    assert found.products[0].newest_version == "4.2.1"
    assert found.products[0].state is EntitlementState.NOT_ACTIVATED_HERE
    assert {fact.source.kind for fact in found.facts} == {SourceKind.EMAIL, SourceKind.STORE}


def test_a_store_that_is_broken_or_hangs_holds_up_and_hides_no_other(
    tmp_path: Path, edd: EddPeer, second: EddPeer
) -> None:
    person = Person(tmp_path, seconds=0.6)
    second.fault = hang
    gone = EddPeer()
    gone.close()
    ids = [person.buy(second.url), person.buy(gone.url), person.buy(edd.url), person.buy("https://x.example", "paddle")]
    told: list[Refreshed] = []
    found = person.refresh.all(Cancellation(), told.append)
    assert [each.purchase_id for each in found] == ids
    assert [each.answer.outcome for each in found] == [
        *(Outcome.COULD_NOT_ASK, Outcome.COULD_NOT_ASK, Outcome.TOLD, Outcome.DOES_NOT_TELL)
    ]
    assert sorted(each.purchase_id for each in told) == sorted(ids)
    person.close()


def test_stores_are_asked_at_the_same_time_and_one_store_about_one_thing_at_a_time(tmp_path: Path) -> None:
    kind = OneKindOfStore()
    person = Person(tmp_path, kind)
    for number in range(3):
        person.buy(f"https://shop{number}.example", "test", key=None)
    kind.waits = threading.Barrier(3)  # passed only when all three are being asked at once
    assert person.outcomes() == [Outcome.TOLD] * 3
    kind.waits, kind.asked = None, []
    ids = [person.buy("https://shop0.example", "test", f"Product {number}", key=None) for number in range(3)]
    person.outcomes()
    assert [each for each in kind.asked if each in ids] == ids
    person.close()


def test_a_connector_that_fails_in_an_unforeseen_way_hides_no_other(tmp_path: Path, edd: EddPeer) -> None:
    kind = OneKindOfStore()
    kind.answers["https://shop.example"] = KeyError("CANARY")
    person = Person(tmp_path, kind)
    person.buy("https://shop.example", "test", key=None)
    person.buy(edd.url)
    found = person.refresh.all(Cancellation())
    assert [each.answer.outcome for each in found] == [Outcome.COULD_NOT_ASK, Outcome.TOLD]
    assert "CANARY" not in str(found[0].answer.reason)
    person.close()


def test_a_store_that_could_not_be_asked_is_left_alone(person: Person, edd: EddPeer) -> None:
    for number in range(5):
        person.buy(edd.url, product=f"Product {number}")
    edd.fault = page(503)
    assert person.outcomes() == [Outcome.COULD_NOT_ASK] * 5
    assert len(edd.calls) == 1


def test_a_page_in_place_of_an_answer_leaves_every_fact_as_it_was(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    person.outcomes()
    before = person.registry.get(bought).facts
    for status in (200, 403, 503):
        edd.fault = page(status)
        assert person.outcomes() == [Outcome.COULD_NOT_ASK]
    assert person.registry.get(bought).facts == before


def test_a_key_is_not_sent_where_the_address_is_disputed(person: Person, edd: EddPeer, second: EddPeer) -> None:
    bought = person.buy(edd.url)
    other = Source(kind=SourceKind.EMAIL, name="billing@elsewhere.example")
    fact = Fact(field=Field.STORE_ADDRESS, value=second.url, source=other, said_at=NOW)
    person.registry.learn(bought, [fact])
    found = person.refresh.one(bought, Cancellation())
    assert found.answer.outcome is Outcome.DOES_NOT_TELL
    assert "Two addresses" in found.answer.said
    assert edd.calls == second.calls == []


def test_cancelling_ends_all_questions(tmp_path: Path, edd: EddPeer, second: EddPeer) -> None:
    person, cancellation, ended = Person(tmp_path), Cancellation(), threading.Event()
    edd.fault = second.fault = hang
    person.buy(edd.url)
    person.buy(second.url)

    def ask() -> None:
        with pytest.raises(Cancelled):
            person.refresh.all(cancellation)
        ended.set()

    thread = threading.Thread(target=ask)
    thread.start()
    cancellation.cancel()
    thread.join(20)
    assert ended.is_set()
    person.close()


def test_cancelling_while_a_store_is_asked_ends_the_question_and_tells_nothing_of_the_store(
    person: Person, edd: EddPeer
) -> None:
    cancellation = Cancellation()
    told: list[Refreshed] = []

    def cancelled_meanwhile(call: Call) -> bool:
        cancellation.cancel()
        return hang(call)

    edd.fault = cancelled_meanwhile
    person.buy(edd.url)
    with pytest.raises(Cancelled):
        person.refresh.all(cancellation, told.append)
    assert told == []


def test_what_was_removed_while_it_was_asked_about_stays_removed(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    purchase = person.registry.get(bought)
    person.registry.remove(bought)
    person.registry.learn(bought, purchase.facts)
    assert person.registry.all() == ()


def test_the_kind_of_a_store_that_was_added_counts_where_the_purchase_does_not_tell(
    person: Person, edd: EddPeer
) -> None:
    values = [(Field.STORE_ADDRESS, edd.url, ""), (Field.PRODUCT, "Quill & Ink", "Quill & Ink")]
    bought = person.registry.add(draft_of(values, MAIL, NOW, keys=[("Quill & Ink", Secret(KEY))])).purchase_id
    assert person.outcomes() == [Outcome.DOES_NOT_TELL]
    person.library.remember_store(KnownStore(address=edd.url, kind="edd", name="", added_at=NOW))
    assert person.outcomes() == [Outcome.TOLD]
    assert str(person.registry.get(str(bought)).products[0].expires) == "2028-02-01"


# In the background


def test_a_new_store_is_given_a_time_and_asked_when_it_has_come(person: Person, edd: EddPeer) -> None:
    person.buy(edd.url)
    assert person.refresh.due(Cancellation()) == ()
    person.now += dt.timedelta(hours=3)
    assert person.refresh.due(Cancellation()) == ()
    assert edd.calls == []
    person.now += dt.timedelta(hours=1)
    assert len(person.refresh.due(Cancellation())) == 1
    asked = len(edd.calls)
    person.now += dt.timedelta(days=2, hours=23)
    assert person.refresh.due(Cancellation()) == ()
    person.now += dt.timedelta(hours=1)
    assert len(person.refresh.due(Cancellation())) == 1
    assert len(edd.calls) == 2 * asked


def test_a_store_that_is_down_is_asked_less_and_less(person: Person, edd: EddPeer) -> None:
    person.buy(edd.url)
    person.refresh.due(Cancellation())
    edd.fault = page(403)
    asked_at, began = [], person.now
    for _ in range(24 * 4):
        person.now += dt.timedelta(hours=1)
        before = len(edd.calls)
        person.refresh.due(Cancellation())
        if len(edd.calls) > before:
            asked_at.append((person.now - began) // dt.timedelta(hours=1))
    assert asked_at == [4, 12, 28, 52, 76]


def test_what_is_kept_of_the_plan_may_be_damaged(person: Person, edd: EddPeer) -> None:
    person.buy(edd.url)
    person.library.remember_setting(f"check {edd.url}", "nonsense")
    assert person.refresh.due(Cancellation()) == ()
    person.now += dt.timedelta(hours=4)
    assert len(person.refresh.due(Cancellation())) == 1


# Orders of the Store API


def added(person: Person, store: DemoStore, *numbers: str) -> None:
    passwords = {each.order_number: each.order_password for each in store.accounts}
    for number in numbers:
        person.stores.orders_at(store.url).lookup.add(number, Secret(passwords[number]))


def test_an_order_that_was_added_is_a_purchase_once(person: Person, demo_store: DemoStore) -> None:
    added(person, demo_store, ANNUAL, FAMILY)
    for _ in range(3):
        person.mirror.run()
    found = person.registry.all()
    assert sorted(str(purchase.order_number) for purchase in found) == sorted([ANNUAL, FAMILY])
    assert found[0].store.kind == "storeApi"
    assert found[0].products[0].expires.at
    facts = [purchase.facts for purchase in found]
    assert person.outcomes() == [Outcome.TOLD, Outcome.TOLD]
    assert [len(purchase.facts) for purchase in person.registry.all()] == [len(each) for each in facts]


def test_an_order_of_which_only_the_number_is_known_is_a_purchase_too(person: Person) -> None:
    person.library.add_order("https://store.example", "LF-1", NOW)
    person.mirror.run()
    (found,) = person.registry.all()
    assert (found.order_number, found.store.address) == ("LF-1", "https://store.example")


@pytest.mark.parametrize("number", ["AB/", "/", "A  B", "A\tB", "#7", "x" * 500])
def test_an_odd_number_is_one_purchase_all_the_same(person: Person, number: str) -> None:
    person.library.add_order("https://store.example/", number, NOW)
    for _ in range(3):
        person.mirror.run()
    assert len(person.registry.all()) == 1


def test_the_same_number_in_two_stores_is_two_purchases(person: Person) -> None:
    for store in ("https://store.example", "https://other.example"):
        person.library.add_order(store, "LF-1", NOW)
    person.mirror.run()
    person.mirror.run()
    assert len(person.registry.all()) == 2


def test_a_purchase_that_was_removed_does_not_come_back_until_its_order_is_added_again(person: Person) -> None:
    store = "https://store.example"
    person.library.add_order(store, "LF-1", NOW)
    person.mirror.run()
    person.registry.remove(person.registry.all()[0].id)
    person.mirror.run()
    assert person.registry.all() == ()
    person.library.remove_order(store, "LF-1")
    person.mirror.run()
    person.library.add_order(store, "LF-1", NOW)
    person.mirror.run()
    assert len(person.registry.all()) == 1


def test_what_the_person_knows_of_an_order_stays(person: Person) -> None:
    person.library.add_order("https://store.example", "LF-1", NOW)
    person.mirror.run()
    bought = person.registry.all()[0].id
    person.registry.edit(bought, [(Field.NOTE, "in the drawer", "")])
    person.mirror.run()
    assert person.registry.get(bought).note == "in the drawer"


def test_an_order_joins_what_its_mail_already_made(person: Person) -> None:
    values = [(Field.STORE_ADDRESS, "https://store.example", ""), (Field.ORDER_NUMBER, "LF-1", "")]
    person.registry.add(draft_of(values, MAIL, NOW))
    person.library.add_order("https://store.example", "LF-1", NOW)
    person.mirror.run()
    person.mirror.run()
    assert len(person.registry.all()) == 1


def test_what_the_order_no_longer_says_is_over(person: Person, demo_store: DemoStore) -> None:
    added(person, demo_store, FAMILY)
    person.mirror.run()
    bought = person.registry.all()[0].id
    store = person.registry.get(bought).facts[0].source
    stale = Fact(field=Field.RENEWS_ON, value="2027-09-09", source=store, said_at=NOW - dt.timedelta(days=9))
    mine = Fact(field=Field.NOTE, value="mine", source=Source(kind=SourceKind.PERSON), said_at=NOW)
    gone = Fact(field=Field.MANAGE_PAGE, value="https://gone.example", source=store, said_at=NOW - dt.timedelta(days=9))
    person.registry.learn(bought, [mine, gone, stale])
    person.now += dt.timedelta(days=1)
    assert person.refresh.one(bought, Cancellation()).answer.outcome is Outcome.TOLD
    found = person.registry.get(bought)
    assert (found.note, found.manage_page) == ("mine", None)
    assert found.renewal is None or found.renewal.at != "2027-09-09"
    assert found.auto_renew in (AutoRenewal.ON, AutoRenewal.OFF)


def test_an_order_without_its_password_is_asked_for_and_not_guessed(person: Person, demo_store: DemoStore) -> None:
    person.library.add_order(demo_store.url, FAMILY, NOW)
    (found,) = person.refresh.all(Cancellation())
    assert found.answer.outcome is Outcome.DOES_NOT_TELL
    assert "orders add" in found.answer.said


# Seats


def licence_of(edd: EddPeer) -> EddLicence:
    return edd.licences[KEY]


def test_a_seat_is_kept_in_the_keychain_before_it_is_taken(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    product = person.registry.get(bought).products[0]
    kept_before: list[bool] = []

    def look(call: object) -> bool:
        kept_before.append(any("activation" in account for account in person.backend.entries))
        return False

    edd.fault = look
    found = person.activations.activate(bought, product, Cancellation())
    assert found.done
    assert kept_before[0]
    assert licence_of(edd).sites == {"companion-0123456789abcdef.invalid"}
    assert found.purchase.products[0].state is EntitlementState.ACTIVE
    assert found.purchase.products[0].seats.used == 1
    assert person.registry.secrets(bought).instance_ids == {product.item: Secret(SITE)}
    freed = person.activations.deactivate(bought, product, Cancellation())
    assert freed.done
    assert licence_of(edd).sites == set()
    assert person.registry.secrets(bought).instance_ids == {}
    assert not any("activation" in account for account in person.backend.entries)


def test_a_refused_seat_leaves_nothing_behind(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    licence_of(edd).sites = {"a.example", "b.example", "c.example"}
    found = person.activations.activate(bought, person.registry.get(bought).products[0], Cancellation())
    assert not found.done
    assert "No seat is left" in found.answer.said
    assert person.registry.secrets(bought).instance_ids == {}


def test_a_seat_whose_answer_was_lost_keeps_its_name(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    product = person.registry.get(bought).products[0]
    edd.fault = page(200)
    found = person.activations.activate(bought, product, Cancellation())
    assert (found.done, found.answer.outcome) == (False, Outcome.COULD_NOT_ASK)
    assert person.registry.secrets(bought).instance_ids == {product.item: Secret(SITE)}


def test_a_refusal_does_not_forget_a_seat_that_was_taken_before(person: Person, edd: EddPeer) -> None:
    bought = person.buy(edd.url)
    product = person.registry.get(bought).products[0]
    person.activations.activate(bought, product, Cancellation())
    licence_of(edd).disabled = True
    assert not person.activations.activate(bought, product, Cancellation()).done
    assert person.registry.secrets(bought).instance_ids == {product.item: Secret(SITE)}


@pytest.mark.parametrize(("close", "begun"), [(fill_up, False), (read_only, False), (fill_up, True)])
def test_what_a_store_says_is_shown_where_nothing_can_be_saved(
    mount: Mount, edd: EddPeer, close: Callable[[Path], None], begun: bool
) -> None:
    disk = mount("size=8m")
    person = Person(disk)
    id_, memory = person.buy(edd.url), person.backend
    person.now += dt.timedelta(hours=1)
    if not begun:
        person.close()
    close(disk)
    if not begun:
        person = Person(disk)
        person.backend.entries.update(memory.entries)
    found = person.refresh.one(id_, Cancellation())
    assert found.answer.outcome is Outcome.TOLD
    assert [each.answer.outcome for each in person.refresh.all(Cancellation())] == [Outcome.TOLD]
    assert person.registry.get(id_).products[0].state is EntitlementState.NOT_ACTIVATED_HERE
    assert person.library.unsaved is not None
    with pytest.raises(CompanionError) as failed:
        person.registry.remove(id_)
    assert failed.value.code is ErrorCode.LIBRARY_NOT_WRITABLE
    person.close()


def test_a_seat_that_was_freed_is_free_also_where_nothing_can_be_saved(mount: Mount, edd: EddPeer) -> None:
    disk = mount("size=8m")
    person = Person(disk)
    id_ = person.buy(edd.url)
    product = person.registry.get(id_).products[0]
    assert person.activations.activate(id_, product, Cancellation()).done
    fill_up(disk)
    freed = person.activations.deactivate(id_, product, Cancellation())
    assert freed.done
    assert person.library.unsaved is not None
    assert not edd.licences[KEY].sites
    person.close()
