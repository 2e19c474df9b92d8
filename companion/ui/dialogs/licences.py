"""Reading the licence texts of this program and of what it contains."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from companion.services.app.licence_texts import LicenceText
from companion.ui.look.theme import Theme
from companion.ui.widgets.basic import button, row
from companion.ui.widgets.choice import Choice, captioned


class LicencesDialog(QDialog):
    """Shows one text at a time."""

    def __init__(self, parent: QWidget, theme: Theme, texts: tuple[LicenceText, ...]) -> None:
        super().__init__(parent)
        self._texts = texts
        self.setWindowTitle("Licences")
        self.resize(720, 600)
        self.choice = Choice(theme, "Licence of", [each.name for each in texts], 0)
        self.choice.activated.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("The text of the licence")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        outer.addLayout(captioned("Licence of", self.choice))
        outer.addWidget(self.text, 1)
        outer.addLayout(row(None, button("Close", self.reject)))
        self._show(0)

    def _show(self, place: int) -> None:
        self.text.setPlainText(self._texts[place].text)
