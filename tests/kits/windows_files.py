"""Programs of Windows built byte by byte: sections, resources, a version, a manifest, a signature, an overlay."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_RESOURCES_AT = 0x1000
_FILE_ALIGNMENT = 512


def program(
    *,
    machine: int = 0x014C,
    resources: Mapping[int, Mapping[int, bytes]] | None = None,
    sections: Sequence[tuple[bytes, bytes]] = (),
    overlay: bytes = b"",
    signature: bytes = b"",
) -> bytes:
    """Returns a program whose resources are given by type and name, and that ends with `overlay` and `signature`."""
    wide = machine in (0x8664, 0xAA64)
    named = [(b".rsrc", _resources(resources))] if resources else []
    contents = [*named, *sections]
    headers = 0x200 + -(-(len(contents) * 40) // _FILE_ALIGNMENT) * _FILE_ALIGNMENT
    rows, bodies, at, address = [], [], headers, _RESOURCES_AT
    for name, content in contents:
        size = -(-len(content) // _FILE_ALIGNMENT) * _FILE_ALIGNMENT
        rows.append(struct.pack("<8sIIIIIIHHI", name, len(content), address, size, at, 0, 0, 0, 0, 0))
        bodies.append(content.ljust(size, b"\0"))
        at, address = at + size, address + max(-(-size // 0x1000), 1) * 0x1000
    directories = bytearray(16 * 8)
    if resources:
        struct.pack_into("<II", directories, 2 * 8, _RESOURCES_AT, len(contents[0][1]))
    if signature:
        struct.pack_into("<II", directories, 4 * 8, at + len(overlay), len(signature))
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(112 if wide else 96, b"\0") + bytes(directories)
    coff = struct.pack("<HHIIIHH", machine, len(contents), 0, 0, 0, len(optional), 0x102)
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80) + b"\0" * 0x40 + b"PE\0\0" + coff + optional
    return (head + b"".join(rows)).ljust(headers, b"\0") + b"".join(bodies) + overlay + signature


def version(strings: Mapping[str, str]) -> bytes:
    """Returns a version resource with these texts."""
    texts = b"".join(
        _padded(_block(key, (text + "\0").encode("utf-16-le"), text=True)) for key, text in strings.items()
    )
    table = _block("040904b0", b"", inner=texts)
    fixed = struct.pack("<II", 0xFEEF04BD, 0).ljust(52, b"\0")
    return _block("VS_VERSION_INFO", fixed, inner=_block("StringFileInfo", b"", inner=table))


def _block(key: str, value: bytes, *, text: bool = False, inner: bytes = b"") -> bytes:
    head = _padded(b"\0" * 6 + (key + "\0").encode("utf-16-le"))
    body = _padded(head + value) + inner if inner else head + value
    length = len(value) // 2 if text else len(value)
    return struct.pack("<HHH", len(body), length, int(text)) + body[6:]


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _resources(resources: Mapping[int, Mapping[int, bytes]]) -> bytes:
    """The directory of three levels, its rows of data, and the data."""
    leaves = [(kind, name, data) for kind, names in resources.items() for name, data in names.items()]
    level2 = 16 + 8 * len(resources)
    level3 = level2 + sum(16 + 8 * len(names) for names in resources.values())
    rows = level3 + 24 * len(leaves)
    data_at = rows + 16 * len(leaves)
    first, second, third, table, content = b"", b"", b"", b"", b""
    at2, index = level2, 0
    for kind, names in resources.items():
        first += struct.pack("<II", kind, at2 | 0x80000000)
        second += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, len(names))
        at2 += 16 + 8 * len(names)
        for name, data in names.items():
            second += struct.pack("<II", name, (level3 + 24 * index) | 0x80000000)
            third += struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, 1033, rows + 16 * index)
            table += struct.pack("<IIII", _RESOURCES_AT + data_at + len(content), len(data), 0, 0)
            content += _padded(data)
            index += 1
    return struct.pack("<IIHHHH", 0, 0, 0, 0, 0, len(resources)) + first + second + third + table + content
