"""Steps three and four: the download, and the proof that it is the store's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar

from companion.domain.core.time.durations import time_left_in_words
from companion.domain.installation.files.verification import of_transfer, verification_sentence
from companion.domain.store.orders import Grant
from companion.domain.transfers.models import TransferProgress, Transferred, TransferState
from companion.domain.transfers.queue import DownloadFailure, DownloadKey
from companion.services.downloads.order_downloads import Fetched
from companion.ui.look.format import Format
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.widgets.basic import button, column, exact, label, row
from companion.ui.widgets.notice import Notice, details_of
from companion.ui.widgets.speed import SpeedGraph
from companion.ui.widgets.spoken import announcer
from companion.ui.wizard.job import Job
from companion.ui.wizard.steps import Step

if TYPE_CHECKING:
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.downloads.queue import QueueItem


class DownloadStep(Step):
    """Downloads, and can be paused at any time: what has arrived is kept."""

    def __init__(self, app_state: AppState, purchases: OrderDownloads) -> None:
        super().__init__(
            app_state,
            "Downloading",
            "You can pause it, close the laptop or go offline. It continues where it stopped.",
            "Continue",
        )
        self._key: DownloadKey | None = None
        self._resting = False
        self._announced = 0
        self._purchases = purchases
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Download progress")
        self._bar.setRange(0, 1000)
        self._share = label("", "strong", wrap=False)
        self._facts = label("", "muted")
        self._pieces = label("", "small")
        self._speed = SpeedGraph(app_state.theme, app_state.format)
        self._pause = button("Pause", self._toggle)
        self.content.addLayout(column(row(self._share, None), self._bar, self._facts, self._pieces, spacing=6))
        self.content.addWidget(self._speed)
        self.content.addLayout(row(self._pause, None))
        self.onward.hide()
        app_state.downloads.changed.connect(self._changed)

    def enter(self, job: Job) -> None:
        super().enter(job)
        self.heading.setText(f"Downloading {job.download.name}")
        self._facts.setText("Asking the store…")
        self._announced = 0
        self._speed.clear()
        purchases, number, artifact_id = self._purchases, job.order.number, job.download.artifact_id

        def begin(here: Fetched | None) -> None:
            if here is not None:
                job.fetched = here
                self.advance.emit()
            else:
                self._key = self.app_state.downloads.add(number, job.download, job.folder)

        self.app_state.runner.run(
            self,
            lambda task: purchases.recheck(number, artifact_id, task.cancellation),
            begin,
            lambda _: begin(None),
        )

    def _item(self) -> QueueItem | None:
        return self.app_state.downloads.items.get(self._key) if self._key is not None else None

    def _toggle(self) -> None:
        if self._key is None:
            return
        item = self._item()
        if item is not None and item.entry.state in (TransferState.PAUSED, TransferState.FAILED):
            self.tell(None)
            self.app_state.downloads.resume(self._key)
        else:
            self._pause.setEnabled(False)
            self._pause.setText("Pausing…")
            self.app_state.downloads.pause(self._key)

    def _changed(self, key: DownloadKey) -> None:
        item = self._item()
        if key != self._key or item is None or self.job is None or self.job.fetched is not None:
            return
        state = item.entry.state
        resting = state in (TransferState.PAUSED, TransferState.FAILED)
        resting_before, self._resting = self._resting, resting
        self._pause.setEnabled(True)
        self._pause.setText("Resume" if resting else "Pause")
        if item.result is not None and state is TransferState.DONE:
            self._done(self.job, item.result)
        elif state is TransferState.FAILED and item.entry.trouble is not None:
            if not resting_before:
                self._failed(item.entry.trouble)
        elif state is TransferState.PAUSED:
            arrived = self.app_state.downloads.arrived_so_far.get(key)
            self._facts.setText(resting_words("Paused", arrived, self.app_state.format))
        elif item.progress is not None:
            self._show(item.progress)

    def _show(self, progress: TransferProgress) -> None:
        form = self.app_state.format
        if progress.size:
            self._announce(progress.done * 100 // progress.size)
            self._bar.setValue(min(1000, progress.done * 1000 // progress.size))
            self._share.setText(f"{form.size(progress.done)} of {form.size(progress.size)}")
        self._facts.setText(progress_words(progress, form))
        self._pieces.setText(pieces_words(progress))
        self._speed.add(progress.rate)

    def _announce(self, percent: int) -> None:
        """Every quarter is told, each once."""
        quarter = percent // 25 * 25
        if quarter > self._announced:
            self._announced = quarter
            announcer.announce(self, f"{quarter} % downloaded")

    def _failed(self, trouble: DownloadFailure) -> None:
        self._facts.setText("Stopped. What has arrived is kept.")
        actions = self.actions_for(trouble.code)
        self.tell_failure(
            Notice(
                trouble.title,
                trouble.message,
                trouble.hint,
                tone="over",
                actions=actions,
                closable=False,
                details=details_of(trouble),
            )
        )

    def _done(self, job: Job, transferred: Transferred) -> None:
        number, artifact_id, purchases = job.order.number, job.download.artifact_id, self._purchases

        def finish(grant: Grant) -> None:
            job.fetched = Fetched(grant, transferred)
            self._bar.setValue(1000)
            self._announce(100)
            self.advance.emit()

        self.app_state.runner.run(
            self,
            lambda _: purchases.grant(number, artifact_id),
            finish,
            lambda error: self.tell(Notice.of_error(error, closable=False)),
        )


def resting_words(stopped: str, arrived: TransferProgress | None, form: Format) -> str:
    """Returns where a download that was paused, or that stopped, stands: "Paused at 14.4 MB of 67.1 MB. …"."""
    if arrived is None or not arrived.done:
        return f"{stopped}. What has arrived is kept, and it continues from there."
    whole = f" of {form.size(arrived.size)}" if arrived.size else ""
    return f"{stopped} at {form.size(arrived.done)}{whole}. It continues from there."


def progress_words(progress: TransferProgress, form: Format) -> str:
    """How a download goes, in a line: speed and time left, or why it waits."""
    if progress.state is TransferState.WAITING and progress.reason:
        return progress.reason
    if progress.state is TransferState.VERIFYING:
        return "Comparing the file with the store's checksum…"
    parts = [form.rate(progress.rate)] if progress.rate else []
    if progress.time_left is not None:
        parts.append(f"{time_left_in_words(progress.time_left)} left")
    if progress.resumed_from:
        parts.append("continuing where it stopped")
    return " · ".join(parts) or "Connecting…"


def pieces_words(progress: TransferProgress) -> str:
    """How many pieces have been proven, where the store publishes their digests."""
    if not progress.pieces_total:
        return ""
    return f"{progress.pieces_done} of {progress.pieces_total} parts checked."


class VerifyStep(Step):
    """Says that the file is complete, where it is, and how that was checked."""

    def __init__(self, app_state: AppState, opener: Opener) -> None:
        super().__init__(app_state, "The file is complete and genuine", "", "Continue to installation")
        self._opener = opener
        self._place = exact("Where the file is")
        self._digest = exact("The file's SHA-256", "small")
        self._folder = button("Show in folder", self._show_folder)
        self.content.addLayout(column(label("Where it is", "muted"), self._place, row(self._folder, None), spacing=4))
        self.content.addWidget(self._digest)

    def enter(self, job: Job) -> None:
        super().enter(job)
        if job.fetched is None:
            return
        done = job.fetched.transferred
        self.heading.setText("The file is complete and genuine" if done.verified else "The file has arrived")
        self.explanation.setText(verification_sentence(of_transfer(verified=done.verified, store=self.app_state.store)))
        self._place.setText(str(done.path))
        self._digest.setText(f"SHA-256 {done.sha256}")

    def _show_folder(self) -> None:
        if self.job is None or self.job.fetched is None:
            return
        self._opener.open_folder(self.job.fetched.transferred.path, lambda error: self.tell(Notice.of_error(error)))
