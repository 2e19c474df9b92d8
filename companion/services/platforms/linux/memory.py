"""The memory of this process."""

from __future__ import annotations

import ctypes


def return_freed_memory() -> None:
    """Give back to the system what was freed (malloc_trim(3)).

    GNU's C library keeps it while a block behind it is in use; other libraries give it back by themselves.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
