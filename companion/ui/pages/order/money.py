"""The order page's cards about money: charges, invoice, returns."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from companion.domain.billing.charges import (
    Movement,
    charge_ahead_sentence,
    movement_words,
    timeline,
    two_charges_sentences,
    why_two_charges,
)
from companion.domain.billing.invoices import has_invoices
from companion.domain.billing.returns import (
    NotEligible,
    OtherWay,
    RenewalReturn,
    ReturnOutlook,
    outlook_sentences,
    progress_sentence,
    reason_words,
    renewal_return,
    renewal_return_sentences,
    return_outlook,
    return_progress,
    return_steps,
)
from companion.domain.core.text import sentence_start
from companion.domain.store.orders import ChargeKind, Order
from companion.domain.store.returns import Return, ReturnReason
from companion.ui.look.theme import Theme
from companion.ui.navigation import Destination
from companion.ui.pages.order.section import OrderView, Section
from companion.ui.support import SUPPORT
from companion.ui.widgets.basic import button, chip, column, fit_height, label, line, row
from companion.ui.widgets.choice import Choice, captioned
from companion.ui.widgets.notice import Notice

_REASONS = (ReturnReason.NOT_WANTED, ReturnReason.DOES_NOT_WORK)
_TONES = {ChargeKind.AUTHORIZATION: "", ChargeKind.CHARGE: "", ChargeKind.REFUND: "ok", ChargeKind.UNKNOWN: ""}
_WORDS = {
    ChargeKind.AUTHORIZATION: "Held",
    ChargeKind.CHARGE: "Charged",
    ChargeKind.REFUND: "Given back",
    ChargeKind.UNKNOWN: "Moved",
}


class MoneyCard(Section):
    """What was charged and when, why there may be two charges, and the invoices."""

    def __init__(self, view: OrderView) -> None:
        super().__init__(view, "Money", "two-charges")
        app_state, order, profile = self.app_state, self.order, self.profile
        form, now = app_state.format, app_state.now()
        moves = timeline(order, profile, now)
        if moves:
            self.add(self._list(moves))
        else:
            self.add(label("Nothing has been charged yet.", "muted"))
        ahead = charge_ahead_sentence(order, profile, form.date)
        if ahead is not None:
            self.add(label(ahead))
        two = why_two_charges(order, profile, now)
        if two is not None:
            self.add(line(), label("Why are there two charges?", "strong"))
            for sentence in two_charges_sentences(two, profile.policies.payment, form.date, form.money):
                self.add(label(sentence))
        if has_invoices(order):
            self.add(row(button("Invoices…", partial(self._show_invoice, order.number)), None))

    def _show_invoice(self, number: str) -> None:
        from companion.ui.dialogs.invoice import show_invoice  # Loads what prints.

        show_invoice(self.window(), self.app_state, self.orders, number)

    def _list(self, moves: tuple[Movement, ...]) -> QGridLayout:
        """One row for each movement: the day and the kind, what it was, the amount."""
        form = self.app_state.format
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        for place, move in enumerate(moves):
            words = movement_words(move, form.date, form.money)
            said = column(label(sentence_start(words.what)), spacing=2)
            if words.note:
                said.addWidget(label(words.note, "small"))
            sign = "−" if move.kind is ChargeKind.REFUND else ""
            shown = move.kind is not ChargeKind.AUTHORIZATION
            amount = label(f"{sign}{form.money(move.amount)}", "strong" if shown else "muted", wrap=False)
            kind = chip(_WORDS[move.kind], "attention" if move.showing else _TONES[move.kind])
            day = column(label(form.date(move.at), "muted", wrap=False), kind, spacing=2)
            top = Qt.AlignmentFlag.AlignTop
            grid.addLayout(day, place, 0, top)
            grid.addLayout(said, place, 1, top)
            grid.addWidget(amount, place, 2, top | Qt.AlignmentFlag.AlignRight)
        return grid


class ReturnCard(Section):
    """Whether the order can be returned, until when and why; and how far a return has come."""

    def __init__(self, view: OrderView) -> None:
        super().__init__(view, "Returns and refunds", "returns")
        app_state, order, profile = self.app_state, self.order, self.profile
        now, zone = app_state.now(), app_state.zone
        self.renewal: RenewalReturn | None = None
        for position, entry in enumerate(order.returns):
            if position:
                self.add(line())
            self._add_return(entry)
        outlook = return_outlook(order, profile, now, zone)
        if outlook.renewal is not None and outlook.eligible:
            self._add_renewal(outlook.renewal)
            return
        if not order.returns or outlook.eligible or outlook.reason is NotEligible.STORE_SAYS_NO:
            self._add_outlook(outlook)
        for plan in order.subscriptions:
            found = renewal_return(order, plan, profile, now, zone)
            if found is not None:
                self._add_renewal(found)

    def _add_outlook(self, outlook: ReturnOutlook) -> None:
        form = self.app_state.format
        if self.order.returns:
            self.add(line())
        self._sentences = outlook_sentences(outlook, self.app_state.ends, form.money)
        for sentence in self._sentences:
            self.add(label(sentence))
        if outlook.eligible:
            ask = button("Request a return…", lambda: None)
            ask.clicked.connect(lambda: self._ask_for_order(ask))
            self.add(row(ask, None))
        elif OtherWay.ASK_SUPPORT in outlook.other_ways:
            number = self.order.number
            contact = button(
                "Contact support",
                lambda: self.app_state.navigation_requested.emit(Destination("help", number, SUPPORT)),
            )
            self.add(row(contact, None))

    def _add_return(self, entry: Return) -> None:
        app_state, form = self.app_state, self.app_state.format
        progress = return_progress(entry, self.profile, app_state.now(), app_state.zone)
        tone = "attention" if progress.late or progress.letter_open else ""
        self.add(
            label(f"Return {entry.id} · {form.money(entry.amount)} · {reason_words(entry.reason)}", "strong"),
            label(progress_sentence(progress, form.date, form.money), tone=tone),
            label(" ".join(step.words for step in return_steps(entry, form.date)), "muted"),
        )
        if progress.letter_open and entry.letter is not None:
            self.add(row(button("Read the letter…", partial(self._read_letter, entry), "primary"), None))

    def _ask_for_order(self, pressed: QPushButton) -> None:
        actions, order = self.orders.actions, self.order
        dialog = ReturnDialog(self.window(), self.app_state.theme, order, self._sentences)

        def agreed() -> None:
            # Read here: a widget is not for the thread that asks the store.
            reason = dialog.reason
            self.act(pressed, lambda _: actions.request_return(order, reason), self._requested)

        dialog.accepted.connect(agreed)
        dialog.open()

    def _add_renewal(self, found: RenewalReturn) -> None:
        form = self.app_state.format
        if self.order.returns:
            self.add(line())
        self.add(label("Did you not want the renewal?", "strong"))
        for sentence in renewal_return_sentences(found, self.app_state.ends, form.money):
            self.add(label(sentence))
        give_back = button("Give the renewal back…", lambda: None)
        give_back.clicked.connect(lambda: self.ask_for_renewal(found, give_back))
        self.renewal = self.renewal or found
        self.add(row(give_back, None))

    def ask_for_renewal(self, found: RenewalReturn, pressed: QPushButton | None = None) -> None:
        """Ask once, then give back an unwanted renewal."""
        actions, order, form = self.orders.actions, self.order, self.app_state.format
        self.ask(
            "Give a renewal back",
            "Give this renewal back?",
            renewal_return_sentences(found, self.app_state.ends, form.money),
            "Give it back",
            "Keep it",
            lambda: self.act(
                pressed,
                lambda _: actions.request_return(order, found.reason, found.subscription_id),
                self._requested,
            ),
        )

    def _requested(self, entry: Return) -> Notice:
        app_state = self.app_state
        progress = return_progress(entry, self.profile, app_state.now(), app_state.zone)
        words = progress_sentence(progress, app_state.format.date, app_state.format.money)
        stops = " The subscription does not renew again." if entry.reason is ReturnReason.UNWANTED_RENEWAL else ""
        return Notice("The store has your request", f"{words}{stops}", f"Its number is {entry.id}.", tone="ok")

    def read_letter(self) -> None:
        """Show the letter that a refund waits for, where there is one."""
        waiting = self.order.waiting_return
        if waiting is not None and waiting.letter is not None:
            self._read_letter(waiting)

    def _read_letter(self, entry: Return) -> None:
        dialog = LetterDialog(self, entry)
        actions, number = self.orders.actions, self.order.number
        dialog.accepted.connect(lambda: self.act(None, lambda _: actions.accept_letter(number, entry), self._requested))
        dialog.open()


class ReturnDialog(QDialog):
    """What a return does, the reason, and one confirmation; `reason` is what was chosen."""

    def __init__(self, parent: QWidget, theme: Theme, order: Order, sentences: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Request a return")
        self.setMinimumWidth(520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(12)
        outer.addWidget(label(f"Return order {order.number}?", "heading"))
        for sentence in sentences:
            outer.addWidget(label(sentence))
        self._reasons = Choice(theme, "Reason", [reason_words(reason) for reason in _REASONS], 0)
        outer.addLayout(captioned("Reason", self._reasons))
        keep = button("Keep the order", self.reject)
        outer.addLayout(row(None, keep, button("Request the return", self.accept, "primary")))
        keep.setDefault(True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        fit_height(self)

    @property
    def reason(self) -> ReturnReason:
        """Why the order goes back."""
        return _REASONS[self._reasons.currentIndex()]


class LetterDialog(QDialog):
    """Shows the Electronic Letter of Destruction; it can be accepted only after it has been shown to its end."""

    def __init__(self, parent: Section, entry: Return) -> None:
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Electronic Letter of Destruction")
        self.resize(560, 460)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        self._text = QTextBrowser()
        self._text.setAccessibleName("The letter")
        self._text.setPlainText(entry.letter.text if entry.letter is not None else "")
        self.agree = button("I accept this letter", self.accept, "primary")
        self.agree.setEnabled(False)
        outer.addWidget(label("With this letter you declare that you no longer use the goods.", "muted"))
        outer.addWidget(self._text, 1)
        outer.addLayout(row(None, button("Not now", self.reject), self.agree))
        bar = self._text.verticalScrollBar()
        bar.valueChanged.connect(lambda _: self._look())
        bar.rangeChanged.connect(lambda *_: self._look())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def _look(self) -> None:
        bar = self._text.verticalScrollBar()
        if self.isVisible() and bar.value() >= bar.maximum():
            self.agree.setEnabled(True)
