"""Names of the files of installers."""

from __future__ import annotations

ENDINGS = (
    *(".exe", ".msi", ".msix", ".appx", ".msixbundle", ".appxbundle"),
    *(".deb", ".rpm", ".appimage", ".run", ".pkg", ".dmg"),
)
"""How names of installers end; what a file is, only its content tells."""
_AROUND = (".zip", ".7z", ".rar", ".iso", ".img", ".lnk", ".bat", ".cmd")
"""How names of files end in which installers come, or which are taken for one."""


def looks_like_installer(name: str) -> bool:
    """Returns whether a file of this name is most likely an installer."""
    return name.casefold().endswith(ENDINGS)


def may_lead_to_installer(name: str) -> bool:
    """Returns whether a file of this name is an installer, or something around one that is worth a look."""
    return looks_like_installer(name) or name.casefold().endswith(_AROUND)
