"""The first-run page: what this is, what happens to the password, and adding an order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QStackedWidget,
    QWidget,
)

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.entitlements.order_lookup import (
    tidy_card_digits,
    tidy_email,
    tidy_order_number,
    tidy_order_password,
)
from companion.services.store.keychain.keychain import Kept, KeychainState
from companion.services.store.lookup import Added
from companion.services.store.orders import Orders
from companion.ui.navigation import ADDED, SESSION_ONLY, Destination, Page
from companion.ui.pages.demo_orders import DemoOrders, SampleLogIn
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.support import failure_notice
from companion.ui.widgets.basic import Card, IconLabel, button, clear, column, label, line, restyle, row
from companion.ui.widgets.fields import SecretField
from companion.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from companion.domain.mail.confirmation import MailReading

T = TypeVar("T")
_MESSAGE = "message/rfc822"


class AddPage(Page):
    """Finds orders by number and password, or by e-mail address and card digits."""

    def __init__(self, app_state: AppState, orders: Orders, samples: tuple[SampleLogIn, ...] = ()) -> None:
        super().__init__(app_state, "Add an order")
        self._orders = orders
        self._task: Task | None = None
        self.setAcceptDrops(True)
        self._intro = label("", "muted")
        self._where = label("", "muted")
        self.add(self._intro, self._form(), self._promise())
        if samples:
            self.add(self._samples(samples))
        self.follow(app_state.changed)

    def render_values(self) -> None:
        first = not self.app_state.snapshot.orders
        self.title.setText("Welcome" if first else "Add an order")
        profile = self.app_state.snapshot.profile
        store = profile.store.name if profile else "the store"
        self._intro.setText(
            f"Companion looks after what you bought from {store}: when it runs out, what you will be charged, "
            "and downloads and installations that work."
            if first
            else f"Everything needed is in the confirmation e-mail from {store}."
        )

    def _form(self) -> Card:
        card = Card(spacing=14)
        by_number = QRadioButton("Order number and order password")
        by_card = QRadioButton("E-mail address and the card I paid with")
        by_number.setChecked(True)
        self._ways = QButtonGroup(self)
        self._ways.addButton(by_number, 0)
        self._ways.addButton(by_card, 1)
        self._fields = QStackedWidget()
        self._number = _field("Order number", "from the confirmation e-mail")
        self._secret = SecretField("Order password", "capital and small letters differ")
        self._password = self._secret.line
        self._email = _field("E-mail address", "the one the confirmation was sent to")
        self._digits = _field("Last digits of the card", "the last 4 or 5 digits, nothing more")
        self._digits.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self._digits.setMaxLength(5)
        self._fields.addWidget(_fields(("Order number", self._number), ("Order password", self._secret)))
        self._fields.addWidget(_fields(("E-mail address", self._email), ("Last card digits", self._digits)))
        self._ways.idToggled.connect(self._choose_way)
        self._add = button("Add the order", self._submit, "primary")
        self._stop = button("Cancel", self._cancel)
        self._stop.hide()
        self._forgot = button("Forgot the order password?", self._reset, "link")
        for field in (self._number, self._password, self._email, self._digits):
            field.returnPressed.connect(self._submit)
            field.textEdited.connect(lambda _, edited=field: restyle(edited, invalid="false"))
        self._outcome = column(spacing=8)
        where = Destination("help", item="find-an-order")
        head = row(spacing=8)
        head.addWidget(label("How do you want to find your order?", "strong"), 1)
        head.addWidget(button("Where do I find these?", lambda: self.navigation_requested.emit(where), "link"))
        card.add(head, column(by_number, by_card, spacing=6))
        card.add(self._fields, self._outcome, row(self._add, self._stop, None, self._forgot))
        card.add(line(), self._from_mail())
        return card

    def _from_mail(self) -> QHBoxLayout:
        self._open_mail = button("Open the e-mail…", self._ask_for_mail)
        words = label("Or drop the saved confirmation e-mail (.eml) here: it fills in both for you.", "muted")
        made = row(spacing=12)
        made.addWidget(words, 1)
        made.addWidget(self._open_mail)
        return made

    def _promise(self) -> Card:
        card = Card(spacing=6)
        lock = IconLabel(self.app_state.theme, "lock", "accent", 22)
        words = column(
            label("Where this is kept", "strong"),
            self._where,
        )
        line = row(lock, spacing=14)
        line.setAlignment(lock, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        card.add(line)
        return card

    def _look_where(self) -> None:
        """Look first, then promise: not every computer has a keychain."""
        self._where.setText("Looking where the password can be kept…")
        lookup = self._orders.lookup
        self.app_state.runner.run(self, lambda _: lookup.keychain_state(), self._show_where)

    def _show_where(self, state: KeychainState) -> None:
        sent = "They are sent to the store only."
        if state.place is None:
            words = (
                f"{state.trouble or 'This computer has no keychain.'} The password or card digits are known only until "
                f"Companion is closed: it asks for them again at each start. {sent}"
            )
        else:
            locked = " It is locked, and asks you to unlock it." if state.locked else ""
            trouble = f" {state.trouble}" if state.trouble else ""
            words = (
                f"The password or card digits go into {state.place}, protected by your sign-in.{locked}{trouble} "
                f"{sent} Remove the order, and they are gone."
            )
        self._where.setText(words)

    def _samples(self, samples: tuple[SampleLogIn, ...]) -> Card:
        card = DemoOrders(samples)
        card.chosen.connect(self._fill_in)
        card.several_wanted.connect(self._add_several)
        return card

    def _add_several(self, samples: tuple[SampleLogIn, ...]) -> None:
        """Add these orders, one after the other."""
        if self._task is not None and self._task.running:
            return
        self._say(None)
        self._show_working(True)
        first, rest = samples[0], samples[1:]

        def added(found: Added) -> None:
            if rest:
                self._add_several(rest)
            else:
                self._done(Added((), found.kept))

        self._task = self.app_state.add_order(self, first.number, Secret(first.password), added, self._failed)

    def _fill_in(self, sample: SampleLogIn) -> None:
        self._ways.button(0).setChecked(True)
        self._number.setText(sample.number)
        self._password.setText(sample.password)
        self.scroll_to_top()
        self._add.setFocus()

    def holds_work(self) -> bool:
        typed = any(field.text() for field in (self._number, self._password, self._email, self._digits))
        return typed or (self._task is not None and self._task.running)

    def arrive(self, _destination: Destination) -> None:
        self._say(None)
        self._look_where()
        self._secret.hide_it()
        for field in (self._password, self._digits):
            field.clear()
        (self._number if self._ways.checkedId() == 0 else self._email).setFocus()

    def leave_page(self) -> None:
        """An old error is none of the next visit."""
        self._say(None)
        for field in (self._number, self._password, self._email, self._digits):
            restyle(field, invalid="false")

    def _choose_way(self, way: int, chosen: bool) -> None:
        if chosen:
            self._fields.setCurrentIndex(way)
            self._forgot.setVisible(way == 0)
            self._say(None)

    def _submit(self) -> None:
        if self._task is not None and self._task.running:
            return
        self._say(None)
        try:
            if self._ways.checkedId() == 0:
                self._add_by_number()
            else:
                self._add_by_card()
        except CompanionError as error:
            self._failed(error)

    def _add_by_number(self) -> None:
        number = self._checked(self._number, tidy_order_number)
        password = self._checked(self._password, tidy_order_password)
        self._task = self.app_state.add_order(self, number, password, self._done, self._failed)
        self._show_working(True)

    def _add_by_card(self) -> None:
        email = self._checked(self._email, tidy_email)
        digits = self._checked(self._digits, tidy_card_digits)
        self._task = self.app_state.add_by_card(self, email, digits, self._done, self._failed)
        self._show_working(True)

    @staticmethod
    def _checked(field: QLineEdit, tidy: Callable[[str], T]) -> T:
        """What was typed, tidied; a field that does not fit is marked and gets the focus."""
        try:
            return tidy(field.text())
        except CompanionError:
            restyle(field, invalid="true")
            field.setFocus()
            raise

    # The confirmation e-mail

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _mail_in(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = _mail_in(event.mimeData())
        if found is not None:
            event.acceptProposedAction()
            self._read_mail(found)

    def _ask_for_mail(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Open the confirmation e-mail", str(Path.home()), "E-mail (*.eml);;All files (*)"
        )
        if chosen:
            self._read_mail(Path(chosen))

    def _read_mail(self, mail: Path | bytes) -> None:
        if self._task is not None and self._task.running:
            return
        self._say(None)
        self._open_mail.setEnabled(False)
        lookup = self._orders.lookup
        self._task = self.app_state.runner.run(
            self,
            lambda _: lookup.read_confirmation(mail) if isinstance(mail, Path) else lookup.read_mail(mail),
            self._mail_read,
            self._failed,
        )

    def _mail_read(self, found: MailReading) -> None:
        # Loaded by now: reading the e-mail has done that, on another thread.
        from companion.domain.mail.confirmation import MailRefusal, refusal_sentence

        self._open_mail.setEnabled(True)
        if found.refusal is not None or found.order_number is None:
            words = refusal_sentence(found.refusal or MailRefusal.NO_ORDER)
            hint = "You can also type the order number and order password from it."
            self._say(Notice("This e-mail does not help", words, hint, tone="attention", closable=False))
            return
        self._ways.button(0).setChecked(True)
        self._number.setText(found.order_number)
        self._password.setText(found.password.reveal() if found.password is not None else "")
        for field in (self._number, self._password):
            restyle(field, invalid="false")
        if found.password is not None:
            self._say(Notice("Found in the e-mail", f"Order {found.order_number} and its password.", closable=False))
            self._add.setFocus()
        else:
            words = f"Order {found.order_number}. The order password is not in this e-mail."
            hint = "Type it, or have a new one sent with “Forgot the order password?”."
            self._say(Notice("Found in the e-mail", words, hint, closable=False))
            self._password.setFocus()

    def _reset(self) -> None:
        try:
            number = self._checked(self._number, tidy_order_number)
        except CompanionError as error:
            self._failed(error)
            return
        self.app_state.runner.run(
            self,
            lambda _: self._orders.lookup.request_password_reset(number=number),
            lambda _: self._say(
                Notice(
                    "Look into your e-mail",
                    f"If order {number} exists, the store has sent a new order password to its e-mail address.",
                    "It can take a few minutes. Look into the spam folder too.",
                    closable=False,
                )
            ),
            self._failed,
        )

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._show_working(False)

    def _show_working(self, working: bool) -> None:
        self._add.setEnabled(not working)
        self._add.setText("Asking the store…" if working else "Add the order")
        self._stop.setVisible(working)
        self._fields.setEnabled(not working)

    def _done(self, added: Added) -> None:
        self._show_working(False)
        for field in (self._number, self._password, self._email, self._digits):
            field.clear()
        # Of several, Home cannot point at each.
        number = added.numbers[0] if len(added.numbers) == 1 else ""
        item = SESSION_ONLY if added.kept is Kept.SESSION else ADDED
        self.navigation_requested.emit(Destination("home", number, item))

    def _failed(self, error: CompanionError) -> None:
        self._show_working(False)
        self._open_mail.setEnabled(True)
        self._say(
            failure_notice(
                self.app_state, error, self.navigation_requested.emit, number=self._number.text(), closable=False
            )
        )
        if error.code == ErrorCode.CREDENTIALS_WRONG:
            wrong = (self._number, self._password) if self._ways.checkedId() == 0 else (self._email, self._digits)
            for field in wrong:
                restyle(field, invalid="true")

    def _say(self, notice: Notice | None) -> None:
        clear(self._outcome)
        if notice is not None:
            self._outcome.addWidget(notice)


def _mail_in(data: QMimeData) -> Path | bytes | None:
    """The first e-mail among what is dragged: a file, or the message itself as some mail programs give it."""
    if data.hasFormat(_MESSAGE):
        return bytes(data.data(_MESSAGE).data())
    paths = (Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())
    return next((path for path in paths), None)


def _field(name: str, example: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(example)
    return field


def _fields(*named: tuple[str, QWidget]) -> QWidget:
    ground = QWidget()
    form = QGridLayout(ground)
    form.setContentsMargins(0, 0, 0, 0)
    form.setVerticalSpacing(10)
    form.setHorizontalSpacing(16)
    for place, (name, field) in enumerate(named):
        caption = label(name, wrap=False)
        caption.setBuddy(field.line if isinstance(field, SecretField) else field)
        form.addWidget(caption, place, 0)
        form.addWidget(field, place, 1)
    return ground
