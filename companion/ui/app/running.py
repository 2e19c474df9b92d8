"""Running the window from the start to the end, and what is done once it has ended."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtWidgets import QApplication

from companion.domain.core.errors import CompanionError
from companion.services.app.errors import as_error
from companion.services.app.instance.running_program import StartRequest
from companion.services.container.store import Services
from companion.services.platforms import be_known_to_the_desktop
from companion.ui.app.application import WindowedProgram, application
from companion.ui.app.lifetime.shutdown import MOST_SECONDS, ShutdownSignals, end_within
from companion.ui.app.lifetime.single_instance import SingleInstance
from companion.ui.app.startup_dialog import show_at_start
from companion.ui.dialogs.removal import show_removal
from companion.ui.pages.demo_orders import SampleLogIn
from companion.ui.state.settings.settings_state import remove_everything

_log = logging.getLogger(__name__)


def run_window(
    build: Callable[[], Services],
    request: StartRequest,
    *,
    state: Path | None = None,
    samples: tuple[SampleLogIn, ...] = (),
) -> int:
    """Run the window until the person quits; returns the exit code.

    `build` makes the services. A failure before the window can open is shown in a dialog. Of several programs that
    keep their things in `state` only the first one runs; a later one hands over its `request`. `samples` are log-ins
    of a demo store, offered on the first-run page.
    """
    be_known_to_the_desktop()
    qt = application()
    instance = SingleInstance(state) if state is not None else None
    try:
        if instance is not None and not instance.begin(request):
            return 0
        services = build()
    except CompanionError as error:
        return tell_at_start(error)
    program = WindowedProgram(qt, services, samples=samples)
    try:
        return _run(program, qt, instance, request.tray)
    finally:
        if instance is not None:
            instance.end()
        if program.removes is not None:
            show_removal(partial(remove_everything, services, finished=program.removes))
        services.close()


def tell_at_start(error: CompanionError) -> int:
    """Show why the window cannot open; returns the exit code."""
    show_at_start(application(), error)
    return 1


def _run(program: WindowedProgram, qt: QApplication, instance: SingleInstance | None, tray: bool) -> int:
    endings = ShutdownSignals(qt)
    endings.leaving.connect(program.leaving)
    endings.stayed.connect(program.stayed)
    endings.told.connect(program.quit)
    if instance is not None:
        instance.asked.connect(program.asked_again)
        instance.on_quit = program.quit
    program.on_quit = partial(end_within, MOST_SECONDS)
    previous = sys.excepthook
    sys.excepthook = _catch(program, previous)
    try:
        program.start(in_tray=tray)
        return qt.exec()
    finally:
        sys.excepthook = previous
        endings.close()


def _catch(program: WindowedProgram, previous: _Hook) -> _Hook:
    """Handles an exception that was not caught on the GUI thread: it is logged, and shown like every failure."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            previous(kind, error, trace)
            program.quit()
            return
        _log.error("unexpected failure in the window", exc_info=(kind, error, trace))
        program.window.show_error(as_error(error))

    return hook


_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]
