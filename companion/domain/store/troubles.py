"""What is told of several stores that could not be read: the same trouble once, with the name of each store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from companion.domain.core.errors import CompanionError, ErrorKind


class StoreTroubles(NamedTuple):
    """The failures of one store; `store` is its address, and `name` what people call it."""

    store: str
    name: str
    errors: tuple[CompanionError, ...]


class ToldTrouble(NamedTuple):
    """One failure as it is told: `key` is the same when it is told again, `stores` are the ones it is about."""

    key: str
    stores: tuple[str, ...]
    error: CompanionError


def told_troubles(found: Sequence[StoreTroubles]) -> tuple[ToldTrouble, ...]:
    """Returns what to tell, in the order of the stores.

    What came of the network is one failure, however many stores it kept from answering. Anything else is told of each
    store by itself. Where there are several stores, every failure names its own.
    """
    names = _names(found)
    groups: dict[tuple[str, str, str], list[tuple[str, CompanionError]]] = {}
    for each in found:
        for error in each.errors:
            alone = "" if error.kind is ErrorKind.UNREACHABLE else each.store
            groups.setdefault((error.code, error.title, alone), []).append((each.store, error))
    keys: set[str] = set()
    return tuple(_told(code, alone, group, names, keys) for (code, _, alone), group in groups.items())


def _names(found: Sequence[StoreTroubles]) -> dict[str, str]:
    """The name of each store; with its address where another one has the same; empty where there is only one store."""
    if len(found) < 2:
        return {each.store: "" for each in found}
    often = Counter(each.name for each in found)
    return {
        each.store: each.name if often[each.name] == 1 else f"{each.name}, {each.store.partition('://')[2]}"
        for each in found
    }


def _told(
    code: str, alone: str, group: Sequence[tuple[str, CompanionError]], names: dict[str, str], keys: set[str]
) -> ToldTrouble:
    first = group[0][1]
    stores = tuple(dict.fromkeys(store for store, _ in group))
    title = f"{first.title}: {names[alone]}" if alone and names[alone] else first.title
    lines = (
        f"{names[store]}: {error.message}" if names[store] and not alone else error.message for store, error in group
    )
    told = CompanionError(
        first.code, title, _in_lines(lines), first.hint, kind=first.kind, retryable=first.retryable,
        retry_after=first.retry_after,
    )  # fmt: skip
    # How often a request failed, and whom to call then, is about one store.
    told.attempts = max(error.attempts for _, error in group) if len(stores) == 1 else 0
    # The failure of any one store that is told elsewhere has its code alone for a key, and takes its place.
    key = code if not alone or not names[alone] else f"{code} {alone}"
    key = key if key not in keys else f"{key} {first.title}"
    keys.add(key)
    return ToldTrouble(key, stores, told)


def _in_lines(lines: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(lines))
