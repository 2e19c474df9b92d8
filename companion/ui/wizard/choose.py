"""Step one: which download, and where it goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QRadioButton

from companion.domain.entitlements.artifacts import Offer, fitting, offer_of, offer_sentence
from companion.domain.store.orders import Download, Order
from companion.domain.store.profile import Profile
from companion.services.downloads.order_downloads import OrderDownloads
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import button, clear, column, exact, label, row
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.job import Job
from companion.ui.wizard.steps import Step


class ChooseStep(Step):
    """Offers what the order holds for this system; `chosen` carries the finished `Job`."""

    chosen = Signal(object)

    def __init__(self, app_state: AppState, purchases: OrderDownloads) -> None:
        super().__init__(
            app_state,
            "What should be installed?",
            "The file keeps the name the store gave it: renaming it can break the installation.",
            "Continue",
        )
        self._purchases = purchases
        self._group = QButtonGroup(self)
        self._downloads: dict[int, Download] = {}
        self._order: Order | None = None
        self._profile: Profile | None = None
        self._folder = Path()

    def offer(self, order: Order, profile: Profile, artifact_id: str) -> None:
        """Show what `order` has for this PC, with `artifact_id` chosen if it is among it."""
        self._order, self._profile = order, profile
        self._folder = self._purchases.folder(order.number)
        self.tell(None)
        clear(self.content)
        for old in self._group.buttons():
            self._group.removeButton(old)
        self._downloads = {}
        now, zone = self.app_state.now(), self.app_state.zone
        for index, download in enumerate(fitting(order, self.app_state.platform)):
            choice = QRadioButton(f"{download.name} {download.version}")
            here = self.app_state.snapshot.file(order.number, download.artifact_id)
            offer = offer_of(order, download, profile, now)
            opened = offer is Offer.OPEN or here is not None
            choice.setEnabled(opened)
            choice.setChecked(opened and (download.artifact_id == artifact_id or self._group.checkedId() < 0))
            self._group.addButton(choice, index)
            self._downloads[index] = download
            window = offer_sentence(offer, download, now, zone, self.app_state.ends)
            if here is not None:
                window = self.app_state.snapshot.file_sentence(order.number, download.artifact_id) or window
            size = self.app_state.format.size(download.size)
            self.content.addLayout(column(choice, label(f"{size} · {window}", "muted"), spacing=2))
        self._show_folder()
        self.allow(self._group.checkedId() >= 0)
        if not self._downloads:
            words = f"Order {order.number} holds no download for this system."
            self.tell(Notice("Nothing to install here", words, "The order's page shows what it holds.", closable=False))

    def _show_folder(self) -> None:
        self._where = exact("The folder it is saved in")
        self._where.setText(str(self._folder))
        change = button("Change…", self._choose_folder, name="Choose another folder")
        self.content.addSpacing(6)
        self.content.addWidget(label("It is saved in", "muted"))
        line = row(spacing=12)
        line.addWidget(self._where, 1)
        line.addWidget(change)
        self.content.addLayout(line)

    def _choose_folder(self) -> None:
        found = QFileDialog.getExistingDirectory(self, "Where should it be saved?", str(self._folder.parent))
        if found:
            self._folder = Path(found)
            self._where.setText(found)

    def go_on(self) -> None:
        download = self._downloads.get(self._group.checkedId())
        if download is None or self._order is None or self._profile is None:
            return
        licence = next((found for found in self._order.licences if found.id == download.licence_id), None)
        self.chosen.emit(Job(self._profile, self._order, download, licence, self._folder))
