"""What Windows shows of the program in its properties, the task manager and the list of programs at sign-in."""

from __future__ import annotations

from typing import Any

from companion import __version__

_ENGLISH_UNICODE = "040904B0"


def version_resource(file_name: str) -> Any:
    """Returns PyInstaller's version resource for a program of this name; only on Windows."""
    from PyInstaller.utils.win32 import versioninfo as parts

    numbers = (*(int(part) for part in __version__.split(".")), 0)
    texts = {
        "CompanyName": "The Companion authors",
        "FileDescription": "Companion",
        "FileVersion": __version__,
        "InternalName": "Companion",
        "LegalCopyright": "© The Companion authors. Apache License 2.0",
        "OriginalFilename": file_name,
        "ProductName": "Companion",
        "ProductVersion": __version__,
    }
    table = parts.StringTable(_ENGLISH_UNICODE, [parts.StringStruct(*pair) for pair in texts.items()])
    return parts.VSVersionInfo(
        ffi=parts.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[parts.StringFileInfo([table]), parts.VarFileInfo([parts.VarStruct("Translation", [0x0409, 0x04B0])])],
    )
