"""What the window says of the library, and the daily copy while the program runs for days."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from companion.domain.store.library_file import set_aside_text, unsaved_text
from companion.services.storage.database import Library
from companion.ui.look.format import Format
from companion.ui.state.tasks import TaskRunner
from companion.ui.widgets.notice import Notice, Notices

_LOOK_EVERY = 60 * 60 * 1000


class LibraryNotices(QObject):
    """Tells once that the library was restored, and that nothing can be saved; makes the daily copy."""

    def __init__(self, library: Library, folder: Path, runner: TaskRunner, notices: Notices, text_form: Format) -> None:
        super().__init__(notices)
        self._library = library
        self._folder = folder
        self._runner = runner
        self._notices = notices
        self._format = text_form
        self._told_unsaved = False
        self._copying = QTimer(self, interval=_LOOK_EVERY)
        self._copying.timeout.connect(self._copy)

    def start(self) -> None:
        """Tell what there is to tell, and begin to make copies."""
        self.tell_of_saving()
        aside = self._library.set_aside
        if aside is not None:
            notice = Notice(*set_aside_text(aside, self._format.moment), tone="attention")
            notice.closed.connect(self._read)
            self._notices.show_notice("library-set-aside", notice, lasting=True)
        self._copying.start()

    def tell_of_saving(self) -> None:
        """Tell once that nothing can be saved, and end that when it can be again."""
        unsaved = self._library.unsaved
        if unsaved is None:
            self._notices.drop("library-unsaved")
        elif not self._told_unsaved:
            text = unsaved_text(unsaved, self._folder)
            self._notices.show_notice("library-unsaved", Notice(*text, tone="attention"), lasting=True)
        self._told_unsaved = unsaved is not None

    def _read(self) -> None:
        self._runner.run(self, lambda _: self._library.told_of_set_aside(), lambda _: None)

    def _copy(self) -> None:
        self._runner.run(self, lambda _: self._library.copy(), lambda _: None)
