"""The memory of this process."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED, _LINK_MAP = 4, 2
_PT_LOAD, _WRITABLE = 1, 2
_UNCHANGEABLE = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (r-[x-]p) \S+ \S+ \d+ +(/.*)$", re.MULTILINE)
_WRITTEN_TO = re.compile(rb"^Anonymous: +(\d+)", re.MULTILINE)
_Area = tuple[int, int]


def return_freed_memory() -> None:
    """Give back to the system what was freed (malloc_trim(3)).

    GNU's C library keeps it while a block behind it is in use; other libraries give it back by themselves.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def return_code() -> None:
    """Give back the memory of code that lies in the files of libraries (madvise(2), MADV_DONTNEED).

    Most of it ran at the start only. What runs again is found in the system's cache of files at that moment; of the
    rest the system may use the memory when it becomes short, before it writes anything to a disk.
    """
    libc = ctypes.CDLL(None)
    if ctypes.sizeof(ctypes.c_void_p) != 8 or not hasattr(libc, "dlinfo"):
        return
    libc.dlopen.restype, libc.dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    libc.dlinfo.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    libc.dlclose.argtypes = (ctypes.c_void_p,)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    # A library that is open stays where it is: else another thread could take it out of memory meanwhile, and use its
    # place for something that is in no file.
    libraries = [found for name in _code_files() if (found := libc.dlopen(name, os.RTLD_LAZY | os.RTLD_NOLOAD))]
    unwritten = _unwritten_areas()
    for library in libraries:
        place = ctypes.pointer(ctypes.c_uint64())
        if libc.dlinfo(library, _LINK_MAP, ctypes.byref(place)) == 0:
            for begin, end in unwritten.intersection(_code_of(place.contents.value, unwritten)):
                libc.madvise(begin, end - begin, _MADV_DONTNEED)
        libc.dlclose(library)


class _Header(ctypes.Structure):
    """The beginning of `Elf64_Ehdr` of elf(5)."""

    _fields_ = (
        ("identification", ctypes.c_char * 16),
        ("kind", ctypes.c_uint16 * 2),
        ("version", ctypes.c_uint32),
        ("entry", ctypes.c_uint64),
        ("segments", ctypes.c_uint64),
        ("sections", ctypes.c_uint64),
        ("flags", ctypes.c_uint32),
        ("size", ctypes.c_uint16 * 2),
        ("count", ctypes.c_uint16),
    )


class _Segment(ctypes.Structure):
    """`Elf64_Phdr` of elf(5)."""

    _fields_ = (
        ("kind", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("offset", ctypes.c_uint64),
        ("address", ctypes.c_uint64),
        ("physical", ctypes.c_uint64),
        ("in_file", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("alignment", ctypes.c_uint64),
    )


def _code_of(place: int, areas: frozenset[_Area]) -> Iterator[_Area]:
    """Yields where, in whole pages, the parts of a library lie that nothing is written to.

    Its own description of them is read where `areas` say that its file's beginning is in memory at its `place`.
    """
    size = next((end - begin for begin, end in areas if begin == place), 0)
    if size < ctypes.sizeof(_Header):
        return
    header = _Header.from_address(place)
    if header.segments + header.count * ctypes.sizeof(_Segment) > size:
        return
    page = os.sysconf("SC_PAGE_SIZE")
    for segment in (_Segment * header.count).from_address(place + header.segments):
        if segment.kind == _PT_LOAD and not segment.flags & _WRITABLE:
            begin = place + segment.address
            yield begin // page * page, -(-(begin + segment.size) // page) * page


def _code_files() -> frozenset[bytes]:
    """Returns the names of the files whose code is in memory."""
    return frozenset(name for *_, rights, name in _UNCHANGEABLE.findall(_listed("maps")) if b"x" in rights)


def _unwritten_areas() -> frozenset[_Area]:
    """Returns the areas that are as in their files: a debugger, or a library that was built so, changes code too."""
    listed = _listed("smaps")
    found = set()
    for area in _UNCHANGEABLE.finditer(listed):
        written = _WRITTEN_TO.search(listed, area.end())
        if written is not None and written[1] == b"0":
            found.add((int(area[1], 16), int(area[2], 16)))
    return frozenset(found)


def _listed(name: str) -> bytes:
    """Returns what the system says of this process's memory (proc(5)); nothing where that is not to be read."""
    try:
        return Path("/proc/self", name).read_bytes()
    except OSError:
        return b""
