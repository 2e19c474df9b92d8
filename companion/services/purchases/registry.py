"""What is owned: adding, merging, editing and removing purchases."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from companion.domain.connectors.answers import PurchaseSecrets
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.directory.lookup import Directory, directory_facts
from companion.domain.purchases.draft import Draft
from companion.domain.purchases.facts import (
    SECRET_FIELDS,
    Fact,
    Field,
    Source,
    SourceKind,
    item_key,
    read_value,
    replace_facts,
)
from companion.domain.purchases.matching import KnownPurchases, MatchKind, SearchMarks, search_marks
from companion.domain.purchases.purchase import Overview, Purchase, overview
from companion.domain.purchases.receipts import EmailReceipt, email_receipts, receipts_about, receipts_of
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.storage.tables.purchases import Change
from companion.services.store.keychain.keychain import Kept


class AddedKind(enum.StrEnum):
    """What adding led to."""

    ADDED = "added"
    UPDATED = "updated"
    ASK = "ask"
    """It may be one of the known purchases: add it again with `into`, or with `as_new`."""


class Removed(NamedTuple):
    """A purchase as it was, with its secrets in memory only, so that it can be put back."""

    purchase: Purchase
    secrets: tuple[tuple[Field, str, Secret], ...]


class Added(NamedTuple):
    """What adding led to: the purchase, or the ones that only the person can tell apart; where secrets are kept.

    `before` is the purchase as it was before something was added to it; `PurchaseRegistry.restore` takes it.
    """

    kind: AddedKind
    purchase_id: str | None
    candidates: tuple[str, ...] = ()
    kept: Kept = Kept.KEYCHAIN
    before: Removed | None = None


class _Seen(msgspec.Struct, frozen=True, gc=False):
    """What a purchase added up to, with what the directory said then."""

    purchase: Purchase
    directory: Directory
    shown: Overview


_NO_DIRECTORY = Directory()


class PurchaseRegistry:
    """Every change of what is owned. Safe to use from several threads; every method may block."""

    def __init__(
        self,
        library: Library,
        keychain: PurchaseKeychain,
        clock: Callable[[], dt.datetime],
        directory: Callable[[], Directory] = lambda: _NO_DIRECTORY,
    ) -> None:
        """`directory` is read for what it adds to a purchase; that is shown with it and never kept."""
        self._library = library
        self._keychain = keychain
        self._clock = clock
        self._directory = directory
        self._seen: dict[str, _Seen] = {}

    def all(self) -> tuple[Overview, ...]:
        """Returns everything that is owned, oldest first."""
        directory = self._directory()
        before, now = self._seen, {}
        for purchase in self._library.purchases():
            seen = before.get(purchase.id)
            # A purchase that has not changed is the same object at the next reading.
            if seen is None or seen.purchase is not purchase or seen.directory is not directory:
                seen = _Seen(purchase, directory, _shown(purchase, directory))
            now[purchase.id] = seen
        self._seen = now
        return tuple(seen.shown for seen in now.values())

    def get(self, purchase_id: str) -> Overview:
        """Returns one purchase; the first characters of its id are enough. Raises `CompanionError` ``no-purchase``."""
        return self._shown(self._find(purchase_id))

    def numbered(self, number: str) -> tuple[Overview, ...]:
        """Returns the purchases with an order number, however it is spelled."""
        wanted = number.strip().lstrip("#").casefold()
        found = self._library.purchases_like(SearchMarks(numbers=frozenset({wanted})))
        shown = (self._shown(purchase) for purchase in found)
        return tuple(each for each in shown if (each.order_number or "").lstrip("#").casefold() == wanted)

    def record(self, purchase_id: str) -> Purchase:
        """Returns one purchase with its facts as they are kept. Raises `CompanionError` ``no-purchase``."""
        return self._find(purchase_id)

    def add(self, draft: Draft, *, into: str | None = None, as_new: bool = False) -> Added:
        """Add a draft to the purchase it belongs to, or as a new one.

        `into` and `as_new` are the person's answers where only the person can tell. The secrets are in the keychain
        before the library speaks of them.
        """
        if into is not None:
            old = self._find(into)
            return self._take_in([self._hashed(draft)], KnownPurchases([old]), lambda _known, _facts: old.id)[0]
        if as_new:
            return self._take_in([self._hashed(draft)], KnownPurchases(), lambda _known, _facts: _new_id())[0]
        return self.add_all([draft])[0]

    def add_all(self, drafts: Iterable[Draft], *, sure: bool = False) -> tuple[Added, ...]:
        """Add drafts one after the other, each to the purchase it belongs to; the library is read and written once.

        Where only the person can tell, a draft is left out, or added as a new purchase where the caller is `sure`.
        """
        hashed = [self._hashed(draft) for draft in drafts]
        marks = search_marks(facts for _, facts in hashed)

        def belongs(known: KnownPurchases, facts: Sequence[Fact]) -> str | tuple[str, ...]:
            found = known.match(facts)
            if found.kind is MatchKind.POSSIBLY_SAME and not sure:
                return found.purchase_ids
            return found.purchase_ids[0] if found.kind is MatchKind.SAME else _new_id()

        return self._take_in(hashed, KnownPurchases(self._library.purchases_like(marks)), belongs)

    def _hashed(self, draft: Draft) -> _Hashed:
        return draft, draft.with_hashes(self._keychain.fingerprint(kept.secret) for kept in draft.secrets)

    def _take_in(self, drafts: Iterable[_Hashed], known: KnownPurchases, belongs: _Belongs) -> tuple[Added, ...]:
        """Add each draft to the purchase that `belongs` names; candidates instead of one mean that it is left out."""
        now, new, done, receipts = self._clock(), dict[str, list[Fact]](), list[Added](), list[EmailReceipt]()
        for draft, facts in drafts:
            place = belongs(known, facts)
            if isinstance(place, tuple):
                done.append(Added(AddedKind.ASK, None, place))
                continue
            old = known.get(place)
            before = self._held(old) if old is not None else None
            kept = self._keep(place, draft)
            new.setdefault(place, []).extend(facts)
            known.put(after := _with(old or Purchase(id=place, added_at=now), facts))
            # Of several that are added at once, a later one can replace what an earlier one said.
            receipts.extend(email_receipts(after, old.facts if old is not None else ()))
            kind = AddedKind.ADDED if old is None else AddedKind.UPDATED
            done.append(Added(kind, place, kept=kept, before=before))
        if new:
            self._library.change_purchases({id_: _merging(id_, now, facts) for id_, facts in new.items()}, receipts)
        return tuple(done)

    def deriving(self) -> contextlib.AbstractContextManager[None]:
        """Returns a context in which this thread writes what the store can tell again (`Library.deriving`)."""
        return self._library.deriving()

    def learn(self, purchase_id: str, facts: Iterable[Fact], *, complete: bool = False) -> Overview | None:
        """Take in what a store said of a purchase; None when it was removed meanwhile.

        Where the facts are `complete`, what the same source said earlier and no longer says is over.
        """
        after = self.learn_all([(purchase_id, tuple(facts), complete)])[purchase_id]
        return self._shown(after) if after is not None else None

    def learn_all(self, said: Iterable[tuple[str, tuple[Fact, ...], bool]]) -> dict[str, Purchase | None]:
        """Take in what stores said of purchases (id, facts, whether they are complete) as one step, each id once."""
        return self._library.change_purchases(
            {purchase_id: _learning(facts, complete=complete) for purchase_id, facts, complete in said}
        )

    def edit(self, purchase_id: str, changes: Iterable[tuple[Field, str, str]]) -> Overview:
        """Set values (field, text, name of the item) as the person's word; an empty text takes the word back.

        Raises `CompanionError` ``bad-value`` or ``no-purchase``; then nothing is changed.
        """
        found = self._find(purchase_id)
        person, now = Source(kind=SourceKind.PERSON), self._clock()
        told, taken_back = [], set()
        for field, text, item in changes:
            about = item_key(field, item or _only_item(found, field))
            if text.strip():
                told.append(Fact(field=field, value=read_value(field, text), source=person, said_at=now, about=about))
            else:
                taken_back.add((about, field))

        def edited(before: Purchase) -> Purchase:
            kept = (
                fact for fact in before.facts if fact.source != person or (fact.about, fact.field) not in taken_back
            )
            return _with(_of_facts(before, kept), told)

        after = self._revise(found.id, edited)
        if after is None:
            raise _no_purchase(purchase_id)
        return self._shown(after)

    def remove(self, purchase_id: str) -> Removed:
        """Forget a purchase and its secrets; the answer can be given to `put_back`.

        Raises `CompanionError` ``keychain-kept-it`` when a secret could not be removed: then nothing is removed.
        """
        found = self._find(purchase_id)
        held = self._held(found)
        self._keychain.forget(found)
        self._library.change_purchases({found.id: lambda _: None}, email_receipts(found))
        return held

    def put_back(self, removed: Removed) -> Overview:
        """Undo `remove`."""
        for field, about, secret in removed.secrets:
            self._keychain.keep(removed.purchase.id, field, about, secret)
        self._library.change_purchase(removed.purchase.id, lambda before: before or removed.purchase)
        return self._shown(removed.purchase)

    def restore(self, before: Removed) -> Overview:
        """Make a purchase what it was: what was added to it later is forgotten, with its secrets.

        Raises `CompanionError` ``keychain-kept-it`` when a secret could not be removed: then nothing is changed.
        """
        now = self._library.purchase(before.purchase.id)
        if now is not None:
            self._keychain.forget(now)
        for field, about, secret in before.secrets:
            self._keychain.keep(before.purchase.id, field, about, secret)
        self._library.change_purchases({before.purchase.id: lambda _: before.purchase}, email_receipts(before.purchase))
        return self._shown(before.purchase)

    def receipts(self, number: str) -> tuple[EmailReceipt, ...]:
        """Returns the receipts that came by e-mail of an order number or the beginning of a purchase's id.

        Those of purchases that were removed are among them, newest first.
        """
        return receipts_of(number, self.all(), self._library.email_receipts())

    def receipts_about(self, found: Overview) -> tuple[EmailReceipt, ...]:
        """Returns the receipts of a purchase that came by e-mail, newest first."""
        return receipts_about(found, self._library.email_receipts())

    def key(self, purchase_id: str, item: str) -> Secret | None:
        """Returns the licence key of a product (its item), or None."""
        return self._keychain.read(self._find(purchase_id).id, Field.KEY, item)

    def secrets(self, purchase_id: str) -> PurchaseSecrets:
        """Returns what the keychain holds of a purchase. Raises `CompanionError` ``no-purchase``."""
        return self._keychain.secrets_of(self._find(purchase_id))

    def keep_secret(self, purchase_id: str, field: Field, item: str, secret: Secret, source: Source) -> Kept:
        """Keep a secret of an item that `source` has handed out, in place of the one before it."""
        found = self._find(purchase_id)
        kept = self._keychain.keep(found.id, field, item, secret)
        value = self._keychain.fingerprint(secret)
        self.learn(found.id, [Fact(field=field, value=value, source=source, said_at=self._clock(), about=item)])
        return kept

    def drop_secret(self, purchase_id: str, field: Field, item: str) -> None:
        """Forget a secret of an item. Raises `CompanionError` ``keychain-kept-it``: then nothing is forgotten."""
        found = self._find(purchase_id)
        self._keychain.forget(_of_facts(found, (fact for fact in found.facts if _is(fact, field, item))))
        self._revise(
            found.id, lambda before: _of_facts(before, (fact for fact in before.facts if not _is(fact, field, item)))
        )

    def link(self, purchase_id: str, item: str) -> Secret | None:
        """Returns the address of a download (its item), or None."""
        return self._keychain.read(self._find(purchase_id).id, Field.DOWNLOAD_LINK, item)

    def holds_key(self, purchase_id: str, item: str) -> bool | None:
        """Whether the keychain has the licence key of a product; None where it cannot tell. It may block."""
        return self._keychain.holds(self._find(purchase_id).id, Field.KEY, item)

    def _held(self, purchase: Purchase) -> Removed:
        held = self._keychain.secrets_of(purchase)
        secrets = (
            *((Field.KEY, about, secret) for about, secret in held.keys.items()),
            *((Field.DOWNLOAD_LINK, about, secret) for about, secret in held.links.items()),
            *((Field.ACTIVATION, about, secret) for about, secret in held.instance_ids.items()),
        )
        return Removed(purchase, secrets)

    def _shown(self, purchase: Purchase) -> Overview:
        return _shown(purchase, self._directory())

    def _keep(self, purchase_id: str, draft: Draft) -> Kept:
        kept = {self._keychain.keep(purchase_id, each.field, each.about, each.secret) for each in draft.secrets}
        return Kept.SESSION if Kept.SESSION in kept else Kept.KEYCHAIN

    def _revise(self, purchase_id: str, revise: Callable[[Purchase], Purchase]) -> Purchase | None:
        """Change a purchase, unless it was removed meanwhile; then None."""
        return self._library.change_purchase(purchase_id, lambda before: revise(before) if before is not None else None)

    def _find(self, purchase_id: str) -> Purchase:
        exact = self._library.purchase(purchase_id)
        if exact is not None:
            return exact
        begun = self._library.purchases_beginning(purchase_id, 2) if purchase_id else ()
        found = self._library.purchase(begun[0]) if len(begun) == 1 else None
        if found is None:
            raise _no_purchase(purchase_id)
        return found


_Hashed = tuple[Draft, tuple[Fact, ...]]
"""A draft with its facts, those of its secrets among them."""
_Belongs = Callable[[KnownPurchases, Sequence[Fact]], "str | tuple[str, ...]"]


def _merging(purchase_id: str, now: dt.datetime, facts: Sequence[Fact]) -> Change:
    return lambda before: _with(before or Purchase(id=purchase_id, added_at=now), facts)


def _learning(facts: tuple[Fact, ...], *, complete: bool) -> Change:
    def learned(before: Purchase | None) -> Purchase | None:
        if before is None:
            return None  # removed meanwhile
        return _with(without_what_is_over(before, facts) if complete else before, facts)

    return learned


def _shown(purchase: Purchase, directory: Directory) -> Overview:
    return overview(_with(purchase, directory_facts(purchase, directory)))


def _with(purchase: Purchase, facts: Iterable[Fact]) -> Purchase:
    return _of_facts(purchase, replace_facts(purchase.facts, facts))


def _of_facts(purchase: Purchase, facts: Iterable[Fact]) -> Purchase:
    """The same purchase with these facts alone."""
    return Purchase(id=purchase.id, added_at=purchase.added_at, facts=tuple(facts))


def _is(fact: Fact, field: Field, item: str) -> bool:
    return (fact.field, fact.about) == (field, item)


def without_what_is_over(purchase: Purchase, said: Iterable[Fact]) -> Purchase:
    """Returns a purchase without what the sources of `said` stated before and left out now; secrets stay."""
    latest: dict[Source, dt.datetime] = {}
    for fact in said:
        latest[fact.source] = max(fact.said_at, latest.get(fact.source, fact.said_at))
    kept = (
        fact
        for fact in purchase.facts
        if fact.field in SECRET_FIELDS or fact.source not in latest or fact.said_at > latest[fact.source]
    )
    return _of_facts(purchase, kept)


def _only_item(purchase: Purchase, field: Field) -> str:
    """The name of the only product, for a value of a product that was given without one."""
    shown = overview(purchase)
    return shown.products[0].name if len(shown.products) == 1 and item_key(field, "x").startswith("product:") else ""


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


def _no_purchase(purchase_id: str) -> CompanionError:
    return CompanionError(
        ErrorCode.NO_PURCHASE,
        "There is no such purchase",
        f"No purchase is known by “{purchase_id[:40]}”, or several begin like that.",
        "See what is owned with: companion purchases list",
    )
