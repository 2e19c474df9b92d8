"""Memory that was freed goes back to the system."""

import os
import subprocess
import sys

import pytest

from companion.services.platforms import return_spare_memory

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


_CODE_THAT_RAN = """
import hashlib, sys, unicodedata
from companion.services.platforms.linux.memory import return_code
import companion.ui
from PySide6.QtCore import QLocale, QMimeDatabase, Qt
from PySide6.QtWidgets import QApplication, QTextEdit, QTreeWidget

def held(of):
    sizes, wanted = 0, False
    for line in open("/proc/self/smaps"):
        words = line.split()
        if "-" in words[0]:
            wanted = "r-xp" in words and of in words[-1]
        elif wanted and words[0] == "Rss:":
            sizes += int(words[1])
    return sizes

def work(page):
    page.show()
    page.resize(400, 300)
    application.processEvents()
    picture = page.grab().toImage()
    return picture.pixelColor(200, 150).name(), QLocale("de_DE").toString(1234.5), hashlib.sha256(b"a").hexdigest()

application = QApplication([])
first = work(QTextEdit("<b>text</b>"))
before = held("libQt6Gui")
return_code()
print(before, held("libQt6Gui"))
for _ in range(2):
    return_code()
    print(work(QTextEdit("<b>text</b>")) == first)
work(QTreeWidget())
print(QMimeDatabase().mimeTypeForName("text/plain").name(), unicodedata.name("a"))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there the system can be told")
def test_code_that_is_not_running_is_given_back_and_runs_again():
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [sys.executable, "-c", _CODE_THAT_RAN], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    held, *worked = ran.stdout.splitlines()
    before, after = map(int, held.split())
    assert before > 1_000
    assert after < before / 2
    assert worked == ["True", "True", "text/plain LATIN SMALL LETTER A"]


_CHANGED_CODE = """
import ctypes, mmap
import companion.services.platforms.linux.memory as memory

libc = ctypes.CDLL(None)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
function = ctypes.cast(ctypes.pythonapi.PyRun_InteractiveLoopFlags, ctypes.c_void_p).value
page = function // mmap.PAGESIZE * mmap.PAGESIZE
assert libc.mprotect(page, mmap.PAGESIZE, 7) == 0
changed = ctypes.c_ubyte.from_address(function)
changed.value ^= 0xFF
expected = changed.value
assert libc.mprotect(page, mmap.PAGESIZE, 5) == 0
memory.return_code()
print(changed.value == expected)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there the system can be told")
def test_code_that_was_changed_in_memory_stays_as_it_is():
    # As a debugger changes it, and the loader in libraries that were built without position-independent code.
    ran = subprocess.run([sys.executable, "-c", _CHANGED_CODE], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == "True\n"


def test_where_there_is_nothing_to_do_nothing_happens():
    return_spare_memory()
