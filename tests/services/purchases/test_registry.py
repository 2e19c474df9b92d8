"""What is owned, kept in a real library, with its secrets in a keychain of the test's own."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.values import AutoRenewal, ExpiryKind
from companion.services.purchases.registry import AddedKind, PurchaseRegistry
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Kept, Keychain
from tests.kits.memory_keychain import MemoryKeychain

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
CANARY = "CANARY-7Q2X-KEY9-ZZ41"
LINK = "https://shop.example/?download_file=1&key=CANARY-LINK"


OFF = "The automatic renewal of your plan has been turned off."


def renewal(value: str, days: int = 0) -> Draft:
    """What an e-mail of the shop says of the renewal of order N18."""
    said = [(Field.ORDER_NUMBER, "N18", ""), (Field.SENDER_DOMAIN, "shop.example", "")]
    draft = draft_of(said, MAIL, NOW + dt.timedelta(days=days))
    fact = Fact(field=Field.AUTO_RENEW, value=value, source=MAIL, said_at=NOW + dt.timedelta(days=days), quote=OFF)
    return draft._replace(facts=(*draft.facts, fact))


class Owned:
    """One user's purchases, and how to start the program anew."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "library.db"
        self.backend = MemoryKeychain()
        self.now = NOW
        self.start()

    def start(self) -> None:
        self.library = Library(self.path)
        self.keychain = Keychain(backend=self.backend)
        self.registry = PurchaseRegistry(self.library, PurchaseKeychain(self.keychain), lambda: self.now)

    def restart(self) -> None:
        self.end()
        self.start()

    def end(self) -> None:
        self.library.close()
        self.keychain.close()


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[Owned]:
    made = Owned(tmp_path)
    yield made
    made.end()


def order(
    number: str = "N18", product: str = "Harbour Suite", *, key: str | None = None, link: str | None = None
) -> Draft:
    """A draft as an order mail would give it."""
    return draft_of(
        [
            (Field.ORDER_NUMBER, number, ""),
            (Field.SENDER_DOMAIN, "shop.example", ""),
            (Field.PRODUCT, product, product),
            (Field.EXPIRES, "2028-01-08", product),
            (Field.PRICE, "98.00 EUR", ""),
        ],
        MAIL,
        NOW,
        keys=[(product, Secret(key))] if key else (),
        links=[("setup.zip", Secret(link))] if link else (),
    )


def test_a_purchase_is_there_after_a_restart_with_its_key(owned: Owned) -> None:
    added = owned.registry.add(order(key=CANARY, link=LINK))
    assert (added.kind, added.kept) == (AddedKind.ADDED, Kept.KEYCHAIN)
    owned.restart()
    (found,) = owned.registry.all()
    (product,) = found.products
    assert (found.id, product.name, product.has_key, str(product.expires)) == (
        added.purchase_id, "Harbour Suite", True, "2028-01-08",
    )  # fmt: skip
    key = owned.registry.key(found.id, product.item)
    assert key is not None
    assert key.reveal() == CANARY
    assert found.downloads[0].has_link


def test_no_secret_is_in_the_library_or_in_the_names_of_entries(owned: Owned) -> None:
    owned.registry.add(order(key=CANARY, link=LINK))
    owned.end()
    for file in filter(Path.is_file, owned.path.parent.rglob("*")):
        assert b"CANARY" not in file.read_bytes(), file
    assert not [name for name in owned.backend.entries if "CANARY" in name or "Harbour" in name]
    owned.start()


def test_a_second_mail_adds_to_the_same_purchase(owned: Owned) -> None:
    first = owned.registry.add(order())
    again = owned.registry.add(order(key=CANARY))
    assert (again.kind, again.purchase_id) == (AddedKind.UPDATED, first.purchase_id)
    assert owned.registry.all()[0].products[0].has_key


