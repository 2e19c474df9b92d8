"""What was removed by the person is kept for some time in a setting of the library, without anything secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.services.storage.database import Library

KEPT_FOR = dt.timedelta(days=30)
_MOST = 50


class _Removed(Protocol):
    @property
    def removed_at(self) -> dt.datetime: ...


R = TypeVar("R", bound=_Removed)


class KeptRemovals(Generic[R]):
    """Keeps what was removed, a `kind` of model, for `KEPT_FOR`; `name` is that of the setting."""

    def __init__(self, library: Library, clock: Callable[[], dt.datetime], name: str, kind: type[R]) -> None:
        self._library, self._clock, self._name = library, clock, name
        self._kind: type[tuple[R, ...]] = tuple[kind, ...]  # type: ignore[valid-type]

    def found(self) -> tuple[R, ...]:
        """Returns what is kept, the latest first; the library forgets what was kept long enough."""
        read = self._read(self._library.setting(self._name))
        alive = self._alive(read)
        if len(alive) < len(read):
            self.change(lambda kept: kept)
        return alive

    def change(self, change: Callable[[tuple[R, ...]], Iterable[R]]) -> None:
        """Keep what `change` returns for what is kept, in one transaction."""
        self._library.change_setting(self._name, lambda text: _written(change(self._alive(self._read(text)))))

    def _alive(self, read: tuple[R, ...]) -> tuple[R, ...]:
        since = self._clock() - KEPT_FOR
        return tuple(each for each in read if each.removed_at > since)[:_MOST]

    def _read(self, text: str | None) -> tuple[R, ...]:
        try:
            return decode(text.encode(), self._kind, source="the library") if text else ()
        except CompanionError:
            return ()


def _written(kept: Iterable[object]) -> str | None:
    found = tuple(kept)
    return encode_without_secrets(found).decode() if found else None
