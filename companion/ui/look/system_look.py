"""How the system wants programs to look, now and whenever that changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget


class _FontListener(QWidget):
    """Is never shown: Qt tells every window when the font of the application changes."""

    font_changed = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ApplicationFontChange:
            self.font_changed.emit()
        return super().event(event)


class SystemLook(QObject):
    """Light or dark, high contrast, and the size of texts; `changed` is emitted when any of it may have changed."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.changed)
        self._listener = _FontListener()
        self._listener.font_changed.connect(self._soon.start)
        # Kept, because PySide takes the hints about accessibility for deleted once these are let go of.
        self._hints = hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._soon.start)
        # Since Qt 6.10.
        accessibility = getattr(hints, "accessibility", None)
        self._accessibility = accessibility() if accessibility is not None else None
        if self._accessibility is not None:
            self._accessibility.contrastPreferenceChanged.connect(self._soon.start)

    def changed_by_system(self) -> None:
        """Called when a window is told that the desktop's theme has changed."""
        self._soon.start()

    def is_dark(self) -> bool:
        """Whether the system is dark."""
        scheme = self._hints.colorScheme()
        if scheme is Qt.ColorScheme.Unknown:
            return self.palette().color(QPalette.ColorRole.Window).lightness() < 128
        return scheme is Qt.ColorScheme.Dark

    def high_contrast(self) -> bool:
        """Whether the person has asked the system for high contrast."""
        if self._accessibility is None:
            return False
        return bool(self._accessibility.contrastPreference() is Qt.ContrastPreference.HighContrast)

    def palette(self) -> QPalette:
        """Returns the system's own colours."""
        ours = QPalette(self._application.palette())
        self._application.setPalette(QPalette())
        found = QPalette(self._application.palette())
        self._application.setPalette(ours)
        return found

    def text_points(self) -> float:
        """Returns the size of the system's texts in points."""
        font = self._application.font()
        return font.pointSizeF() if font.pointSizeF() > 0 else QFontInfo(font).pointSizeF()

    def close(self) -> None:
        """Report no more changes."""
        self.blockSignals(True)
        self._soon.stop()
