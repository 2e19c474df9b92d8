"""What the views of the Settings page work with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.settings.autostart_state import AutostartState
from companion.ui.state.settings.look_choices import LookChoices
from companion.ui.state.settings.settings_state import SettingsState
from companion.ui.state.settings.window_settings import WindowSettings
from companion.ui.state.store_book import StoreBook
from companion.ui.state.update_state import UpdateState


@dataclasses.dataclass(frozen=True)
class Desk:
    """`book` has the stores that are shown; `is_demo` says whether they are the demo's.

    `update_now` puts what was fetched into place at a quiet moment.

    `quit` ends the program, `remove_all` ends it and removes everything, finished downloads too where it is told.
    """

    app_state: AppState
    owned: OwnedState
    book: StoreBook
    is_demo: bool
    autostart: AutostartState
    window: WindowSettings
    state: SettingsState
    look: LookChoices
    updates: UpdateState
    update_now: Callable[[], object]
    quit: Callable[[], object]
    remove_all: Callable[[bool], object]
    navigate_to: Callable[[Destination], object]


View = Callable[[Desk], QWidget]
