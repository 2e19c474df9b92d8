"""What PyInstaller collects and the program does not use: left out, so that it is small to download and to keep."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath

Entry = tuple[str, str, str]
"""Where something goes in the program, where it comes from, and what kind of thing it is, as PyInstaller lists it."""

# Parts of Qt that nothing here draws with, or connects with: connections are Python's own. The style is Qt's "Fusion".
_PARTS = (
    "opengl32sw",
    "d3dcompiler",
    "Qt6Qml",
    "Qt6Quick",
    "Qt6Pdf",
    "Qt6VirtualKeyboard",
    "qdirect2d",
    "gtk3",
    "gtk-3",
)
_PLUGINS = (
    "qjpeg",
    "qwebp",
    "qtiff",
    "qgif",
    "qicns",
    "qtga",
    "qwbmp",
    "qtuiotouch",
    "qminimal",
    "qico",
    "plugins/tls",
)
_MORE_PLUGINS = ("networkinformation", "plugins/styles", "plugins/generic")
_UNUSED = (*_PARTS, *_PLUGINS, *_MORE_PLUGINS)
# No other library of Qt needs its network there, and no theme of a desktop has icons in files of its own.
_UNUSED_ON_WINDOWS = ("Qt6Network", "qsvgicon", "imageformats/qsvg")
# A kind of archive that Companion does not unpack on Windows; sub-processes and loops of that platform; what only makes
# reading XML faster.
_EXTENSIONS = ("_asyncio", "_overlapped", "_multiprocessing", "_bz2", "_elementtree")
_DATA = (
    "/translations/",
    "dateutil/zoneinfo/",  # another copy of the time zones
    "companion/resources/pictures/",  # of the README
    "companion/resources/store-api.yaml",
    ".pyi",
    "/RECORD",
    ".dist-info/licenses/",  # all of them lie together in the folder of licences
    "tzdata/zoneinfo/tzdata.zi",  # another form of the zones, and lists of them
    "tzdata/zoneinfo/zone",
    "/direct_url.json",
    "/REQUESTED",
)
_RUNTIME = ("msvcp140.dll", "msvcp140_1.dll", "msvcp140_2.dll", "vcruntime140.dll", "vcruntime140_1.dll")
"""Microsoft's runtime, of which Python, Qt and its bindings each bring a copy."""
_RENAMED = re.compile(r"msvcp140-[0-9a-f]+\.dll")
"""The same, as a wheel brings it for itself."""
_AT_EACH_START = ("__init__", "aliases", "ascii", "cp1252", "latin_1", "mbcs", "utf_8")
_NEWEST = "PySide6"
"""Which copy is the newest; the others work with it, as each later one works for older programs."""

EXCLUDED = (
    *("tkinter", "yaml", "setuptools", "colorama", "holidays.financial"),
    *("PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtTest", "PySide6.QtSql"),
    *("asyncio", "multiprocessing", "xmlrpc", "pydoc", "pydoc_data", "doctest", "unittest", "pdb", "werkzeug.debug"),
    *("dateutil.zoneinfo", "tuf.repository", "lib2to3", "distutils", "test"),
    *("boto3", "botocore", "azure", "google.cloud", "sigstore", "pykcs11", "tkey", "hvac", "moto"),  # makers of keys
)
"""Modules that are imported somewhere and never here."""
EXCLUDED_ON_WINDOWS = ("cryptography", "cffi", "PySide6.QtDBus", "PySide6.QtNetwork", "_pydecimal")
"""Needed for the keychain and the bus of Linux desktops; signatures of updates are checked in pure Python. Later starts
of the program are heard at a pipe of Windows, by Python's own means."""


def shrink_library(file: Path) -> None:
    """Compress what few starts need of the library that Python begins with; the rest stays quick to read."""
    with zipfile.ZipFile(file) as before:
        entries = [(entry, before.read(entry)) for entry in before.infolist()]
    with zipfile.ZipFile(file, "w") as after:
        for entry, content in entries:
            rare = entry.filename.startswith("encodings/") and PurePosixPath(entry.filename).stem not in _AT_EACH_START
            entry.compress_type = zipfile.ZIP_DEFLATED if rare else zipfile.ZIP_STORED
            after.writestr(entry, content, compresslevel=9)


def used_binaries(found: list[Entry], *, on_windows: bool) -> list[Entry]:
    """Returns the libraries and extensions that the program uses, each once."""
    unused = (*_UNUSED, *(_UNUSED_ON_WINDOWS if on_windows else ()))
    kept = [entry for entry in found if not any(part in _plain(entry) for part in unused)]
    return _one_runtime([entry for entry in kept if not _is_extension_unused(entry)]) if on_windows else kept


def used_data(found: list[Entry]) -> list[Entry]:
    """Returns the files beside the code that the program reads."""
    return [entry for entry in found if not any(part in f"/{_plain(entry)}" for part in _DATA)]


def without_descriptions(found: list[Entry], work: Path) -> list[Entry]:
    """Returns the entries, of which what packages say of themselves is without the long text for their pages.

    Names, versions and licences stay; the shortened files are copies in `work`.
    """
    return [_without_description(entry, work) for entry in found]


def _without_description(entry: Entry, work: Path) -> Entry:
    place = PurePosixPath(_plain(entry))
    if place.name != "METADATA" or place.parent.suffix != ".dist-info":
        return entry
    copy = work / place
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(Path(entry[1]).read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n")
    return (entry[0], str(copy), entry[2])


def _is_extension_unused(entry: Entry) -> bool:
    return PurePosixPath(_plain(entry)).name.partition(".")[0] in _EXTENSIONS


def _one_runtime(found: list[Entry]) -> list[Entry]:
    """Returns one copy of each library of the runtime, in the folder in which every other library looks for it."""
    copies = [entry for entry in found if _name(entry) in _RUNTIME]
    others = [entry for entry in found if _name(entry) not in _RUNTIME]
    for name in _RUNTIME:
        mine = [entry for entry in copies if _name(entry) == name]
        best = next((entry for entry in mine if _plain(entry).startswith(f"{_NEWEST}/")), mine[0] if mine else None)
        if best is not None:
            others.append((PurePosixPath(_plain(best)).name, best[1], best[2]))
    return others


def with_one_runtime(found: list[Entry], work: Path) -> list[Entry]:
    """Returns the entries, of which extensions that bring a runtime of their own under another name use the common one.

    Wheels are made such that two runtimes do not meet in one process; here there is only one, and the newest. The
    extensions are changed in copies in `work`.
    """
    if not any(_name(entry) == _RUNTIME[0] for entry in found):
        return found
    own = {_name(entry) for entry in found if _RENAMED.fullmatch(_name(entry))}
    return [_with_common_runtime(entry, own, work) for entry in found if _name(entry) not in own]


def _with_common_runtime(entry: Entry, own: set[str], work: Path) -> Entry:
    source = Path(entry[1])
    if not own or entry[2] != "EXTENSION":
        return entry
    content = source.read_bytes()
    changed = content
    for name in own:
        # In the list of its libraries, each name ends with a zero.
        changed = changed.replace(name.encode() + b"\0", _RUNTIME[0].encode().ljust(len(name) + 1, b"\0"))
    if changed == content:
        return entry
    copy = work / source.name
    copy.write_bytes(changed)
    return (entry[0], str(copy), entry[2])


def _name(entry: Entry) -> str:
    return PurePosixPath(_plain(entry)).name.lower()


def _plain(entry: Entry) -> str:
    return entry[0].replace("\\", "/")