def test_the_key_alone_is_asked_about_and_joined_when_the_person_says_so(owned: Owned) -> None:
    first = owned.registry.add(order())
    key_mail = draft_of(
        [(Field.PRODUCT, "Harbour Suite", "Harbour Suite"), (Field.SENDER_DOMAIN, "maker.example", "")],
        Source(kind=SourceKind.EMAIL, name="keys@maker.example"),
        NOW,
        keys=[("Harbour Suite", Secret(CANARY))],
    )
    asked = owned.registry.add(key_mail)
    assert (asked.kind, asked.candidates) == (AddedKind.ASK, (first.purchase_id,))
    assert not owned.registry.all()[0].products[0].has_key
    joined = owned.registry.add(key_mail, into=first.purchase_id)
    assert (joined.kind, joined.purchase_id) == (AddedKind.UPDATED, first.purchase_id)
    assert owned.registry.add(key_mail).kind is AddedKind.UPDATED, "the same key is recognised again"
    assert owned.registry.add(key_mail, as_new=True).kind is AddedKind.ADDED


def test_a_long_key_and_a_keychain_that_is_away(owned: Owned, tmp_path: Path) -> None:
    long = "x" * 3000 + 'ü"\\end=='
    found = owned.registry.add(order(key=long))
    owned.restart()
    item = owned.registry.get(str(found.purchase_id)).products[0].item
    kept = owned.registry.key(str(found.purchase_id), item)
    assert kept is not None
    assert kept.reveal() == long
    owned.backend.broken = True
    assert owned.registry.add(order("19", key=CANARY)).kept is Kept.SESSION


def test_what_the_person_types_is_believed_and_can_be_taken_back(owned: Owned) -> None:
    purchase_id = str(owned.registry.add(order()).purchase_id)
    owned.now += dt.timedelta(days=1)
    shown = owned.registry.edit(purchase_id[:6], [(Field.EXPIRES, "never", ""), (Field.AUTO_RENEW, "off", "")])
    assert shown.products[0].expires.kind is ExpiryKind.NEVER
    assert shown.auto_renew is AutoRenewal.OFF
    assert not shown.conflicts
    shown = owned.registry.edit(purchase_id, [(Field.EXPIRES, "", "")])
    assert str(shown.products[0].expires) == "2028-01-08"
    with pytest.raises(CompanionError) as failed:
        owned.registry.edit(purchase_id, [(Field.AUTO_RENEW, "on", ""), (Field.PRICE, "98,00 EUR", "")])
    assert failed.value.code is ErrorCode.BAD_VALUE
    assert owned.registry.get(purchase_id).auto_renew is AutoRenewal.OFF, "half an edit is none"


def test_removing_forgets_the_secrets_and_can_be_undone(owned: Owned) -> None:
    purchase_id = str(owned.registry.add(order(key=CANARY)).purchase_id)
    removed = owned.registry.remove(purchase_id)
    assert owned.registry.all() == ()
    assert not [name for name in owned.backend.entries if purchase_id in name]
    assert "CANARY" not in repr(removed)
    shown = owned.registry.put_back(removed)
    owned.restart()
    assert owned.registry.get(purchase_id) == shown
    assert owned.registry.key(purchase_id, shown.products[0].item) is not None
    for wrong in ("", "nothing", "zz"):
        with pytest.raises(CompanionError) as failed:
            owned.registry.get(wrong)
        assert failed.value.code is ErrorCode.NO_PURCHASE


def test_what_a_store_says_of_a_removed_purchase_brings_nothing_back(owned: Owned) -> None:
    purchase_id = str(owned.registry.add(order()).purchase_id)
    said = Fact(field=Field.AUTO_RENEW, value="on", source=Source(kind=SourceKind.STORE, name="Shop"), said_at=NOW)
    assert owned.registry.learn(purchase_id, [said]) is not None
    owned.registry.remove(purchase_id)
    assert owned.registry.learn(purchase_id, [said]) is None
    assert owned.registry.all() == ()


def test_an_odd_row_costs_only_itself(owned: Owned) -> None:
    owned.registry.add(order("1"))
    owned.registry.add(order("2", "Other"))
    owned.end()
    with sqlite3.connect(owned.path) as db:
        db.execute("UPDATE facts SET value = '9999-12-31' WHERE field = 'expires'")
        db.execute("UPDATE facts SET field = 'fromTheFuture' WHERE field = 'price' AND about = ''")
        db.execute("UPDATE purchases SET added_at = 'yesterday' WHERE id = (SELECT max(id) FROM purchases)")
    db.close()
    owned.start()
    found = owned.registry.all()
    assert {purchase.order_number for purchase in found} == {"1", "2"}, "an odd date hides no purchase"
    assert {purchase.products[0].expires.kind for purchase in found} == {ExpiryKind.UNKNOWN}
    assert {purchase.price for purchase in found} == {None}


