"""What the cards of the order page share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from PySide6.QtWidgets import QPushButton

from companion.domain.core.errors import CompanionError
from companion.domain.store.orders import Order
from companion.domain.store.profile import Profile
from companion.services.store.orders import Orders
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import Card, button, label, row
from companion.ui.widgets.key import KeysInSight
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask

T = TypeVar("T")
Tell = Callable[[Notice | CompanionError | None], None]


class OrderView(NamedTuple):
    """What every card of an order's page is made from; `tell` shows what came of an action.

    The page stays as it is until what `await_answer` is given has ended. `keys` are those that the person asked for.
    """

    app_state: AppState
    orders: Orders
    opener: Opener
    order: Order
    profile: Profile
    tell: Tell
    await_answer: Callable[[Task], None]
    keys: KeysInSight


class Section(Card):
    """A card about one side of an order; `article` is the help on it."""

    def __init__(self, view: OrderView, heading: str, article: str) -> None:
        super().__init__(spacing=10)
        self.view = view
        self.app_state, self.orders, self.tell = view.app_state, view.orders, view.tell
        self.order, self.profile = view.order, view.profile
        app_state = view.app_state
        there = Destination("help", view.order.number, article)
        head = row(spacing=8)
        head.addWidget(label(heading, "heading"), 1)
        head.addWidget(
            button("Help", lambda: app_state.navigation_requested.emit(there), "link", name=f"Help with {heading}")
        )
        self.add(head)

    def act(self, pressed: QPushButton | None, work: Callable[[Task], T], done: Callable[[T], Notice]) -> None:
        """Run an action at the store once: the button waits, the order is read again, and the outcome is told.

        The page may be rendered anew meanwhile, so the work belongs to the app_state and not to this card.
        """
        if pressed is not None:
            pressed.setEnabled(False)
            pressed.setText("Asking the store…")
        tell, app_state, number = self.tell, self.app_state, self.order.number

        def finish(result: T) -> None:
            tell(done(result))
            app_state.refresh(number)

        def fail(error: CompanionError) -> None:
            tell(error)
            app_state.refresh(number)

        app_state.runner.run(app_state, work, finish, fail)

    def ask(
        self, title: str, text: str, consequences: Sequence[str], yes: str, no: str, agreed: Callable[[], None]
    ) -> None:
        """Ask once before something changes; the safe answer is the default."""
        ask(self.window(), title, text, consequences, yes, no, agreed)

    def open_page(self, url: str) -> None:
        """Open a page of the store in the system's browser."""
        self.view.opener.open_url(url, self.tell)
