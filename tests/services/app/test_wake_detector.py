"""Sleep and another network are noticed, a clock that is put right is not."""

from __future__ import annotations

import pytest

from companion.services.app.wake_detector import WakeDetector


class Clocks:
    """Both clocks of a computer that sleeps; `stops` tells whether the steady one stops meanwhile."""

    def __init__(self, *, stops: bool) -> None:
        self.wall, self.steady = 1_790_000_000.0, 5000.0
        self._stops = stops

    def work(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def sleep(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += 0.0 if self._stops else seconds


@pytest.mark.parametrize("stops", [True, False])
def test_sleep_is_noticed_once(stops: bool) -> None:
    clocks = Clocks(stops=stops)
    detector = WakeDetector(lambda: clocks.wall, lambda: clocks.steady)
    for _ in range(3):
        for _ in range(100):
            clocks.work(0.1)
            assert not detector.woke()
        clocks.sleep(3600)
        assert detector.woke()
        assert not detector.woke()


def test_a_clock_that_is_put_right_is_no_sleep() -> None:
    clocks = Clocks(stops=True)
    detector = WakeDetector(lambda: clocks.wall, lambda: clocks.steady)
    for correction in (3.0, -3.0, -86400.0, 4.9):
        clocks.work(0.1)
        clocks.wall += correction
        assert not detector.woke()
