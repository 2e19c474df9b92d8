"""Looks at a store: which orders are asked for, where a look ends, and what it leaves for the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.store.look_plan import LookPlan, after_look, ends_look, is_due
from companion.services.app.cancellation import Cancellation
from companion.services.storage.database import Library
from companion.services.store.cache import OrderCache
from companion.services.store.look_plans import plan_of, remember_plan
from companion.services.store.lookup import OrderLookup
from companion.services.store.together import Learned, OrdersTogether


class Look(NamedTuple):
    """What went wrong in a look, and the orders whose password is not on this PC."""

    errors: tuple[CompanionError, ...]
    missing: tuple[str, ...] = ()


class StoreLooks:
    """Looks at one store. Safe to use from several threads; a look blocks."""

    def __init__(
        self,
        lookup: OrderLookup,
        together: OrdersTogether,
        cache: OrderCache,
        library: Library,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._lookup = lookup
        self._together = together
        self._cache = cache
        self._library = library
        self._clock = clock

    @property
    def plan(self) -> LookPlan:
        """How the store was looked at last."""
        return plan_of(self._library, self._cache.store)

    def look(self, cancellation: Cancellation, *, only: str | None = None, asked: bool = True) -> Look:
        """Ask for the profile and the orders, or for the order `only`.

        A look that no person `asked` for leaves out what is new enough, and a store that wants to be left alone. A
        password that was refused is tried again for `only` this order, or once another one was entered. The look ends
        with the first error that is about the store. Raises `Cancelled`.
        """
        plan, now = self.plan, self._clock()
        # Nothing tells yet whether this store answers at all.
        asked |= plan.last is None and plan.failed is None
        if not asked and plan.waits(now):
            return Look(())
        numbers = self._numbers(plan, only, asked=asked, now=now)
        errors = [
            _refused_before(number) for number in plan.refused if asked and only is None and self._cache.has(number)
        ]
        refused: set[str] = set()
        learned = Learned(plan.collections)
        missing: list[str] = []
        # With nothing to ask for, the profile alone shows whether a store that was down is back.
        if numbers or asked or plan.failed is not None:
            self._try(self._lookup.profile, errors)
        for number in numbers:
            cancellation.check()
            # Nothing follows an error that ends a look, so it can only be the last.
            if errors and ends_look(errors[-1]):
                break
            if number in learned.opened:
                continue
            error = self._try(lambda number=number: self._read(number, only, learned), errors)  # type: ignore[misc]
            if error is None:
                continue
            if error.code == ErrorCode.CREDENTIALS_WRONG:
                refused.add(number)
            elif error.code == ErrorCode.CREDENTIALS_NEEDED:
                missing.append(number)
        after = after_look(
            plan,
            errors,
            self._clock(),
            refused=frozenset(refused),
            opened=frozenset(learned.opened),
            whole=only is None,
            collections=learned.collections,
        )
        remember_plan(self._library, self._cache.store, after)
        return Look(tuple(errors), tuple(missing))

    def _read(self, number: str, only: str | None, learned: Learned) -> None:
        if only is None:
            self._together.read(number, learned)
        else:
            self._lookup.refresh(number)
            learned.opened.add(number)

    def _numbers(self, plan: LookPlan, only: str | None, *, asked: bool, now: dt.datetime) -> tuple[str, ...]:
        if asked:
            return tuple(
                number
                for number in self._cache.numbers()
                if number == only or (only is None and number not in plan.refused)
            )
        return tuple(
            known.number
            for known in self._cache.remembered()
            if known.number not in plan.refused and is_due(known.order, known.read_at, now)
        )

    def _try(self, work: Callable[[], object], errors: list[CompanionError]) -> CompanionError | None:
        try:
            work()
        except CompanionError as error:
            errors.append(error)
            return error
        return None


def _refused_before(number: str) -> CompanionError:
    return failure(
        ErrorCode.CREDENTIALS_WRONG,
        message=f"The store refused the password of order {number} before. It is not tried again by itself.",
        hint="Open the order again with the password from its newest e-mail.",
    )
