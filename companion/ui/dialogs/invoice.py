"""The invoices of an order in the window: read them, print them, save the store's own PDF."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from companion.domain.billing.invoices import entry_words, exemption_sentences, invoice_title
from companion.domain.core.errors import CompanionError, ErrorKind
from companion.domain.store.orders import Invoice, InvoiceEntry
from companion.services.store.orders import Orders
from companion.ui.dialogs import save_file
from companion.ui.dialogs.order_dialog import OrderDialog
from companion.ui.documents.rendering import as_pdf, invoice_html, paper
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import button, clear, column, label, line, row
from companion.ui.widgets.choice import Choice


class InvoiceDialog(OrderDialog):
    """Lists the invoices of an order and shows one; those read last when the store is out of reach."""

    def __init__(self, parent: QWidget, app_state: AppState, orders: Orders, number: str) -> None:
        super().__init__(parent, app_state, number)
        self._orders = orders
        self._invoice: Invoice | None = None
        self._entries: tuple[InvoiceEntry, ...] = ()
        self._wanted = ""
        self.setWindowTitle(f"Invoices of order {number}")
        self.resize(620, 640)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        self._text = QTextBrowser()
        self._text.setAccessibleName("Invoice")
        self._text.setOpenLinks(False)
        self._text.setPlaceholderText("Asking the store…")
        self._exempt = column(spacing=3)
        self._print = button("Print…", self._ask_to_print)
        self._save = button("Save as PDF…", self._ask_to_save, "primary")
        self._list = column(spacing=6)
        outer.addLayout(self._list)
        outer.addWidget(self._text, 1)
        outer.addLayout(self._exempt)
        outer.addLayout(self._outcome)
        outer.addLayout(row(button("Close", self.reject), None, self._print, self._save))
        self._allow(False)
        app_state.runner.run(self, lambda _: orders.invoices.all(number), self._choose, self._failed)

    def _allow(self, allowed: bool) -> None:
        self._print.setEnabled(allowed)
        self._save.setEnabled(allowed)

    def _choose(self, entries: tuple[InvoiceEntry, ...]) -> None:
        """Offer the invoices that there are, and show the newest one."""
        self._entries, form = entries, self._app_state.format
        if not entries:
            self._text.setPlaceholderText("The store has made no invoice for this order yet.")
            return
        if len(entries) > 1:
            words = [entry_words(entry, form.date, form.money) for entry in entries]
            heading = label(f"{len(entries)} invoices", "strong")
            choice = Choice(self._app_state.theme, "Which invoice", words, 0)
            heading.setBuddy(choice)
            choice.currentIndexChanged.connect(self.read)
            self._list.addWidget(heading)
            self._list.addWidget(choice)
            choice.setFocus()
        self.read(0)

    def read(self, position: int) -> None:
        """Read one of the invoices and show it."""
        self._invoice, self._wanted = None, self._entries[position].number
        self._allow(False)
        clear(self._outcome)
        orders, number, wanted = self._orders, self._number, self._wanted

        def failed(error: CompanionError) -> None:
            if wanted == self._wanted:
                self._text.clear()
                clear(self._exempt)
                self._failed(error)

        self._app_state.runner.run(self, lambda _: orders.invoices.one(number, wanted), self._show, failed)

    def _show(self, invoice: Invoice) -> None:
        if invoice.number != self._wanted:
            return
        form, profile = self._app_state.format, self._app_state.snapshot.profile
        self._invoice = invoice
        clear(self._exempt)
        self._text.setHtml(invoice_html(invoice, form.date, form.money))
        page = profile.support.website or profile.store.website if profile is not None else None
        said = exemption_sentences(invoice, page, form.money)
        if said:
            self._exempt.addWidget(line())
            self._exempt.addWidget(label("Exempt from tax?", "strong"))
        for sentence in said:
            self._exempt.addWidget(label(sentence, "muted", selectable=True))
        self._allow(True)

    def _failed(self, error: CompanionError) -> None:
        self._text.setPlaceholderText("")
        self._tell(error)

    # Print

    def _ask_to_print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setWindowTitle("Print the invoice")
        dialog.accepted.connect(lambda: self.print_to(printer))
        QDialog.open(dialog)

    def print_to(self, printer: QPrinter) -> None:
        """Print the invoice that is shown."""
        if self._invoice is not None:
            title = invoice_title(self._invoice)
            printer.setDocName(title)
            form = self._app_state.format
            paper(invoice_html(self._invoice, form.date, form.money), title).print_(printer)

    # PDF

    def _ask_to_save(self) -> None:
        if self._invoice is None:
            return
        path = save_file.ask_where(self, "Save the invoice", f"{invoice_title(self._invoice)}.pdf", "PDF (*.pdf)")
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Save the store's own PDF, or one of ours while the store is out of reach; then open it."""
        invoice, form = self._invoice, self._app_state.format
        if invoice is None:
            return
        # Laid out here, because Qt's documents belong to the thread of the window.
        own = as_pdf(invoice_html(invoice, form.date, form.money), invoice_title(invoice))
        orders, number = self._orders, self._number
        save_file.save(
            self._app_state,
            self,
            path,
            lambda: _stores_or(orders, number, invoice.number, own),
            "The invoice has been saved",
            self._tell,
            show=True,
        )


def _stores_or(orders: Orders, number: str, invoice_number: str, own: bytes) -> bytes:
    try:
        return orders.invoices.pdf(number, invoice_number)
    except CompanionError as error:
        if error.kind is not ErrorKind.UNREACHABLE:
            raise
        return own


def show_invoice(parent: QWidget, app_state: AppState, orders: Orders, number: str) -> InvoiceDialog:
    """Open the invoices of an order."""
    dialog = InvoiceDialog(parent, app_state, orders, number)
    dialog.open()
    return dialog
