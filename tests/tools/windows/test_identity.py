"""The installer and the program name themselves to Windows in the same way."""

from __future__ import annotations

import re

from companion.domain.reminders.notices.links import SCHEME
from companion.services.platforms.windows.toasts import APP_ID
from tools.environment import ROOT


def test_the_shortcut_and_the_links_are_those_that_the_program_uses() -> None:
    script = (ROOT / "tools/windows/installer.nsi").read_text(encoding="utf-8")
    assert f'!define APP_ID "{APP_ID}"' in script
    assert f'!define LINKS "Software\\Classes\\{SCHEME}"' in script
    assert 'WriteRegStr HKCU "${LINKS}" "URL Protocol" ""' in script
    assert 'DeleteRegKey HKCU "${LINKS}"' in script


def test_the_shortcut_has_what_windows_wants_to_keep_notices_in_its_list() -> None:
    script = (ROOT / "tools/windows/installer.nsi").read_text(encoding="utf-8")
    keys = re.findall(r"SYSSTRUCT_PROPERTYKEY\}\(\$\{(\w+)\}", script)
    assert keys == ["PKEY_AppUserModel_ID", "PKEY_AppUserModel_ToastActivatorCLSID"]
    assert len(re.findall(r'!define NOTICES_ID "\{[0-9A-F-]{36}\}"', script)) == 1
