"""The memory of this process."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from pathlib import Path

_MADV_DONTNEED = 4
_PT_LOAD, _WRITABLE = 1, 2
_NAMED = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +/", re.MULTILINE)
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
    iterate = getattr(ctypes.PyDLL(None), "dl_iterate_phdr", None)
    if iterate is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    unwritten = _unwritten_areas()

    def look(library: ctypes._Pointer[_Library], _size: int, _data: object) -> int:
        for begin, end in _code_of(library.contents):
            if (begin, end) in unwritten:
                advise(begin, end - begin, _MADV_DONTNEED)
        return 0

    # No library can be taken out of memory, and its place be used for something else, while the loader goes through
    # the list. Python's lock is held throughout (PyDLL), since who loads a library holds it and waits for that list.
    called = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Library), ctypes.c_size_t, ctypes.c_void_p)(look)
    iterate(called, None)


class _Segment(ctypes.Structure):
    """`Elf64_Phdr` of elf(5)."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("offset", ctypes.c_uint64),
        ("address", ctypes.c_uint64),
        ("physical", ctypes.c_uint64),
        ("in_file", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("alignment", ctypes.c_uint64),
    )


class _Library(ctypes.Structure):
    """The beginning of `dl_phdr_info` of dl_iterate_phdr(3)."""

    _fields_ = (
        ("base", ctypes.c_uint64),
        ("name", ctypes.c_char_p),
        ("segments", ctypes.POINTER(_Segment)),
        ("count", ctypes.c_uint16),
    )


def _code_of(library: _Library) -> Iterator[_Area]:
    """Yields where, in whole pages, the parts of a library lie that nothing is written to."""
    page = os.sysconf("SC_PAGE_SIZE")
    for segment in library.segments[: library.count]:
        if segment.type == _PT_LOAD and not segment.flags & _WRITABLE:
            begin = library.base + segment.address
            yield begin // page * page, -(-(begin + segment.size) // page) * page


def _unwritten_areas() -> frozenset[_Area]:
    """Returns the areas that are as in their files: a debugger, or a library that was built so, changes code too."""
    try:
        listed = Path("/proc/self/smaps").read_bytes()
    except OSError:
        return frozenset()
    found = set()
    for area in _NAMED.finditer(listed):
        written = _WRITTEN_TO.search(listed, area.end())
        if written is not None and written[1] == b"0":
            found.add((int(area[1], 16), int(area[2], 16)))
    return frozenset(found)
