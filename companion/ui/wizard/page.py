"""The wizard as a page of the window: one step is shown, and the steps before it are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError
from companion.domain.store.orders import Order
from companion.domain.store.profile import Profile
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.widgets.basic import clear
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.check import CheckStep
from companion.ui.wizard.choose import ChooseStep
from companion.ui.wizard.download import DownloadStep, VerifyStep
from companion.ui.wizard.install import DoneStep, InstallStep
from companion.ui.wizard.job import Job
from companion.ui.wizard.steps import STEPS
from companion.ui.wizard.steps_page import StepsPage

if TYPE_CHECKING:
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations
    from companion.services.store.orders import Orders

_DOWNLOAD = STEPS.index("Download")


class InstallPage(StepsPage):
    """Walks from an order's artifact to a working installation. Leaving it and coming back goes on where it was."""

    def __init__(
        self,
        app_state: AppState,
        orders: Orders,
        purchases: OrderDownloads,
        installations: Installations,
        recovery: Recovery,
        opener: Opener,
    ) -> None:
        super().__init__(app_state, "Install", STEPS)
        self._orders = orders
        self._job: Job | None = None
        self._wanted = Destination("install")
        self._choose = ChooseStep(app_state, purchases)
        installing = InstallStep(app_state, orders, installations, recovery, opener)
        installing.fetch_again.connect(self._fetch_again)
        self.set_steps(
            self._choose,
            CheckStep(app_state, orders, installations, recovery, opener),
            DownloadStep(app_state, purchases),
            VerifyStep(app_state, opener),
            installing,
            DoneStep(app_state, orders, recovery),
        )
        for index, step in enumerate(self._steps):
            step.advance.connect(lambda index=index: self._advance(index))
        self._choose.chosen.connect(self._begin)

    def arrive(self, destination: Destination) -> None:
        same = (destination.number, destination.item) == (self._wanted.number, self._wanted.item)
        if same and self._job is not None and self._job.installed is None:
            self._enter(self.index)
            return
        self._wanted, self._job = destination, None
        self.show_step(0)
        self.take_focus()
        self._choose.heading.setText("Reading the order…")
        self._choose.allow(False)
        clear(self._choose.content)
        orders, number = self._orders, destination.number

        def read(_: object) -> tuple[Order, Profile, CompanionError | None]:
            found, trouble = orders.lookup.order_or_kept(number)
            return found, orders.lookup.profile(), trouble

        self.app_state.runner.run(self, read, lambda found: self._offer(*found), self._failed)

    def holds_work(self) -> bool:
        return self._job is not None

    def _offer(self, order: Order, profile: Profile, trouble: CompanionError | None) -> None:
        self.app_state.load()
        self._choose.heading.setText("What should be installed?")
        self._choose.offer(order, profile, self._wanted.item)
        if trouble is not None:
            words = "A file that is on this PC already can be installed all the same."
            self._choose.tell(Notice(trouble.title, words, tone="attention", closable=False))

    def _failed(self, error: CompanionError) -> None:
        self._choose.heading.setText("The order could not be read")
        self._choose.tell(Notice.of_error(error, ("Try again", self._again), closable=False))

    def _again(self) -> None:
        self.arrive(self._wanted)

    def _begin(self, job: Job) -> None:
        self._job = job
        self._enter(1)

    def _fetch_again(self) -> None:
        if self._job is not None:
            self.current.depart()
            self._job.fetched = None
            self._enter(_DOWNLOAD)

    def _advance(self, index: int) -> None:
        self._steps[index].depart()
        if index + 1 == len(self._steps):
            self._job = None
            self.end()
        else:
            self._enter(index + 1)

    def _enter(self, index: int) -> None:
        self.show_step(index)
        if self._job is not None and index > 0:
            self._steps[index].enter(self._job)
            self.take_focus()