def test_what_was_added_to_a_purchase_can_be_taken_back(owned: Owned) -> None:
    """Undo after a second mail: facts and key are what they were, and nothing of the second mail stays."""
    first = owned.registry.add(order(key=CANARY))
    second = draft_of(
        [(Field.ORDER_NUMBER, "N18", ""), (Field.SENDER_DOMAIN, "shop.example", ""),
         (Field.EXPIRES, "2029-01-08", "Harbour Suite")],
        MAIL, NOW + dt.timedelta(days=1),
        keys=[("Harbour Suite", Secret("OTHER-7Q2X-KEY9-0000"))], links=[("setup.zip", Secret(LINK))],
    )  # fmt: skip
    updated = owned.registry.add(second)
    assert updated.kind is AddedKind.UPDATED
    assert updated.before is not None
    shown = owned.registry.restore(updated.before)
    owned.restart()
    found = owned.registry.get(str(first.purchase_id))
    assert found == shown
    assert (str(found.products[0].expires), found.downloads) == ("2028-01-08", ())
    key = owned.registry.key(found.id, found.products[0].item)
    assert key is not None
    assert key.reveal() == CANARY
    assert not any(LINK in value for value in owned.backend.entries.values())


def test_an_email_that_says_off_stays_a_receipt_whatever_is_said_later(owned: Owned) -> None:
    id_ = str(owned.registry.add(order()).purchase_id)
    owned.registry.add(renewal("off"))
    owned.registry.add(renewal("on", days=30))
    shown = owned.registry.get(id_)
    assert shown.auto_renew is AutoRenewal.ON
    (receipt,) = owned.registry.receipts_about(shown)
    assert (receipt.statement, receipt.sender, receipt.received_at) == (OFF, MAIL.name, NOW)
    owned.registry.remove(id_)
    owned.restart()
    assert owned.registry.receipts("N18") == owned.registry.receipts(id_[:6]) == (receipt,)
    # No id of a purchase begins with N: ids are hexadecimal.
    assert owned.registry.receipts("N") == owned.registry.receipts("") == ()


def test_of_several_emails_added_at_once_each_that_says_off_is_a_receipt(owned: Owned) -> None:
    owned.registry.add_all([order(), renewal("off"), renewal("on", days=30), renewal("off", days=60)])
    found = owned.registry.receipts("N18")
    assert [each.received_at for each in found] == [NOW + dt.timedelta(days=60), NOW]


def test_what_an_earlier_version_knew_only_as_a_fact_stays_too(owned: Owned) -> None:
    id_ = str(owned.registry.add_all([order(), renewal("off")])[0].purchase_id)
    with sqlite3.connect(owned.path) as db:
        db.execute("DELETE FROM email_receipts")
    owned.path.with_name("receipts.jsonl").unlink()
    owned.restart()
    (receipt,) = owned.registry.receipts("N18")
    owned.registry.add(renewal("on", days=30))
    assert owned.registry.receipts("N18") == (receipt,)
    owned.registry.remove(id_)
    assert owned.registry.receipts("N18") == (receipt,)


def test_a_removed_purchase_that_is_added_again_has_its_receipts(owned: Owned) -> None:
    id_ = str(owned.registry.add_all([order(), renewal("off")])[0].purchase_id)
    kept = owned.registry.receipts("N18")
    owned.registry.remove(id_)
    again = owned.registry.get(str(owned.registry.add(order()).purchase_id))
    assert owned.registry.receipts_about(again) == kept
    owned.registry.add(renewal("off"))
    assert len(owned.registry.receipts("N18")) == 1, "the same e-mail is one receipt"
    other = draft_of(
        [(Field.ORDER_NUMBER, "N18", ""), (Field.SENDER_DOMAIN, "other.example", ""), (Field.PRODUCT, "X", "X")],
        Source(kind=SourceKind.EMAIL, name="a@other.example"), NOW,
    )  # fmt: skip
    elsewhere = owned.registry.get(str(owned.registry.add(other).purchase_id))
    assert owned.registry.receipts_about(elsewhere) == (), "the same number of another shop is another purchase"
