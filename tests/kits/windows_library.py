"""A library (DLL) of 64-bit Windows built byte by byte: one function, which returns a number."""

from __future__ import annotations

import struct

_BASE, _SECTION, _ALIGNED = 0x180000000, 0x1000, 0x200
_EXPORTS = 0x40
"""Where the list of functions stands in the only section, behind the code."""


def library_of(function: str, returned: int) -> bytes:
    """Returns a library whose `function` accepts any arguments and returns a number.

    "PE Format" (Microsoft Learn): the headers, one section, its code (``mov eax, number; ret``), and its exports.
    """
    section = bytearray(_ALIGNED)
    struct.pack_into("<BIB", section, 0, 0xB8, returned & 0xFFFFFFFF, 0xC3)
    addresses = _EXPORTS + 40
    texts = addresses + 12
    own_name, named = b"step.dll\0", function.encode("ascii") + b"\0"
    section[texts : texts + len(own_name + named)] = own_name + named
    at = [_SECTION + each for each in (texts, addresses, addresses + 4, addresses + 8)]
    struct.pack_into("<IIHHIIIIIII", section, _EXPORTS, 0, 0, 0, 0, at[0], 1, 1, 1, *at[1:])
    struct.pack_into("<IIH", section, addresses, _SECTION, at[0] + len(own_name), 0)
    return (_headers() + bytes(_ALIGNED))[:_ALIGNED] + bytes(section)


def _headers() -> bytes:
    standard = struct.pack("<HBBIIIII", 0x20B, 0, 0, _ALIGNED, 0, 0, 0, _SECTION)
    sizes = (2 * _SECTION, _ALIGNED, 0, 2, 0x100, 0x100000, _SECTION, 0x100000, _SECTION, 0, 16)
    windows = struct.pack("<QIIHHHHHHIIIIHHQQQQII", _BASE, _SECTION, _ALIGNED, 6, 0, 0, 0, 6, 0, 0, *sizes)
    directories = struct.pack("<II", _SECTION + _EXPORTS, _ALIGNED - _EXPORTS) + bytes(15 * 8)
    optional = standard + windows + directories
    coff = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0x2022)
    code_and_data = 0x60000020
    row = struct.pack("<8sIIIIIIHHI", b".text", _ALIGNED, _SECTION, _ALIGNED, _ALIGNED, 0, 0, 0, 0, code_and_data)
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + coff + optional + row
