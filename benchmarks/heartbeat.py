"""A heart that beats on the window's thread, and what every thread is at when a beat is late."""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
LATE = 0.03


class Phase(NamedTuple):
    """What was done, how long it took until nothing was under way, and the gaps between the beats meanwhile.

    `computed` are the milliseconds that the window's thread computed between two beats. `queued` are those that it was
    ready and waited for a processor: known on Linux only, else 0.
    """

    name: str
    seconds: float
    gaps: tuple[float, ...]
    computed: tuple[float, ...]
    queued: tuple[float, ...]

    def summary(self) -> dict[str, Any]:
        """Returns the figures in milliseconds."""
        cuts = statistics.quantiles(self.gaps, n=100, method="inclusive") if len(self.gaps) > 1 else [0.0] * 99
        return {
            "phase": self.name,
            "seconds": round(self.seconds, 3),
            "p50": round(cuts[49], 1),
            "p99": round(cuts[98], 1),
            "max": round(max(self.gaps, default=0.0), 1),
            "computed": round(max(self.computed, default=0.0), 1),
            "held": round(max(map(_held, self.gaps, self.queued), default=0.0), 1),
        }


def _held(gap: float, queued: float) -> float:
    """Returns by how much a beat was late for what the program itself did."""
    return max(0.0, gap - queued)


def _queue() -> int | None:
    """Returns the file in which Linux tells how long this thread waited for a processor; None elsewhere."""
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY)
    except OSError:
        return None


class Heart(QObject):
    """Beats on the GUI thread, and keeps by how much each beat was late."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self.computed: list[float] = []
        self.queued: list[float] = []
        self._queue = _queue()
        self._last, self._computed, self._queued = time.perf_counter(), time.thread_time(), self._in_queue()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def begin(self) -> None:
        """Forget what was before."""
        self.gaps, self._last = [], time.perf_counter()
        self.computed, self._computed = [], time.thread_time()
        self.queued, self._queued = [], self._in_queue()

    def phase(self, name: str, seconds: float) -> Phase:
        """Returns how it beat since `begin`."""
        return Phase(name, seconds, tuple(self.gaps), tuple(self.computed), tuple(self.queued))

    def late(self) -> float:
        """By how many seconds the next beat is late at this moment."""
        return time.perf_counter() - self._last - BEAT_MS / 1000

    def close(self) -> None:
        """Beat no more."""
        self._timer.stop()
        if self._queue is not None:
            os.close(self._queue)

    def _in_queue(self) -> float:
        """The milliseconds that this thread has waited for a processor so far."""
        return int(os.pread(self._queue, 200, 0).split()[1]) / 1e6 if self._queue is not None else 0.0

    def _beat(self) -> None:
        now, computed, queued = time.perf_counter(), time.thread_time(), self._in_queue()
        self.gaps.append(max(0.0, (now - self._last) * 1000 - BEAT_MS))
        self.computed.append((computed - self._computed) * 1000)
        self.queued.append(queued - self._queued)
        self._last, self._computed, self._queued = now, computed, queued


class Witness(threading.Thread):
    """Notes what every thread is at whenever a beat is late by 30 ms, for finding out why."""

    def __init__(self, heart: Heart) -> None:
        super().__init__(daemon=True)
        self._heart, self._main = heart, threading.get_ident()
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        while True:
            time.sleep(0.01)
            if self._heart.late() > LATE:
                for ident, frame in sys._current_frames().items():
                    if ident != threading.get_ident():
                        self.seen[self._words(ident, frame)] += 1

    def _words(self, ident: int, frame: FrameType | None) -> str:
        places: list[str] = []
        while frame is not None and len(places) < 6:
            place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}"
            if not places or "companion" in frame.f_code.co_filename:
                places.append(place)
            frame = frame.f_back
        return f"{'window' if ident == self._main else 'worker'}: {' < '.join(places)}"
