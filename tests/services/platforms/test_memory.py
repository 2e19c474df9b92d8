"""Memory that was freed goes back to the system."""

import subprocess
import sys

import pytest

from companion.services.platforms import return_freed_memory

_FREED_BELOW_WHAT_IS_USED = """
import ctypes, os
from companion.services.platforms.linux.memory import return_freed_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

blocks = [libc.malloc(1000) for _ in range(40_000)]
for block in blocks:
    ctypes.memset(block, 1, 1000)
for block in blocks[:-1]:
    libc.free(block)
before = held()
return_freed_memory()
print(before - held())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only this C library keeps it")
def test_what_was_freed_below_what_is_in_use_goes_back():
    ran = subprocess.run(
        [sys.executable, "-c", _FREED_BELOW_WHAT_IS_USED], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(ran.stdout) > 30_000_000


def test_where_there_is_nothing_to_do_nothing_happens():
    return_freed_memory()
