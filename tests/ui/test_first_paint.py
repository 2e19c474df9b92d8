"""The window is painted before anything is loaded that it does not need for that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NOT_YET = (
    *("requests", "urllib3", "certifi", "charset_normalizer", "idna", "ssl", "http", "email", "html.parser"),
    *("keyring", "secretstorage", "jeepney", "cryptography", "psutil", "werkzeug", "PySide6.QtSvgWidgets"),
    *("PySide6.QtDBus", "ctypes", "subprocess", "tarfile", "xml", "html", "holidays"),
    *("companion.demo", "companion.domain.mail", "companion.domain.directory", "companion.services.stores"),
    *("companion.domain.billing", "companion.domain.connectors", "companion.domain.pc"),
    *("companion.domain.reminders.dates", "companion.domain.reminders.due", "companion.services.platforms.protocol"),
    *("companion.domain.pc.checks", "companion.domain.installation.files", "companion.domain.support"),
    *("companion.services.downloads", "companion.services.installation", "companion.services.pc"),
    *("companion.services.platforms.linux", "companion.services.platforms.windows", "companion.services.support"),
    *("companion.services.reminders", "companion.services.snapshot_reader", "companion.services.store.calls.client"),
    *("companion.ui.pages", "companion.ui.wizard", "companion.ui.dialogs", "companion.ui.app.tray"),
    *(
        "companion.ui.app.reminder_controller",
        "companion.ui.app.notices.recovery",
        "companion.ui.state.settings.settings_state",
    ),
    *("tuf", "securesystemslib", "companion.services.updates", "companion.domain.updates"),
    *("companion.ui.app.notices.updates", "companion.ui.state.update_state"),
    *("argparse", "hashlib", "hmac", "secrets", "PySide6.QtWidgets.QFileDialog", "PySide6.QtWidgets.QCalendarWidget"),
)
"""Packages and modules that the first paint does without."""


def test_the_first_paint_needs_no_network_no_keychain_no_mail_and_no_page(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus",
    }
    words = [sys.executable, str(ROOT / "tests" / "ui" / "first_paint.py"), str(tmp_path / "home")]
    ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    imported = ran.stdout.split()
    assert "companion.ui.app.main_window" in imported
    early = [name for name in imported if any(name == each or name.startswith(f"{each}.") for each in NOT_YET)]
    assert early == []


_IN_TRAY = """
import sys
from pathlib import Path
from companion.services.container.store import build_window_services
from companion.ui.app.application import WindowedProgram, application

services = build_window_services(Path(sys.argv[1]), None)
qt = application()
program = WindowedProgram(qt, services, has_tray=lambda: True, give_back=lambda: program.runner.post(qt.quit))
program.start(in_tray=True)
qt.exec()
print(*sys.modules, sep="\\n")
program.close()
services.close()
"""
NOT_IN_THE_TRAY = (
    *("asyncio", "charset_normalizer.api", "cryptography", "holidays", "html.parser", "multiprocessing", "unittest"),
    *("xml", "werkzeug", "companion.demo", "companion.ui.pages", "companion.ui.wizard", "companion.ui.dialogs"),
    *("PySide6.QtSvgWidgets", "PySide6.QtPrintSupport", "PySide6.QtOpenGL"),
    *("companion.domain.installation.logs", "companion.domain.mail.message", "companion.domain.pc.checks"),
    *("oxmsg", "olefile", "tuf", "securesystemslib"),
)
"""What a start in the tray does without for as long as nothing is owned and no window is opened."""


@pytest.mark.slow
def test_a_start_in_the_tray_loads_no_page_and_no_library_that_is_not_used(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus",
    }
    words = [sys.executable, "-c", _IN_TRAY, str(tmp_path / "home")]
    ran = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    loaded = ran.stdout.split()
    assert "companion.ui.app.tray" in loaded
    unused = [name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in NOT_IN_THE_TRAY)]
    assert unused == []


def test_no_source_is_kept_of_what_is_imported_after_qt() -> None:
    # PySide6 reads it for a feature that Companion does not use.
    code = "import companion.ui.app.application, linecache; print(*linecache.cache, sep='\\n')"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert [name for name in ran.stdout.splitlines() if name.startswith(str(ROOT / "companion"))] == []


_SIGNATURES = """
import {first}
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor
for call in (lambda: QSize("a", "b"), lambda: QPoint(1, 2, 3), lambda: QColor(1, 2, b"x")):
    try:
        call()
    except TypeError as error:
        print(error)
"""


def test_what_waits_with_compiling_tells_of_wrong_arguments_as_pyside6_does() -> None:
    def told(first: str) -> str:
        words = [sys.executable, "-c", _SIGNATURES.format(first=first)]
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout

    assert "Supported signatures" in told("companion.ui")
    assert told("companion.ui") == told("PySide6.QtCore")


def test_the_signatures_of_pyside6_are_compiled_when_they_are_first_needed() -> None:
    code = (
        "import companion.ui, sys; from companion.ui import qt_loading\n"
        "from PySide6.QtCore import QSize\n"
        "before = len(qt_loading._sources)\n"
        "try: QSize('a', 'b')\n"
        "except TypeError: print(before, len(qt_loading._sources))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    before, after = map(int, ran.stdout.split())
    assert before == 7, "PySide6 has other modules than these by now; see what its start takes"
    assert after < before
