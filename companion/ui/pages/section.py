"""What the cards of the order page share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QMessageBox, QPushButton

from companion.domain.errors import CompanionError
from companion.domain.orders import Order
from companion.domain.profile import Profile
from companion.ui.desk import Desk
from companion.ui.tasks import Task
from companion.ui.widgets.basic import Card, label
from companion.ui.widgets.notice import Notice

T = TypeVar("T")
RETURN_RENEWAL = "return-renewal"
"""What a `Destination` to the order page names to give back the last renewal at once."""
Tell = Callable[[Notice | CompanionError | None], None]


class Section(Card):
    """A card about one side of an order; `tell` shows what came of an action."""

    def __init__(self, desk: Desk, order: Order, profile: Profile, tell: Tell, heading: str) -> None:
        super().__init__(spacing=10)
        self.desk, self.order, self.profile, self.tell = desk, order, profile, tell
        self.add(label(heading, "heading"))

    def act(self, pressed: QPushButton | None, work: Callable[[Task], T], done: Callable[[T], Notice]) -> None:
        """Run an action at the store once: the button waits, the order is read again, and the outcome is told.

        The page may be rendered anew meanwhile, so the work belongs to the desk and not to this card.
        """
        if pressed is not None:
            pressed.setEnabled(False)
        tell, desk, number = self.tell, self.desk, self.order.number

        def finish(result: T) -> None:
            tell(done(result))
            desk.refresh(number)

        def fail(error: CompanionError) -> None:
            tell(error)
            desk.refresh(number)

        desk.runner.run(desk, work, finish, fail)

    def ask(self, title: str, text: str, consequence: str, yes: str, no: str, agreed: Callable[[], None]) -> None:
        """Ask once before something changes; the safe answer is the default."""
        box = QMessageBox(self.window())
        box.setWindowTitle(title)
        box.setText(text)
        box.setInformativeText(consequence)
        box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.RejectRole))
        box.accepted.connect(agreed)
        box.open()

    def open_page(self, url: str) -> None:
        """Open a page of the store in the system's browser."""
        platform = self.desk.services.platform
        self.desk.runner.run(self.desk, lambda _: platform.open_url(url), lambda _: None, self.tell)
