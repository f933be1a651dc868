"""What the C library holds of memory that nobody uses any more: kept small, and given back."""

from __future__ import annotations

import ctypes
import threading
import time

EVERY = 20.0  # seconds
_M_ARENA_MAX = -8  # of malloc.h
_ARENAS = 2  # by default 8 a core: each keeps what its threads have freed, and a hundred threads come and go here


def keep_small() -> None:
    """Bounds what glibc's malloc holds back, from now on; elsewhere nothing happens."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        return
    library.mallopt(_M_ARENA_MAX, _ARENAS)
    threading.Thread(target=_give_back, args=(library,), name="memory", daemon=True).start()


def _give_back(library: ctypes.CDLL) -> None:
    while True:
        time.sleep(EVERY)
        library.malloc_trim(0)
