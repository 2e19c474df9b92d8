"""The window: navigation on the left, notices and the chosen page on the right."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from companion.domain.core.errors import CompanionError
from companion.ui.app.dropping import DropWindow
from companion.ui.app.notices.added import added_notice, tell_of_change
from companion.ui.app.notices.dropped import DroppedNotices
from companion.ui.app.notices.trouble import TroubleNotices
from companion.ui.app.notices.unfinished import UnfinishedNotices
from companion.ui.frame import keys
from companion.ui.frame.focus import give_focus, leave_title
from companion.ui.frame.history import History
from companion.ui.frame.navigation_rail import NavigationRail
from companion.ui.look.icons import icon
from companion.ui.navigation import Destination, Page, centred, content_width
from companion.ui.state.app_state import AppState
from companion.ui.state.settings.window_settings import CLOSING, ENDS, GEOMETRY, WindowSettings
from companion.ui.widgets.basic import focusable
from companion.ui.widgets.notice import Notices, NoticeShelf

if TYPE_CHECKING:
    from companion.services.store.keychain.keychain import Keychain
    from companion.ui.app.pages import PageMaker
    from companion.ui.pages.bought.dropped import Dropped
    from companion.ui.state.owned_state import OwnedState
    from companion.ui.state.store_book import StoreBook

# A page that is reached from another one keeps that one marked in the navigation.
_BELONGS_TO = {
    "order": "orders", "add": "orders", "install": "downloads", "bought": "home", "purchase": "home", "stores": "home",
    "welcome": "home", "file": "downloads",
}  # fmt: skip
# A screen of 1024 × 640, magnified to 200 %, leaves this.
_SMALLEST = QSize(512, 320)
_NARROW = 800
"""Below this width the navigation shows icons alone."""
_USUAL_LINE = 20
"""How high a line of text is at most in its usual size, in pixels."""
_USUAL = QSize(1020, 720)
_FRAME = QSize(16, 40)


class Window(DropWindow):
    """Shows one of `pages` at a time.

    Closing it emits `hidden_to_tray` where a tray icon stays, as `has_tray` says at that moment, and `closed_for_good`
    elsewhere and while the program or the session is `ending`.
    What `keychain` says of itself is read here; it is not asked for anything.
    """

    hidden_to_tray = Signal()
    closed_for_good = Signal()
    quit_asked = Signal()
    magnified = Signal(int)
    """Texts are to be so many steps larger; 0 is their usual size."""
    desktop_changed = Signal()
    """The theme of the desktop is another one."""

    def __init__(
        self,
        app_state: AppState,
        settings: WindowSettings,
        keychain: Keychain,
        pages: Mapping[str, PageMaker],
        owned: OwnedState,
        book: StoreBook,
        *,
        has_tray: Callable[[], bool],
        is_demo: bool = False,
    ) -> None:
        super().__init__()
        self.is_demo = is_demo
        self._once_painted: Callable[[], object] | None = None
        self.has_navigated = False
        self.there = Destination("home")
        self._app_state = app_state
        self._settings = settings
        self._keychain = keychain
        self.has_tray, self.ending = has_tray, False
        self.setWindowTitle("Companion")
        self.setWindowIcon(icon("companion"))
        self.setMinimumSize(_SMALLEST)
        self.notices = self._notices = Notices()
        self._notices.left.connect(lambda: give_focus(self, self.current))
        self._troubles = TroubleNotices(self, self._notices, self.navigate_to)
        self.dropped.connect(self.add_dropped)
        self._dropped = DroppedNotices(self._notices, self.navigate_to, lambda: self.page("file").holds_work())
        self._unfinished = UnfinishedNotices(self._notices, self.navigate_to)
        self._stack = QStackedWidget()
        self._makers = {("", name): maker for name, maker in pages.items()}
        self._made: dict[tuple[str, str], Page] = {}
        self._history = History()
        self._is_detail = False
        self._rail = NavigationRail(app_state.theme)
        self._rail.asked.connect(lambda name: self.navigate_to(Destination(name)))
        self._owned, self._book = owned, book
        self._lay_out()
        self._add_shortcuts()
        self._listen(app_state)
        app_state.navigation_requested.connect(self.navigate_to)
        app_state.runner.unhandled.connect(self.show_error)
        owned.news.connect(partial(tell_of_change, self._notices))
        owned.downloads.opened.connect(lambda: self._unfinished.offer(owned.downloads, "unfinished purchases"))

    def _listen(self, state: AppState) -> None:
        state.changed.connect(lambda: self._show_values(state))
        state.downloads.opened.connect(lambda: self._unfinished.offer(state.downloads))

    def add_store(self, state: AppState, pages: Mapping[str, PageMaker]) -> None:
        """Take in the pages of one more store; what leads from one of them leads to the others of the same store."""
        self._makers |= {(state.store, name): maker for name, maker in pages.items()}
        state.navigation_requested.connect(partial(self._lead, state.store))
        self._listen(state)

    def _lay_out(self) -> None:
        ground = QWidget()
        across = QHBoxLayout(ground)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self._shelf = NoticeShelf(self._notices)
        above = centred(self._shelf)
        above.setContentsMargins(32, 14, 32, 0)
        right.addLayout(above)
        right.addWidget(self._stack, 1)
        across.addWidget(self._rail)
        across.addLayout(right, 1)
        self.setCentralWidget(ground)

    def _add_shortcuts(self) -> None:
        for section in (*keys.SECTIONS, keys.SETTINGS):
            self._on(section.keys, partial(self._go_by_key, Destination(section.page)))
        self._on(keys.REFRESH, self._refresh)
        self._on(keys.ADD, partial(self._go_by_key, Destination("bought")))
        self._on(keys.SEARCH, self._search)
        self._on(keys.HELP, partial(self._go_by_key, Destination("help")))
        self._on(keys.SHORTCUTS, partial(self._go_by_key, Destination("settings", item="shortcuts")))
        self._on(keys.BACK, self.go_back)
        self._on(keys.FORWARD, partial(self._return_to, self._history.forward))
        self._on(keys.CLOSE, self._close_or_back)
        self._on(keys.QUIT, self.quit_asked.emit)
        for sequence, steps in ((keys.LARGER, 1), (keys.LARGER_TOO, 1), (keys.SMALLER, -1), (keys.USUAL_SIZE, 0)):
            self._on(sequence, partial(self.magnified.emit, steps))

    def _on(self, sequence: str, work: Callable[[], object]) -> None:
        QShortcut(QKeySequence(sequence), self, work)

    def _go_by_key(self, destination: Destination) -> None:
        """The keyboard goes along: to the page's first field, or to its title."""
        self.navigate_to(destination)
        self.current.take_focus()

    def _search(self) -> None:
        """Go to the field for searching of this page; where there is none, to that of the help."""
        from companion.ui.widgets.fields import ClearableField

        fields = (each for each in self.current.findChildren(ClearableField) if each.isVisible())
        field = next(fields, None)
        if field is None:
            self._go_by_key(Destination("help"))
            return
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()
        self.current.scroll_to(field)

    def go_back(self) -> None:
        """Show the page before."""
        self._return_to(self._history.back)

    def _return_to(self, step: Callable[[], Destination | None]) -> None:
        destination = step()
        if destination is not None:
            self._show(destination)
            self.current.take_focus()

    def _close_or_back(self) -> None:
        if not self._notices.close_newest() and self._is_detail:
            self.go_back()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.BackButton:
            self.go_back()
        elif event.button() is Qt.MouseButton.ForwardButton:
            self._return_to(self._history.forward)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What nothing else wanted scrolls the page, wherever the keyboard is."""
        if not self.current.scroll_by_key(event.key()):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ThemeChange:
            self.desktop_changed.emit()
        elif event.type() is QEvent.Type.FontChange:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The larger the texts, the earlier the navigation makes room for the page."""
        usual = self._rail.fontMetrics().height() / _USUAL_LINE
        self._rail.set_narrow(self.width() < _NARROW * max(1.0, usual))
        self._shelf.setMaximumWidth(content_width(self))
        self._shelf.fit()

    def add_dropped(self, dropped: Dropped) -> None:
        """Look at what was dropped, on the page for that."""
        from companion.ui.pages.bought.dropped import apart
        from companion.ui.pages.bought.page import BoughtPage

        self.bring_to_front()
        installers, others = apart(dropped.offered.files)
        if installers and not others:
            self._dropped.install(installers)
            return
        self.navigate_to(Destination("bought"))
        page = self.page("bought")
        assert isinstance(page, BoughtPage)  # noqa: S101 - pages are made by their names
        page.offer(dropped._replace(offered=dropped.offered._replace(files=others)))
        self._dropped.offer(installers)

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Tab goes through what is shown in reading order, however it was put together, and never out of sight."""
        in_order = tuple(focusable(self.centralWidget()))
        for before, after in itertools.pairwise(in_order):
            QWidget.setTabOrder(before, after)
        moved = leave_title(self, self.current, self._rail.current(), onward=onward) or super().focusNextPrevChild(
            onward
        )
        focused = self.focusWidget()
        if moved and focused is not None and self.current.isAncestorOf(focused):
            self.current.scroll_to(focused)
        elif moved and focused is not None and self._shelf.isAncestorOf(focused):
            self._shelf.ensureWidgetVisible(focused, 0, 8)
        return moved

    def _refresh(self) -> None:
        self._book.refresh()
        self._owned.refresh()

    # Where to

    def navigate_to(self, destination: Destination) -> None:
        """Show a page."""
        self._history.note(destination)
        self._show(destination)

    def _show(self, destination: Destination) -> None:
        self.has_navigated = True
        self.there = destination
        page = self.page(destination.page, destination.store)
        self._notices.drop("news")
        before, focused = self._stack.currentWidget(), self.focusWidget()
        if isinstance(before, Page) and before is not page:
            before.leave_page()
        marked = _BELONGS_TO.get(destination.page, destination.page)
        self._is_detail = marked != destination.page
        self._rail.mark(marked)
        page.lead_back(keys.words_of(marked) if self._is_detail and self._history.has_before else "")
        with page.arriving():
            self._stack.setCurrentWidget(page)
            page.arrive(destination)
        if destination.page == "home":
            notice = added_notice(destination, self._book, self._keychain)
            if notice is not None:
                self._notices.show_notice("news", notice)
        if page is not before and (focused is None or (before is not None and before.isAncestorOf(focused))):
            # The page that had the keyboard is gone; otherwise Qt would give it to whatever comes next.
            give_focus(self, page)

    @property
    def current(self) -> Page:
        """The page that is shown; Home before any was."""
        found = self._stack.currentWidget()
        return found if isinstance(found, Page) else self.page("home")

    def page(self, name: str, store: str = "") -> Page:
        """A page by its name, of a store where each has its own; it is made when it is first asked for."""
        key = (store, name) if (store, name) in self._makers else ("", name)
        if key not in self._made:
            page = self._made[key] = self._makers[key]()
            self._stack.addWidget(page)
            page.navigation_requested.connect(partial(self._lead, key[0]))
            page.back_requested.connect(partial(self._go_by_key, Destination(_BELONGS_TO.get(name, name))))
        return self._made[key]

    def drop_pages(self) -> None:
        """Let go of the pages while the window is closed; those that hold something begun stay."""
        for key, page in tuple(self._made.items()):
            if page.holds_work() or page.findChild(QDialog) is not None:
                continue
            if page is self._stack.currentWidget():
                page.leave_page()
            page.retire()
            del self._made[key]
            self._stack.removeWidget(page)
            page.deleteLater()

    def _lead(self, store: str, destination: Destination) -> None:
        self.navigate_to(destination if destination.store or not store else destination._replace(store=store))

    def show_error(self, error: CompanionError) -> None:
        """Show a failure above the page."""
        from companion.ui.support import failure_notice

        self._notices.show_notice(error.code, failure_notice(self._app_state, error, self.navigate_to))

    def _show_values(self, state: AppState) -> None:
        names = [found.snapshot.profile.store.name for found in self._book.states if found.snapshot.profile is not None]
        self._rail.name_stores(names, demo=self.is_demo)
        self._troubles.show(state)

    # The window itself

    def once_painted(self, told: Callable[[], object]) -> None:
        """Call `told` when the window is painted next."""
        self._once_painted = told

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        told, self._once_painted = self._once_painted, None
        if told is not None:
            told()

    def restore_geometry(self) -> None:
        """Open where and as large as it was left."""
        stored = self._settings.value(GEOMETRY)
        if not stored or not self.restoreGeometry(QByteArray.fromBase64(stored.encode())):
            self.resize(_USUAL.boundedTo(self.screen().availableSize() - _FRAME))

    def remember_geometry(self) -> None:
        """Keep where the window is and how large."""
        self._settings.remember(GEOMETRY, bytes(self.saveGeometry().toBase64().data()).decode())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing hides the window where a tray icon stays, unless the person chose that it ends the program."""
        self.remember_geometry()
        stays = self._settings.value(CLOSING) != ENDS
        if stays and self.has_tray() and not self.ending:
            event.ignore()
            self.hide()
            self.hidden_to_tray.emit()
        else:
            event.accept()
            self.closed_for_good.emit()

    def open_with(self, destination: Destination) -> None:
        """Show a page as soon as the window is there; in the tray none is made before."""
        if self.isVisible():
            self.navigate_to(destination)
        else:
            self.has_navigated, self.there = True, destination

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.has_navigated and self._stack.currentWidget() is not self.page(self.there.page, self.there.store):
            self.navigate_to(self.there)

    def bring_to_front(self) -> None:
        """Show the window above the others, with the page that was shown last."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
