"""Reading Windows shortcuts on any system ([MS-SHLLINK]: Shell Link (.LNK) Binary File Format)."""

from __future__ import annotations

import struct
import uuid

_CLASS = uuid.UUID("00021401-0000-0000-c000-000000000046").bytes_le
_HAS_ID_LIST, _HAS_INFO, _HAS_NAME, _HAS_RELATIVE, _HAS_FOLDER, _HAS_ARGUMENTS, _UNICODE = 1, 2, 4, 8, 16, 32, 128
_HAS_ICON = 64
_VOLUME_AND_PATH = 1
_ENVIRONMENT_BLOCK = 0xA0000001


def command_of(data: bytes) -> str | None:
    """The command a shortcut runs (path and arguments), or None when it names no file or is damaged."""
    try:
        return _read(data)
    except (struct.error, IndexError, ValueError):
        return None


def _read(data: bytes) -> str | None:
    if struct.unpack_from("<I", data)[0] != 0x4C or data[4:20] != _CLASS:
        return None
    flags = struct.unpack_from("<I", data, 20)[0]
    place = 0x4C
    if flags & _HAS_ID_LIST:
        place += 2 + struct.unpack_from("<H", data, place)[0]
    target = None
    if flags & _HAS_INFO:
        target = _path_in_info(data[place:])
        place += struct.unpack_from("<I", data, place)[0]
    texts: dict[int, str] = {}
    for flag in (_HAS_NAME, _HAS_RELATIVE, _HAS_FOLDER, _HAS_ARGUMENTS, _HAS_ICON):
        if flags & flag:
            count = struct.unpack_from("<H", data, place)[0]
            size = count * 2 if flags & _UNICODE else count
            raw = data[place + 2 : place + 2 + size]
            texts[flag] = _wide(raw) if flags & _UNICODE else _narrow(raw)
            place += 2 + size
    target = target or _environment_path(data[place:]) or texts.get(_HAS_RELATIVE)
    if not target:
        return None
    quoted = f'"{target}"'
    arguments = texts.get(_HAS_ARGUMENTS, "").strip()
    return f"{quoted} {arguments}" if arguments else quoted


def _path_in_info(info: bytes) -> str | None:
    """LinkInfo (2.3): a local base path plus suffix, in Unicode where the header is long enough to hold it."""
    header, flags = struct.unpack_from("<II", info, 4)
    if not flags & _VOLUME_AND_PATH:
        return None
    base, suffix = struct.unpack_from("<I", info, 16)[0], struct.unpack_from("<I", info, 24)[0]
    if header >= 0x24:
        base, suffix = struct.unpack_from("<II", info, 28)
        return _wide(info[base:]) + _wide(info[suffix:])
    return _narrow(info[base:]) + _narrow(info[suffix:])


def _environment_path(blocks: bytes) -> str | None:
    """EnvironmentVariableDataBlock (2.5.4): the target spelled with variables such as %ProgramFiles%."""
    place = 0
    while (size := struct.unpack_from("<I", blocks, place)[0]) >= 8:
        if struct.unpack_from("<I", blocks, place + 4)[0] == _ENVIRONMENT_BLOCK:
            return _wide(blocks[place + 8 + 260 : place + size]) or None
        place += size
    return None


def _wide(data: bytes) -> str:
    text = data[: len(data) // 2 * 2].decode("utf-16-le", "replace")
    return text.split("\0", 1)[0]


def _narrow(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("cp1252", "replace")
