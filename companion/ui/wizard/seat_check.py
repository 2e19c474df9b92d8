"""Whether a seat of the licence is left for this PC, said before anything is downloaded or installed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.entitlements.seats import ThisPC, freeing_sentence, no_seat_sentence, seat_use
from companion.domain.store.orders import Licence, Seat
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import button, clear, label, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask
from companion.ui.wizard.job import Job

if TYPE_CHECKING:
    from companion.services.store.orders import Orders


class SeatCheck(QWidget):
    """Offers to free the seat of another PC where none is left; `cleared` tells when there is one."""

    cleared = Signal()

    def __init__(self, app_state: AppState, orders: Orders) -> None:
        super().__init__()
        self._app_state, self._orders = app_state, orders
        self._job: Job | None = None
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(8)
        self.is_clear = True
        self.hide()

    def start(self, job: Job) -> None:
        """Look at the licence of what is to be installed."""
        self._job = job
        self._show(job.licence)

    def _show(self, licence: Licence | None) -> None:
        clear(self._body)
        use = seat_use(licence, self._app_state.snapshot.seat_id) if licence is not None else None
        self.is_clear = use is None or use.this_pc is not ThisPC.NO_SEAT_LEFT
        self.setVisible(not self.is_clear)
        if use is None or self.is_clear:
            self.cleared.emit()
            return
        self._body.addWidget(label("No seat is left for this PC", "strong", tone="over"))
        self._body.addWidget(label(no_seat_sentence(use)))
        for seat in use.seats:
            self._body.addLayout(row(button(f"Free the seat of {seat.name}…", partial(self._ask, seat)), None))

    def _ask(self, seat: Seat) -> None:
        ask(
            self.window(),
            "Free a seat",
            f"Free the seat of {seat.name}?",
            (freeing_sentence(seat, self._app_state.format.date),),
            "Free the seat",
            "Leave it",
            partial(self._free, seat),
        )

    def _free(self, seat: Seat) -> None:
        job, orders = self._job, self._orders
        if job is None or job.licence is None:
            return
        number, licence_id = job.order.number, job.licence.id

        def freed(licence: Licence) -> None:
            self._app_state.refresh(number)
            if self._job is job:
                job.licence = licence
                self._show(licence)

        def failed(error: CompanionError) -> None:
            self._body.addWidget(Notice.of_error(error, closable=False))

        self._app_state.runner.run(self, lambda _: orders.actions.free_seat(number, licence_id, seat.id), freed, failed)
