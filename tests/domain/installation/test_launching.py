"""With which options an installer is started."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import CompanionError
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.launching import launch_arguments, takes_rights

SWITCHES = {
    Technology.MSI: ("/qn", "/norestart"),
    Technology.INNO: ("/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART"),
    Technology.NSIS: ("/S",),
    Technology.BURN: ("/quiet", "/norestart"),
    Technology.INSTALLSHIELD: ("/s",),
    Technology.SQUIRREL: ("--silent",),
    Technology.DEB: (),
    Technology.RPM: (),
    Technology.PKG: (),
}


@pytest.mark.parametrize("technology", Technology)
def test_silent_is_the_technologys_own_switch_or_refused(technology):
    assert launch_arguments(technology, silent=False, log=None) == ()
    if technology in SWITCHES:
        assert launch_arguments(technology, silent=True, log=None) == SWITCHES[technology]
        return
    with pytest.raises(CompanionError) as refused:
        launch_arguments(technology, silent=True, log=None)
    assert refused.value.code == "not-silent"


@pytest.mark.parametrize("technology", Technology)
def test_only_who_writes_a_log_is_asked_for_one(technology):
    wanted = {Technology.MSI: ("/L*V", r"C:\a b\x.log"), Technology.INNO: (r"/LOG=C:\a b\x.log",)}
    assert launch_arguments(technology, silent=False, log=r"C:\a b\x.log") == wanted.get(technology, ())


def test_rights_are_asked_for_by_whom_the_system_does_not_ask_itself():
    def takes(technology, needs, *, silent):
        return takes_rights(InstallerIdentity(technology=technology, needs_administrator=needs), silent=silent)

    assert takes(Technology.DEB, True, silent=False)
    assert not takes(Technology.MSI, True, silent=False)
    assert takes(Technology.MSI, True, silent=True)
    assert takes(Technology.MSI, None, silent=True)
    assert not takes(Technology.MSI, False, silent=True)
    assert not takes(Technology.NSIS, True, silent=True)
