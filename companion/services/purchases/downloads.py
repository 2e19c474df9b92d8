"""Downloading what was bought, by the link of its e-mail or what its store grants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from companion.domain.connectors.answers import NO_LINK, DownloadOffer, StoreAnswer
from companion.domain.connectors.refused_downloads import explain_refusal
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.text import joined
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases.purchase import Overview, PurchasedDownload
from companion.domain.transfers.filenames import purchase_folder
from companion.domain.transfers.models import Expected, Options, TransferProgress, Transferred, TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.fetch import fetch
from companion.services.downloads.kept_queue import PURCHASES, LibraryQueue
from companion.services.downloads.preferences import read_preferences
from companion.services.downloads.queue import Queue, QueueItem
from companion.services.downloads.transfer.transport import Source, fixed_source
from companion.services.purchases.refresh import PurchaseRefresh
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.storage.database import Library

_MOST_CONNECTIONS = 16


class PurchaseDownloads:
    """Fetches files of purchases into `folder`, a folder of its own for each purchase.

    `mark` tells the system of each file that it came from the internet.
    """

    def __init__(
        self,
        registry: PurchaseRegistry,
        refresh: PurchaseRefresh,
        library: Library,
        folder: Path,
        mark: Callable[[Path], None],
    ) -> None:
        self._registry = registry
        self._refresh = refresh
        self._library = library
        self._folder = folder
        self._mark = mark

    def download(
        self,
        purchase_id: str,
        name: str | None,
        folder: Path,
        *,
        cancellation: Cancellation,
        progress: Callable[[TransferProgress], None],
        limit_rate: int | None = None,
    ) -> Transferred:
        """Fetch one download of a purchase into `folder`, going on where an earlier try stopped.

        The file gets the name that the shop tells. `limit_rate` is in bytes per second. Raises `CompanionError` (also
        ``artifact-ambiguous`` and ``nothing-to-download``) and `Cancelled`.
        """
        purchase = self._registry.get(purchase_id)
        chosen = choose_download(purchase, name)
        offer = self._offer(purchase, chosen, cancellation)
        try:
            return fetch(
                fixed_source(offer.address.reveal()),
                _expected(purchase, chosen, offer),
                folder,
                cancellation=cancellation,
                progress=progress,
                options=Options(
                    most_connections=max(1, min(offer.most_connections, _MOST_CONNECTIONS)), limit_rate=limit_rate
                ),
                mark=self._mark,
            )
        except CompanionError as error:
            raise explain_refusal(error) from None

    # The queue

    def queue_entry(self, purchase: Overview, item: str) -> QueueEntry:
        """Returns a download of a purchase as the queue takes it; its address is not in it."""
        chosen = _of_item(purchase, item)
        return QueueEntry(
            key=DownloadKey(order_number=purchase.id, artifact_id=item),
            name=clean_text(chosen.name or purchase.name, 120),
            folder=str(self._folder / purchase_folder(purchase.name, purchase.id)),
        )

    def open_queue(self, changed: Callable[[QueueItem | DownloadKey], None]) -> Queue:
        """Returns the queue of downloads as it was left, without finished ones whose file is gone.

        `changed` is told of every change, on worker threads.
        """
        kept = LibraryQueue(self._library, PURCHASES)
        known = kept.load()
        here = tuple(entry for entry in known if not _is_gone(entry))
        if here != known:
            kept.save(known, here)
        return Queue(
            kept,
            self._prepare,
            changed=changed,
            options=lambda: Options(limit_rate=read_preferences(self._library).limit_rate),
            mark=self._mark,
            explain=explain_refusal,
            at_once=read_preferences(self._library).at_once,
        )

    def _prepare(self, entry: QueueEntry) -> tuple[Source, Expected]:
        """The address comes from the keychain, each time: no other place holds it."""
        purchase = self._registry.get(entry.key.order_number)
        chosen = _of_item(purchase, entry.key.artifact_id)
        offer = self._offer(purchase, chosen, Cancellation())
        return fixed_source(offer.address.reveal()), _expected(purchase, chosen, offer)

    def _offer(self, purchase: Overview, chosen: PurchasedDownload, cancellation: Cancellation) -> DownloadOffer:
        connector, secrets = self._refresh.connector_of(purchase), self._registry.secrets(purchase.id)
        found: DownloadOffer | StoreAnswer | None = None
        if connector is not None:
            found = connector.download(purchase, chosen.item, secrets, cancellation)
        elif chosen.item in secrets.links:
            found = DownloadOffer(secrets.links[chosen.item])
        if isinstance(found, DownloadOffer):
            return found
        if found is not None and found.reason is not None:
            raise found.reason
        said = found.said if found is not None else NO_LINK
        raise _nothing(said, "Drop the e-mail with the download link here: companion add FILE")


def _expected(purchase: Overview, chosen: PurchasedDownload, offer: DownloadOffer) -> Expected:
    return Expected(
        filename=offer.name,
        size=offer.size,
        sha256=offer.sha256,
        fixed_address=offer.resumable and offer.sha256 is None,
        fallback_name=chosen.name or purchase.name,
    )


def _of_item(purchase: Overview, item: str) -> PurchasedDownload:
    found = next((each for each in purchase.downloads if each.item == item), None)
    if found is None:
        raise _nothing("This download of the purchase is not known any more.", "Drop the e-mail with the link here.")
    return found


def _is_gone(entry: QueueEntry) -> bool:
    return entry.state is TransferState.DONE and (entry.path is None or not Path(entry.path).is_file())


def choose_download(purchase: Overview, name: str | None) -> PurchasedDownload:
    """Returns the download that is meant. Raises `CompanionError` ``artifact-ambiguous`` or ``nothing-to-download``."""
    found = purchase.downloads
    if name is not None:
        wanted = name.strip().casefold()
        found = tuple(each for each in found if each.name.casefold() == wanted)
    if len(found) == 1:
        return found[0]
    names = joined([f"“{clean_text(each.name, 80)}”" for each in purchase.downloads])
    if not names:
        raise _nothing(
            "No download of this purchase is known.", "Add the e-mail with the download link: companion add FILE"
        )
    raise CompanionError(
        ErrorCode.ARTIFACT_AMBIGUOUS,
        "Which download?",
        "The purchase has several downloads." if name is None else "The purchase has no download of that name.",
        f"Name one of: {names}.",
        kind=ErrorKind.USAGE,
    )


def _nothing(message: str, hint: str) -> CompanionError:
    return CompanionError(ErrorCode.NOTHING_TO_DOWNLOAD, "There is nothing to download", message, hint)
