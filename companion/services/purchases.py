"""What was bought, on its way to this PC's disk."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

from companion.domain.errors import CompanionError
from companion.domain.orders import Grant
from companion.domain.profile import Profile
from companion.domain.transfers import Expected, Location, Options, Transferred, TransferProgress, TransferState
from companion.services.cancellation import Cancellation
from companion.services.library import KnownTransfer, Library, TimelineEntry
from companion.services.orders import Orders
from companion.services.platforms.protocol import Platform


@dataclasses.dataclass(frozen=True, slots=True)
class Fetched:
    """A finished download: what the store granted and what arrived."""

    grant: Grant
    transferred: Transferred


class GrantSource:
    """Gives the engine a fresh signed URL whenever the old one has expired, as long as it is for the same file."""

    def __init__(self, orders: Orders, number: str, artifact_id: str) -> None:
        self._orders = orders
        self._number = number
        self._artifact_id = artifact_id
        self._unused: Grant | None = orders.grant(number, artifact_id)
        self.first = self._unused

    def grant(self) -> Location:
        """Where the bytes are now. Raises `CompanionError` ``changed`` when the store has put up another file."""
        found, self._unused = self._unused or self._orders.grant(self._number, self._artifact_id), None
        if (found.sha256, found.size) != (self.first.sha256, self.first.size):
            raise CompanionError(
                "changed",
                "The store has a newer file",
                "While this was downloading, the store replaced the file by another one.",
                "Start the download again: the new file is then fetched from its beginning.",
                retryable=True,
            )
        return Location(url=found.url, expires_at=found.url_expires_at)


class Purchases:
    """Downloads what orders contain, one folder for each order, under the store's own file names."""

    def __init__(
        self, orders: Orders, library: Library, platform: Platform, folder: Path, clock: Callable[[], dt.datetime]
    ) -> None:
        self._orders = orders
        self._library = library
        self._platform = platform
        self._folder = folder
        self._clock = clock

    def folder(self, number: str) -> Path:
        """Where the downloads of an order go; the number is another party's text, so only harmless signs stay."""
        return self._folder / (re.sub(r"[^A-Za-z0-9-]", "_", number)[:60] or "order")

    def download(
        self,
        number: str,
        artifact_id: str,
        *,
        cancellation: Cancellation,
        progress: Callable[[TransferProgress], None],
        folder: Path | None = None,
        profile: Profile | None = None,
    ) -> Fetched:
        """Fetch an artifact, going on where an earlier try stopped, and verify it against the store's digest.

        Raises whatever kept it from arriving; what has arrived by then is used by the next try.
        """
        from companion.services.downloads import fetch

        source = GrantSource(self._orders, number, artifact_id)
        grant = source.first
        folder = folder or self.folder(number)
        self._remember(number, grant, folder, TransferState.DOWNLOADING)
        connections = profile.policies.downloads.most_connections if profile else 1
        try:
            transferred = fetch(
                source,
                Expected.of(grant),
                folder,
                cancellation=cancellation,
                progress=progress,
                options=Options(most_connections=connections),
                mark=self._platform.mark_of_the_web,
            )
        except CompanionError as error:
            self._remember(number, grant, folder, TransferState.FAILED)
            self._note("download failed", number, artifact=artifact_id, code=error.code)
            raise
        except BaseException:
            self._remember(number, grant, folder, TransferState.PAUSED)
            raise
        self._remember(number, grant, folder, TransferState.DONE, transferred.path.name)
        self._note(
            "downloaded", number, artifact=artifact_id, sha256=transferred.sha256, resumedFrom=transferred.resumed_from,
            retries=transferred.retries, verified=transferred.verified,
        )  # fmt: skip
        return Fetched(grant, transferred)

    def transfers(self) -> tuple[KnownTransfer, ...]:
        """All downloads that were begun, finished ones included, in the order of the queue."""
        return self._library.transfers(self._orders.store)

    def on_disk(self) -> dict[tuple[str, str], Path]:
        """The finished downloads whose files are still there, by order number and artifact id."""
        found = {}
        for transfer in self.transfers():
            if transfer.state is TransferState.DONE and _is_there(transfer):
                found[transfer.number, transfer.artifact] = transfer.path
        return found

    def _remember(
        self, number: str, grant: Grant, folder: Path, state: TransferState, filename: str | None = None
    ) -> None:
        self._library.remember_transfer(
            self._orders.store,
            KnownTransfer(
                number=number,
                artifact=grant.artifact_id,
                state=state,
                folder=folder,
                filename=filename or grant.filename,
                size=grant.size,
                sha256=grant.sha256,
            ),
        )

    def _note(self, event: str, number: str, **facts: str | int | float | bool | None) -> None:
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))


def _is_there(transfer: KnownTransfer) -> bool:
    try:
        return transfer.path.stat().st_size == transfer.size
    except OSError:
        return False
