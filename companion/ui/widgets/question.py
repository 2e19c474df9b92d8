"""One question before something changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from companion.ui.widgets.basic import button, fit_height, label, row

Other = tuple[str, Callable[[], object]]


class Question(QDialog):
    """Says what will happen and asks once; the safe answer is the default. `accepted` means yes.

    `other` is a further way, its words and what it does instead.
    """

    def __init__(
        self, parent: QWidget, title: str, text: str, consequences: Sequence[str], yes: str, no: str,
        other: Other | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        self._instead = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(12)
        outer.addWidget(label(text, "heading"))
        for sentence in consequences:
            outer.addWidget(label(sentence))
        outer.addSpacing(6)
        self.keep = button(no, self.reject)
        self.agree = button(yes, self.accept, "primary")
        if other is not None:
            words, work = other
            self.rejected.connect(lambda: work() if self._instead else None)
            outer.addLayout(row(button(words, self._choose_other), None))
        outer.addLayout(row(None, self.keep, self.agree))
        self.keep.setDefault(True)
        self.keep.setFocus()

    def _choose_other(self) -> None:
        self._instead = True
        self.reject()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        fit_height(self)


def ask(
    parent: QWidget, title: str, text: str, consequences: Sequence[str], yes: str, no: str,
    agreed: Callable[[], object], *, other: Other | None = None,
) -> Question:  # fmt: skip
    """Ask, and do `agreed` only after a yes."""
    question = Question(parent, title, text, consequences, yes, no, other)
    question.accepted.connect(agreed)
    question.open()
    return question
