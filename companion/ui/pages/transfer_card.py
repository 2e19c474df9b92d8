"""A card for one download: how it goes, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout

from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.ui.state.app_state import AppState
from companion.ui.state.download_state import DownloadState
from companion.ui.widgets.action_row import ActionRow
from companion.ui.widgets.basic import Card, button, chip, clear, label, row
from companion.ui.widgets.notice import Notice, details_of
from companion.ui.widgets.question import ask
from companion.ui.widgets.speed import SpeedGraph
from companion.ui.wizard.download import pieces_words, progress_words, resting_words

if TYPE_CHECKING:
    from companion.services.downloads.queue import QueueItem

RESTING = (TransferState.PAUSED, TransferState.FAILED, TransferState.DONE)


class TransferCard(Card):
    """Renders one download of a queue; `file`, `resting_sentence` and `resting_actions` say how it is at rest."""

    def __init__(
        self, app_state: AppState, transfers: DownloadState, key: DownloadKey, title: str, about: str, spoken: str,
        file_name: str,
    ) -> None:  # fmt: skip
        """`spoken` names the card for screen readers, `file_name` what is asked about before it is cancelled."""
        super().__init__(spacing=8)
        self.app_state, self._transfers, self._key, self._file_name = app_state, transfers, key, file_name
        self._shown: tuple[object, ...] = ()
        self._chip = chip("")
        self.setAccessibleName(spoken)
        head = row()
        head.addWidget(label(title, "heading"), 1)
        head.addWidget(self._chip)
        self.add(head)
        if about:
            self.add(label(about, "muted"))
        self._said = label("")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {title}")
        self._pieces = label("", "small")
        self._speed = SpeedGraph(app_state.theme, app_state.format)
        self._trouble = QVBoxLayout()
        self._actions = row()
        self.add(self._said, self._bar, self._pieces, self._speed, self._trouble, self._actions)

    @property
    def key(self) -> DownloadKey:
        """What names the download in its queue."""
        return self._key

    @property
    def under_way(self) -> bool:
        """Whether it was started and has not arrived."""
        item = self._transfers.items.get(self._key)
        return item is not None and item.entry.state is not TransferState.DONE

    # What the kinds of downloads differ in

    checks_parts = True
    """Whether the store publishes digests of the file's parts, so that counting the checked ones tells something."""

    def file(self, item: QueueItem | None) -> Path | None:
        """Returns where the finished file lies."""
        raise NotImplementedError

    def at_rest(self, item: QueueItem | None, file: Path) -> str:
        """Returns the sentences for a file that lies on this PC: where, and how far it is verified."""
        raise NotImplementedError

    def resting_sentence(self) -> str:
        """Returns the sentence for a download that has not been started."""
        raise NotImplementedError

    def resting_actions(self, file: Path | None) -> list[QPushButton]:
        """Returns what can be done where nothing is under way."""
        raise NotImplementedError

    def failed_actions(self, code: str) -> list[QPushButton]:
        """Returns what else can be done after a failure."""
        del code
        return []

    # Rendering

    def show_item(self, item: QueueItem | None) -> None:
        """Render how the download stands; the buttons are made anew only when they change."""
        file = self.file(item)
        state = item.entry.state if item is not None else None
        progress = item.progress if item is not None else None
        running = item is not None and state not in RESTING
        moves = progress is not None and progress.state is not TransferState.WAITING
        halfway = state in (TransferState.PAUSED, TransferState.FAILED) and self._arrived() > 0
        self._bar.setVisible(running or halfway)
        self._speed.setVisible(running)
        self._pieces.setVisible(running and self.checks_parts and progress is not None and progress.pieces_total > 0)
        if progress is None and halfway:
            progress = self._transfers.arrived_so_far[self._key]
        elif progress is not None:
            self._pieces.setText(pieces_words(progress))
            self._speed.add(progress.rate)
        if progress is not None and progress.size:
            self._bar.setValue(min(1000, progress.done * 1000 // progress.size))
        self._said.setText(self._sentence(item, file))
        facts = (state, file, halfway, moves)
        if facts != self._shown:
            self._shown = facts
            self._show_chip(state, file, moves=moves)
            self._show_actions(item, file)

    def _sentence(self, item: QueueItem | None, file: Path | None) -> str:
        form = self.app_state.format
        if item is not None and item.entry.state is TransferState.PAUSED:
            return resting_words("Paused", self._transfers.arrived_so_far.get(self._key), form)
        if item is not None and item.entry.state is TransferState.FAILED:
            known = self._transfers.arrived_so_far.get(self._key)
            return resting_words("Stopped", known, form) if self._arrived() else "Stopped."
        if item is not None and item.progress is not None:
            progress = item.progress
            size = f"{form.size(progress.done)} of {form.size(progress.size)} · " if progress.size else ""
            return size + progress_words(progress, form)
        if item is not None and item.entry.state is TransferState.QUEUED:
            return "Waiting for its turn."
        return self.at_rest(item, file) if file is not None else self.resting_sentence()

    def _arrived(self) -> int:
        """Returns how many bytes have arrived, 0 where that is not known."""
        known = self._transfers.arrived_so_far.get(self._key)
        return known.done if known is not None else 0

    def _show_chip(self, state: TransferState | None, file: Path | None, *, moves: bool) -> None:
        words = {TransferState.PAUSED: "Paused", TransferState.FAILED: "Stopped"}.get(state) if state else None
        if words is None and state is not None and state not in RESTING:
            words = "Downloading" if moves else "Waiting"
        if words is None and file is not None:
            words = "On this PC"
        self._chip.setText(words or "")
        self._chip.setVisible(words is not None)

    def _show_actions(self, item: QueueItem | None, file: Path | None) -> None:
        clear(self._actions)
        clear(self._trouble)
        state = item.entry.state if item is not None else None
        if item is not None and state in (TransferState.PAUSED, TransferState.FAILED):
            again = "Try again" if state is TransferState.FAILED and not self._arrived() else "Resume"
            parts = [
                self.action(again, partial(self._transfers.resume, self._key), "primary"), self._remove_button(),
            ]  # fmt: skip
            if item.entry.trouble is not None:
                trouble = item.entry.trouble
                details = details_of(trouble)
                self._trouble.addWidget(
                    Notice(trouble.title, trouble.message, trouble.hint, tone="over", closable=False, details=details)
                )
                parts += self.failed_actions(trouble.code)
        elif item is not None and state is not TransferState.DONE:
            parts = [self.action("Pause", partial(self._transfers.pause, self._key)), self._remove_button()]
        else:
            parts = self.resting_actions(file)
        self._actions.addWidget(ActionRow(*parts))

    def action(self, text: str, clicked: Callable[[], object], role: str = "") -> QPushButton:
        """Returns a button whose name says what it is about: most cards have the same ones."""
        return button(text, clicked, role, name=f"{text.rstrip('…')}: {self.accessibleName()}")

    def _remove_button(self) -> QPushButton:
        return self.action("Cancel…", self._ask_to_remove)

    def _ask_to_remove(self) -> None:
        # What moves is rendered anew: the answer goes to the list of transfers and not to this card.
        ask(
            self.window(),
            "Cancel the download",
            f"Cancel the download of {self._file_name}?",
            ("What has arrived so far is deleted. To go on at another time, pause it instead.",),
            "Cancel it",
            "Keep it",
            partial(self._transfers.remove, self._key),
        )
