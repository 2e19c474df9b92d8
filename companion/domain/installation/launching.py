"""With which options an installer is started: for a log of its own, and to run without asking anything.

Sources: msiexec's command-line options, "Setup Command Line Parameters" (Inno Setup's help), "Installer Usage" (NSIS's
manual, section 3.2), "Burn's command line" (WiX), InstallShield's "Setup.exe parameters", Squirrel's ``Setup.exe``.
"""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.installation.files.identity import InstallerIdentity, Technology

_SILENT: dict[Technology, tuple[str, ...]] = {
    Technology.MSI: ("/qn", "/norestart"),
    Technology.INNO: ("/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART"),
    Technology.NSIS: ("/S",),
    Technology.BURN: ("/quiet", "/norestart"),
    Technology.INSTALLSHIELD: ("/s",),
    Technology.SQUIRREL: ("--silent",),
    # Packages ask nothing in any case.
    Technology.DEB: (),
    Technology.RPM: (),
    Technology.PKG: (),
}
_PACKAGES = frozenset({Technology.DEB, Technology.RPM, Technology.PKG})
LOGGED = frozenset({Technology.MSI, Technology.INNO})
"""Installers that write a log of what they do when they are asked for one."""


def launch_arguments(technology: Technology, *, silent: bool, log: str | None) -> tuple[str, ...]:
    """Returns the options of an installer; `log` is the file that it shall write.

    Raises `CompanionError` ``not-silent`` for what has no switch of that kind.
    """
    quiet = _SILENT.get(technology) if silent else ()
    if quiet is None:
        raise CompanionError(
            ErrorCode.NOT_SILENT,
            "It cannot be installed silently",
            "It is not known how this installer is told to ask nothing: a wrong option could be taken for another.",
            "Install it without --silent and answer its questions.",
        )
    return (*quiet, *_log_arguments(technology, log))


def takes_rights(found: InstallerIdentity, *, silent: bool) -> bool:
    """Returns whether the installer must be started with administrator rights, because it cannot ask for them itself.

    Programs of Windows ask by themselves, and so does Windows Installer unless it runs silently.
    """
    if found.technology in _PACKAGES:
        return True
    return silent and found.technology is Technology.MSI and found.needs_administrator is not False


def _log_arguments(technology: Technology, log: str | None) -> tuple[str, ...]:
    if log is None or technology not in LOGGED:
        return ()
    return ("/L*V", log) if technology is Technology.MSI else (f"/LOG={log}",)
