"""The order page's cards about money: charges, invoice, returns."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton, QTextBrowser, QVBoxLayout

from companion.domain.charges import movement_sentence, timeline, two_charges_sentences, why_two_charges
from companion.domain.orders import Order, Return, ReturnReason
from companion.domain.profile import Profile
from companion.domain.returns import (
    RenewalReturn,
    outlook_sentences,
    progress_sentence,
    renewal_return,
    renewal_return_sentences,
    return_outlook,
    return_progress,
)
from companion.services.files import write_file
from companion.ui.desk import Desk
from companion.ui.pages.section import Section, Tell
from companion.ui.widgets.basic import button, label, line, row
from companion.ui.widgets.notice import Notice


class MoneyCard(Section):
    """What was charged and when, why there may be two charges, and the invoice."""

    def __init__(self, desk: Desk, order: Order, profile: Profile, tell: Tell) -> None:
        super().__init__(desk, order, profile, tell, "Money")
        form, now = desk.format, desk.now()
        for movement in timeline(order, profile, now):
            self.add(label(movement_sentence(movement, form.date, form.money)))
        if not order.charges:
            self.add(label("Nothing has been charged yet.", "muted"))
        two = why_two_charges(order, profile, now)
        if two is not None:
            self.add(label("Why are there two charges?", "strong"))
            for sentence in two_charges_sentences(two, profile.policies.payment, form.date, form.money):
                self.add(label(sentence))
        if order.invoice_number is not None:
            self.add(row(button("Save the invoice as PDF…", self._save_invoice), None))

    def _save_invoice(self) -> None:
        name = f"Invoice {self.order.invoice_number}.pdf"
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the invoice", str(Path.home() / name), "PDF (*.pdf)")
        if not chosen:
            return
        orders, number, path = self.desk.services.orders, self.order.number, Path(chosen)
        self.desk.runner.run(
            self.desk,
            lambda _: write_file(path, orders.invoice_pdf(number)),
            lambda _: self.tell(Notice("The invoice has been saved", str(path), tone="ok")),
            self.tell,
        )


class ReturnCard(Section):
    """Whether the order can be returned, until when and why; and how far a return has come."""

    def __init__(self, desk: Desk, order: Order, profile: Profile, tell: Tell) -> None:
        super().__init__(desk, order, profile, tell, "Returns and refunds")
        now, zone, form = desk.now(), desk.services.zone, desk.format
        for entry in order.returns:
            self._add_return(entry)
        outlook = return_outlook(order, profile, now, zone)
        if not order.returns or outlook.eligible:
            self._sentences = outlook_sentences(outlook, form.date, form.money)
            for sentence in self._sentences:
                self.add(label(sentence))
            if outlook.eligible:
                ask = button("Request a return…", lambda: None)
                ask.clicked.connect(lambda: self._ask_for_order(ask))
                self.add(row(ask, None))
        for plan in order.subscriptions:
            found = renewal_return(order, plan, profile, now, zone)
            if found is not None:
                self._add_renewal(found)

    def _add_return(self, entry: Return) -> None:
        desk = self.desk
        progress = return_progress(entry, self.profile, desk.now(), desk.services.zone)
        tone = "attention" if progress.late or progress.letter_open else ""
        self.add(label(progress_sentence(progress, desk.format.date, desk.format.money), tone=tone))
        if progress.letter_open and entry.letter is not None:
            self.add(row(button("Read the letter…", partial(self._read_letter, entry), "primary"), None))
        self.add(line())

    def _ask_for_order(self, pressed: QPushButton) -> None:
        orders, order = self.desk.services.orders, self.order
        self.ask(
            "Request a return",
            f"Return order {order.number}?",
            " ".join(self._sentences),
            "Request the return",
            "Keep the order",
            lambda: self.act(pressed, lambda _: orders.request_return(order, ReturnReason.NOT_WANTED), self._requested),
        )

    def _add_renewal(self, found: RenewalReturn) -> None:
        form = self.desk.format
        sentences = renewal_return_sentences(found, form.date, form.money)
        self.add(line(), label("Did you not want the renewal?", "strong"))
        for sentence in sentences:
            self.add(label(sentence))
        ask = button("Return the renewal…", lambda: None)
        orders, order = self.desk.services.orders, self.order

        def agreed() -> None:
            self.act(ask, lambda _: orders.request_return(order, found.reason, found.subscription_id), self._requested)

        ask.clicked.connect(
            lambda: self.ask(
                "Return a renewal", "Return this renewal?", " ".join(sentences), "Return it", "Keep it", agreed
            )
        )
        self.add(row(ask, None))

    def _requested(self, entry: Return) -> Notice:
        desk = self.desk
        progress = return_progress(entry, self.profile, desk.now(), desk.services.zone)
        words = progress_sentence(progress, desk.format.date, desk.format.money)
        return Notice("The store has your request", words, f"Its number is {entry.id}.", tone="ok")

    def _read_letter(self, entry: Return) -> None:
        dialog = LetterDialog(self, entry)
        orders, number = self.desk.services.orders, self.order.number
        dialog.accepted.connect(
            lambda: self.act(dialog.agree, lambda _: orders.accept_letter(number, entry), self._requested)
        )
        dialog.open()


class LetterDialog(QDialog):
    """Shows the Electronic Letter of Destruction; it can be accepted only after it has been shown to its end."""

    def __init__(self, parent: Section, entry: Return) -> None:
        super().__init__(parent.window())
        self.setWindowTitle("Electronic Letter of Destruction")
        self.resize(560, 460)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        self._text = QTextBrowser()
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
