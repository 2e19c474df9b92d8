"""The steps of the wizard: choose, check, download, verify, install, done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from companion.domain.support.hotline import failed_words, offers_number
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.support import number_sentence
from companion.ui.widgets.basic import Card, button, clear, label, restyle, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.spoken import SpokenAs, announcer, speak_as
from companion.ui.wizard.job import Job

STEPS = ("Choose", "Check this PC", "Download", "Verify", "Install", "Done")


class Stepper(QFrame):
    """Where in the wizard one is; where not all names fit beside each other, only the present step has its own."""

    def __init__(self, names: Sequence[str] = STEPS) -> None:
        super().__init__()
        speak_as(self, SpokenAs.GROUP)
        self._names = names
        self._current = 0
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(8)
        self._labels = []
        for number, name in enumerate(names, start=1):
            made = label(f"{number}  {name}", "chip", wrap=False)
            self._labels.append(made)
            across.addWidget(made)
        across.addStretch(1)

    def show_step(self, current: int) -> None:
        """Mark the step with index `current`; the earlier ones are done."""
        self._current = current
        for index, made in enumerate(self._labels):
            restyle(made, tone="ok" if index < current else "here" if index == current else "")
        told = f"Step {current + 1} of {len(self._names)}: {self._names[current]}"
        if told != self.accessibleName():
            self.setAccessibleName(told)
            announcer.announce(self, told)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._name_all(True)
        if self.sizeHint().width() > self.width():
            self._name_all(False)

    def _name_all(self, everything: bool) -> None:
        for index, made in enumerate(self._labels):
            mark = "✓" if index < self._current else str(index + 1)
            named = everything or index == self._current
            made.setText(f"{mark}  {self._names[index]}" if named else mark)
            made.setToolTip("" if named else self._names[index])


class Step(QWidget):
    """One step: a heading, a card, and in `footer` the buttons that lead on.

    `advance` and `leave` go to the next and out, `navigation_requested` asks the window for another page.
    """

    advance = Signal()
    leave = Signal()
    navigation_requested = Signal(object)

    def __init__(self, app_state: AppState, heading: str, explanation: str, onward: str) -> None:
        super().__init__()
        self.app_state = app_state
        self.job: Job | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        self.card = Card(spacing=12)
        self.heading = label(heading, "heading")
        self.explanation = label(explanation, "muted")
        self.card.add(self.heading, self.explanation)
        self.content = QVBoxLayout()
        self.content.setSpacing(10)
        self.outcome = QVBoxLayout()
        self.outcome.setSpacing(8)
        self.card.body.addLayout(self.content)
        self.card.body.addLayout(self.outcome)
        outer.addWidget(self.card)
        self.back = button("Cancel", self.leave.emit)
        self.onward = button(onward, self.go_on, "primary")
        self.footer = QWidget()
        self.footer.setLayout(row(self.back, None, self.onward))
        self.onward.installEventFilter(self)
        outer.addStretch(1)

    def take_focus(self) -> None:
        """Give the keyboard to the main action, or to the heading for as long as that cannot be done yet."""
        ready = self.onward.isEnabled() and self.onward.isVisible()
        (self.onward if ready else self.heading).setFocus(Qt.FocusReason.OtherFocusReason)

    def allow(self, may: bool) -> None:
        """Whether the main action can be done now. As soon as it can, it has the keyboard, if the heading had it."""
        if not may and self.window().focusWidget() is self.onward:
            # Qt would give the keyboard to what comes next, which is the navigation.
            self.heading.setFocus(Qt.FocusReason.OtherFocusReason)
        self.onward.setEnabled(may)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        woke = watched is self.onward and event.type() is QEvent.Type.EnabledChange
        if woke and self.onward.isEnabled() and self.heading.hasFocus():
            self.take_focus()
        return super().eventFilter(watched, event)

    def heightForWidth(self, width: int) -> int:
        # The page is as tall as the step that is shown, and not as the longest of all six.
        return -1 if self.isHidden() else super().heightForWidth(width)

    def enter(self, job: Job) -> None:
        """Called when this step begins, or begins again."""
        self.job = job
        clear(self.outcome)

    def depart(self) -> None:
        """Called when another step or page is shown."""

    def go_on(self) -> None:
        """What the main button does."""
        self.advance.emit()

    def tell_failure(self, notice: Notice) -> None:
        """Show a failure; from the second one of this installation on, together with the number to call."""
        job = self.job
        if job is not None:
            job.failures += 1
            if offers_number(job.failures) and (sentence := number_sentence(self.app_state, job.order.number)):
                notice.add_line(f"{failed_words(job.failures)} {sentence}")
        self.tell(notice)

    def actions_for(self, code: str) -> tuple[tuple[str, Callable[[], object]], ...]:
        """A way to the article about an error, where there is one."""
        article = self.app_state.snapshot.helped.get(code)
        if article is None:
            return ()
        destination = Destination("help", self.job.order.number if self.job is not None else "", article)
        return (("Help with this", lambda: self.navigation_requested.emit(destination)),)

    def tell(self, notice: Notice | None) -> None:
        """Show one notice below the step's content, in place of the one before."""
        clear(self.outcome)
        if notice is not None:
            self.outcome.addWidget(notice)
