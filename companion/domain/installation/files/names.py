"""Names of the files of installers."""

from __future__ import annotations

ENDINGS = (
    *(".exe", ".msi", ".msix", ".appx", ".msixbundle", ".appxbundle"),
    *(".deb", ".rpm", ".appimage", ".run", ".pkg", ".dmg"),
)
"""How names of installers end; what a file is, only its content tells."""


def looks_like_installer(name: str) -> bool:
    """Returns whether a file of this name is most likely an installer."""
    return name.casefold().endswith(ENDINGS)
