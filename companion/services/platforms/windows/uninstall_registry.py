"""What Windows lists as installed: the uninstall registry in all of its views, and packages of Windows' own kind.

Source: learn.microsoft.com, "Uninstall Registry Key" (Windows Installer), "Configuring Add/Remove Programs".
"""

from __future__ import annotations

import contextlib
import ctypes
import ntpath
import re
from collections.abc import Iterator, Mapping
from ctypes import wintypes

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.proof.system_record import (
    InstalledProduct,
    RecordView,
    SystemRecord,
    both,
    bounded,
    product,
)
from companion.services.platforms.common.text import clean
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.registry import opened, subkeys, values
from companion.services.platforms.windows.api.win32 import dll
from companion.services.platforms.windows.startup.packaged_apps import PACKAGES, family_of, root_of

_UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
_UNINSTALL_32 = r"Software\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
_VIEWS = (
    (RecordView.MACHINE, rf"HKLM\{_UNINSTALL}"),
    (RecordView.MACHINE_32, rf"HKLM\{_UNINSTALL_32}"),
    (RecordView.USER, rf"HKCU\{_UNINSTALL}"),
    (RecordView.USER, rf"HKCU\{_UNINSTALL_32}"),
)
_PERSON = re.compile(r"S-1-(?:5-21|12-1)(?:-\d+)+", re.IGNORECASE)
_LONGEST_PATH = 1000
_QUOTED = re.compile(r'\s*"([^"]+)"')
_PROGRAM = re.compile(r"\s*(.+?\.(?:exe|ico|dll))\b", re.IGNORECASE)


def installed_products() -> SystemRecord:
    """Returns every view that this user may read; those of other users as far as that goes."""
    record = SystemRecord()
    for view, location in _VIEWS:
        record = both(record, _of_view(view, location))
    for sid in _others():
        with contextlib.suppress(OSError):
            record = both(record, bounded(_listed(RecordView.OTHER_USERS, rf"HKU\{sid}\{_UNINSTALL}", sid + "\\")))
    return both(record, bounded(_packages()))


def _of_view(view: RecordView, location: str) -> SystemRecord:
    try:
        with opened(location):
            pass
    except FileNotFoundError:
        return SystemRecord()
    except OSError as error:
        return SystemRecord.unknown(f"Windows does not let it be read ({error.strerror or 'no reason given'})")
    return bounded(_listed(view, location))


def _listed(view: RecordView, location: str, prefix: str = "") -> Iterator[InstalledProduct]:
    found = []
    for key in subkeys(location):
        texts = dict(values(rf"{location}\{key}"))
        entry = product_of(view, prefix + clean(key), texts)
        if entry is not None:
            found.append((texts.get("SystemComponent") == 1, entry))
    # What Windows does not show to people, such as a package inside of another one, comes last.
    yield from (entry for _, entry in sorted(found, key=lambda pair: pair[0]))


def product_of(view: RecordView, key: str, of_entry: Mapping[str, object]) -> InstalledProduct | None:
    """Returns what the values of one key say, or None for an entry without a name, which Windows does not list."""
    name = _text(of_entry, "DisplayName")
    if not name:
        return None
    return product(
        name,
        key,
        view,
        version=_text(of_entry, "DisplayVersion") or _version(of_entry),
        publisher=_text(of_entry, "Publisher"),
        where=folder_of(of_entry),
    )


def folder_of(of_entry: Mapping[str, object]) -> str | None:
    """Returns the folder that an entry names, or that its icon or its uninstaller lies in; None for an odd one."""
    told = _text(of_entry, "InstallLocation").strip().strip('"').rstrip("\\")
    for command in (_text(of_entry, "DisplayIcon"), _text(of_entry, "UninstallString")):
        if told:
            break
        match = _QUOTED.match(command) or _PROGRAM.match(command)
        told = ntpath.dirname(match[1]) if match else ""
    return told if _is_own_folder(told) else None


def _is_own_folder(path: str) -> bool:
    """Whether `path` is the full path of a folder that a product may have for itself; other makers wrote it."""
    if len(path) > _LONGEST_PATH or clean_text(path, _LONGEST_PATH) != path or not re.match(r"[A-Za-z]:\\", path):
        return False
    parts = [part.casefold() for part in ntpath.normpath(path).split("\\")[1:]]
    shared = {"windows", "program files", "program files (x86)", "programdata", "users"}
    return bool(parts) and not (parts[0] == "windows" or (len(parts) == 1 and parts[0] in shared))


def _version(of_entry: Mapping[str, object]) -> str | None:
    major, minor = (of_entry.get(name) for name in ("VersionMajor", "VersionMinor"))
    return f"{major}.{minor if isinstance(minor, int) else 0}" if isinstance(major, int) else None


def _text(of_entry: Mapping[str, object], name: str) -> str:
    found = of_entry.get(name)
    return clean(found) if isinstance(found, str) else ""


def _packages() -> Iterator[InstalledProduct]:
    for full_name in subkeys(PACKAGES):
        family = family_of(full_name)
        if family:
            name, version, *_ = full_name.split("_")
            root = root_of(full_name)
            where = root if _is_own_folder(root) else None
            yield product(name, family, RecordView.APP_PACKAGES, version=version, where=where)


def _others() -> list[str]:
    """The users whose registry is loaded beside this person's: signed in, or lending an administrator's rights."""
    own = _own_sid()
    return [sid for sid in subkeys("HKU") if _PERSON.fullmatch(sid) and sid.casefold() != own.casefold()]


def _own_sid() -> str:
    size, text = wintypes.DWORD(), wintypes.LPWSTR()
    kernel, security = dll("kernel32"), dll("advapi32")
    with contextlib.suppress(OSError), win32.token_of(kernel.GetCurrentProcess()) as token:
        buffer = ctypes.create_string_buffer(256)
        if not security.GetTokenInformation(token, win32.TOKEN_USER, buffer, len(buffer), ctypes.byref(size)):
            return ""
        if not security.ConvertSidToStringSidW(ctypes.c_void_p.from_buffer(buffer), ctypes.byref(text)):
            return ""
        try:
            return text.value or ""
        finally:
            kernel.LocalFree(text)
    return ""
