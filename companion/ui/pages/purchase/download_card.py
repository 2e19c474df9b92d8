"""A file of a purchase of any shop: how its download goes, and what can be done with it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.installation.files.verification import of_shop_transfer, verification_sentence
from companion.domain.purchases.purchase import Overview, PurchasedDownload
from companion.domain.purchases.words import as_stated, origin_words
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.services.downloads.queue import QueueItem
from companion.ui.pages.transfer_card import TransferCard
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState


def key_of(found: Overview, download: PurchasedDownload) -> DownloadKey:
    """Returns what names a download of a purchase in the queue; nothing of its address is in it."""
    return DownloadKey(order_number=found.id, artifact_id=download.item)


def listed_downloads(
    owned: Iterable[Overview], items: Container[DownloadKey]
) -> Iterator[tuple[Overview, PurchasedDownload]]:
    """Yields the downloads of purchases that can be had by a link, or that were started and are among `items`."""
    for found in owned:
        for download in found.downloads:
            if download.has_link or key_of(found, download) in items:
                yield found, download


class PurchaseDownloadCard(TransferCard):
    """One file of a purchase; its link is read from the keychain when it is needed, and shown nowhere."""

    failed = Signal(object)

    def __init__(
        self, app_state: AppState, owned: OwnedState, opener: Opener, found: Overview, download: PurchasedDownload, *,
        on_its_page: bool = False,
    ) -> None:  # fmt: skip
        """`on_its_page`: the page says already which purchase it is, so the file's name is the heading."""
        self._owned, self._opener, self._found, self._download = owned, opener, found, download
        name = download.name or "Download"
        about = " · ".join(part for part in (origin_words(found), name) if part)
        key, spoken = key_of(found, download), f"{name} of {found.name}"
        title, about = (name, "") if on_its_page else (found.name, about)
        self.checks_parts = download.sha256 is not None
        super().__init__(app_state, owned.downloads, key, title, about, spoken, name)
        self.show_item(owned.downloads.items.get(key))

    def file(self, item: QueueItem | None) -> Path | None:
        done = item is not None and item.entry.state is TransferState.DONE
        return Path(item.entry.path) if done and item is not None and item.entry.path else None

    def at_rest(self, item: QueueItem | None, file: Path) -> str:
        verified = item is not None and item.entry.verified
        how = verification_sentence(of_shop_transfer(verified=verified))
        return f"It is on this PC: {file}\n{how}"

    def resting_sentence(self) -> str:
        form, until = self.app_state.format, self._download.open_until
        said = "Until when it can be downloaded is not known"
        if until is not None:
            said = f"Can be downloaded until {self.app_state.ends(as_stated(until))}"
        return f"{said} · {form.size(self._download.size)}" if self._download.size is not None else f"{said}."

    def resting_actions(self, file: Path | None) -> list[QPushButton]:
        if file is not None:
            return [self.action("Show in folder", partial(self._opener.open_folder, file), "primary")]
        if not self._download.has_link:
            return []
        return [self.action("Download", self._start, "primary")]

    def failed_actions(self, code: str) -> list[QPushButton]:
        # A shop that wants a sign-in lets only the browser in.
        return [self.action("Open in the browser", self._open_in_browser)] if code == ErrorCode.PORTAL else []

    def _start(self) -> None:
        self._owned.start_download(self._found, self._download.item)

    def _open_in_browser(self) -> None:
        def go(link: Secret | None) -> None:
            if link is not None:
                self._opener.open_url(link.reveal(), self.failed.emit)
                return
            self.failed.emit(
                CompanionError(
                    ErrorCode.NOTHING_TO_DOWNLOAD,
                    "The link is not there",
                    "The keychain no longer has it.",
                    "Drop the e-mail with the link on this window once more.",
                    kind=ErrorKind.NO,
                )
            )

        self._owned.link(self, self._found.id, self._download.item, go, self.failed.emit)
