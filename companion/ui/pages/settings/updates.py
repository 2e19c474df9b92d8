"""Updates of this program: where they come from, looking now, what is new, and switching the looking off."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from companion.domain.transfers.models import TransferProgress
from companion.domain.updates.decisions import is_newer
from companion.domain.updates.words import found_sentence, how_to_update, new_lines, source_sentence
from companion.ui.pages.reminders.settings import setting
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below
from companion.ui.state.update_state import UpdateNews
from companion.ui.widgets.basic import Card, button, clear, column, label, line, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.switch import Switch

_BY_ITSELF = "Look for new versions by itself"


def updates(desk: Desk) -> QWidget:
    """Returns the view of the updates."""
    return below(UpdatesCard(desk))


class UpdatesCard(Card):
    """Follows the state of the updates for as long as it is shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=12)
        self._desk, self._state = desk, desk.updates
        self._lines = column(spacing=10)
        self.add(label("New versions", "heading"), self._lines)
        self._state.changed.connect(self._show)
        self._show()
        self._state.load()

    def _show(self) -> None:
        clear(self._lines)
        news = self._state.news
        if news is None:
            self._lines.addWidget(label("Looking…"))
            return
        self._lines.addWidget(label(source_sentence(news.has_source, news.kind)))
        if news.has_source:
            self._show_source(news)

    def _show_source(self, news: UpdateNews) -> None:
        by_itself = Switch(self._desk.app_state.theme, _BY_ITSELF, on=news.remembered.enabled)
        by_itself.requested.connect(self._state.switch)
        about = "Switched off, Companion looks only when you press the button below."
        self._lines.addWidget(setting(_BY_ITSELF, about, by_itself))
        self._lines.addWidget(line())
        self._lines.addWidget(label(self._said(news)))
        if self._state.error is not None:
            self._lines.addWidget(Notice.of_error(self._state.error, closable=False))
        self._show_found(news)

    def _said(self, news: UpdateNews) -> str:
        looked = news.remembered.looked_at
        when = f"Last looked: {self._desk.app_state.format.moment(looked)}." if looked else "Not looked yet."
        if self._state.looking:
            return "Looking for a new version…"
        return f"{found_sentence(self._state.newest, news.installed)} {when}" if looked else when

    def _show_found(self, news: UpdateNews) -> None:
        state, found = self._state, self._state.newest
        look = button("Look now", state.look)
        look.setEnabled(not state.busy)
        if found is None or not is_newer(found.release, news.installed):
            self._lines.addLayout(row(look, None))
            return
        self._lines.addWidget(label(f"What is new in {found.release.version}", "strong"))
        for each in new_lines(found):
            self._lines.addWidget(label(f"• {each}"))
        if not news.kind.can_update:
            self._lines.addWidget(label(how_to_update(news.kind), "muted"))
            self._lines.addLayout(row(look, None))
        elif state.progress is not None:
            self._show_progress(state.progress)
        else:
            self._show_next(look)

    def _show_progress(self, progress: TransferProgress) -> None:
        bar = QProgressBar()
        bar.setAccessibleName("How much of the new version has arrived")
        bar.setRange(0, 100)
        bar.setTextVisible(False)
        bar.setValue(int(100 * progress.done / progress.size) if progress.size else 0)
        self._lines.addWidget(bar)
        self._lines.addLayout(row(button("Stop", self._state.stop), None))

    def _show_next(self, look: QWidget) -> None:
        state = self._state
        if state.file is not None:
            act = button("Update now", self._desk.update_now, "primary")
        else:
            act = button("Download it", state.fetch, "primary")
        act.setEnabled(not state.busy)
        self._lines.addLayout(row(act, look, None))
