"""How many connections a download uses: decided step by step, and seen on simulated lines."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.transfers.connection_scaling import Phase, Scaling, forbid_more, step

TRIP = 0.02
"""Seconds; short enough for the least durations of all phases."""
NEW = Scaling(most=8)


def growing(**changes: object) -> Scaling:
    return msgspec.structs.replace(Scaling(most=8, since=10.0, count=1000), **changes)


def settling(**changes: object) -> Scaling:
    return growing(phase=Phase.SETTLING, connections=4, base=1e6, **changes)


def measuring(**changes: object) -> Scaling:
    return growing(**{"phase": Phase.MEASURING, "connections": 4, "base": 1e6, **changes})


def resting(**changes: object) -> Scaling:
    return growing(**{"phase": Phase.RESTING, "peak": 1e6, "rest_until": 60.0, **changes})


def after(scaling: Scaling, seconds: float, rate: float, round_trip: float = TRIP) -> Scaling:
    """The next state once so many seconds have passed at so many bytes per second."""
    since = scaling.since or 0.0
    return step(scaling, since + seconds, scaling.count + round(rate * seconds), round_trip)


# -- one step ----------------------------------------------------------------------------------------------------------


def test_it_begins_with_one_connection_at_the_first_byte() -> None:
    assert (NEW.connections, NEW.phase, NEW.kept, NEW.failed_attempts) == (1, Phase.GROWING, 1, 0)
    assert step(NEW, 5.0, 0, TRIP) is NEW
    begun = step(NEW, 5.0, 1, TRIP)
    assert begun == msgspec.structs.replace(NEW, since=5.0, count=1)


@pytest.mark.parametrize(
    ("scaling", "least", "round_trips"),
    [
        (growing(), 0.15, 4),
        (settling(), 0.1, 8),
        (settling(dropped=True), 0.4, 32),
        (measuring(), 0.25, 6),
        (resting(), 0.4, 6),
    ],
)
def test_each_phase_lasts_for_some_round_trips_and_not_less_than_its_least(
    scaling: Scaling, least: float, round_trips: int
) -> None:
    for trip, duration in ((0.001, least), (1.0, round_trips)):
        assert after(scaling, duration - 0.001, 1e6, trip) is scaling
        exactly = step(msgspec.structs.replace(scaling, since=0.0), duration, scaling.count + 10**6, trip)
        assert (exactly.since, exactly.count) == (duration, scaling.count + 10**6)


def test_while_the_rate_grows_nothing_is_added() -> None:
    faster = after(growing(base=1e6, steady=1), 1.0, 1_250_001)
    assert (faster.phase, faster.connections, faster.base, faster.steady) == (Phase.GROWING, 1, 1_250_001, 0)


def test_one_slow_window_is_no_end_of_the_growth() -> None:
    slow = after(growing(base=1e6), 1.0, 1_250_000)
    assert (slow.phase, slow.connections, slow.base, slow.steady) == (Phase.GROWING, 1, 1_250_000, 1)
    slower = after(growing(base=1e6), 1.0, 5e5)
    assert (slower.base, slower.steady) == (1e6, 1)


@pytest.mark.parametrize(("rate", "base"), [(5e5, 1e6), (1.1e6, 1.1e6)])
def test_after_two_slow_windows_connections_are_added(rate: float, base: float) -> None:
    added = after(growing(base=1e6, steady=1), 1.0, rate)
    assert (added.phase, added.connections, added.base, added.steady) == (Phase.SETTLING, 4, base, 0)
    assert (added.since, added.count) == (11.0, 1000 + int(rate))


@pytest.mark.parametrize(
    ("connections", "most", "more"), [(1, 8, 4), (1, 3, 3), (1, 2, 2), (2, 8, 4), (4, 8, 8), (4, 6, 6), (4, 32, 8)]
)
def test_how_many_are_added(connections: int, most: int, more: int) -> None:
    added = after(growing(base=1e6, steady=1, connections=connections, most=most), 1.0, 1e6)
    assert added.connections == more


@pytest.mark.parametrize("phase", [Phase.GROWING, Phase.RESTING])
@pytest.mark.parametrize("connections", [8, 9])
def test_nothing_more_is_tried_with_all_connections(phase: Phase, connections: int) -> None:
    scaling = growing(phase=phase, connections=connections)
    assert step(scaling, 10.0, 1000, TRIP) == msgspec.structs.replace(scaling, phase=Phase.DONE)
    assert step(Scaling(most=1), 0.0, 0, TRIP).phase is Phase.DONE


def test_with_all_connections_the_measurement_still_ends() -> None:
    scaling = settling(most=4)
    assert after(scaling, 1.0, 1e6).phase is Phase.MEASURING


def test_what_is_done_stays() -> None:
    done = growing(phase=Phase.DONE, connections=4)
    assert after(done, 99.0, 1.0) is done


def test_the_slow_start_of_new_connections_is_not_measured() -> None:
    measured = after(settling(), 1.0, 1.0)
    assert measured == msgspec.structs.replace(settling(), phase=Phase.MEASURING, since=11.0, count=1001)


@pytest.mark.parametrize(("kept", "least"), [(1, 1.2e6), (2, 0.9e6), (4, 0.9e6)])
def test_what_more_connections_must_bring(kept: int, least: float) -> None:
    stays = after(measuring(kept=kept), 1.0, least)
    assert (stays.phase, stays.connections, stays.kept, stays.base) == (Phase.SETTLING, 8, 4, least)
    back = after(measuring(kept=kept), 1.0, least - 10)
    assert (back.phase, back.connections, back.kept) == (Phase.RESTING, kept, kept)
    assert (back.peak, back.failed_attempts, back.rest_until) == (least - 10, 1, 21.0)


def test_the_best_number_of_all_ends_the_attempts() -> None:
    done = after(measuring(most=4, dropped=True), 1.0, 2e6)
    assert (done.phase, done.connections, done.kept, done.dropped) == (Phase.DONE, 4, 4, False)


@pytest.mark.parametrize(("failed", "pause"), [(0, 10), (1, 20), (3, 80), (6, 640), (7, 640), (20, 640)])
def test_each_failed_attempt_doubles_the_pause(failed: int, pause: float) -> None:
    back = after(measuring(failed_attempts=failed, dropped=True), 1.0, 1.0)
    assert (back.rest_until, back.failed_attempts, back.dropped) == (11.0 + pause, failed + 1, False)


def test_at_rest_the_best_rate_is_kept_in_mind() -> None:
    better = after(resting(), 1.0, 2e6)
    assert (better.phase, better.connections, better.peak) == (Phase.RESTING, 1, 2e6)
    worse = after(resting(), 1.0, 0.7e6)
    assert (worse.phase, worse.connections, worse.peak) == (Phase.RESTING, 1, 1e6)


def test_a_dropping_rate_brings_all_connections_at_once() -> None:
    dropped = after(resting(), 1.0, 0.7e6 - 10)
    assert (dropped.phase, dropped.connections, dropped.base, dropped.dropped) == (Phase.SETTLING, 8, 0.7e6 - 10, True)


@pytest.mark.parametrize(("seconds", "phase"), [(49.9, Phase.RESTING), (50.0, Phase.GROWING), (50.1, Phase.GROWING)])
def test_after_the_pause_it_is_tried_again(seconds: float, phase: Phase) -> None:
    again = after(resting(base=1e6), seconds, 1e6)
    assert (again.phase, again.connections) == (phase, 1)
    assert again.base == (0.0 if phase is Phase.GROWING else 1e6)


@pytest.mark.parametrize(("connections", "kept"), [(3, 3), (1, 1), (0, 1), (-2, 1)])
def test_a_refused_connection_ends_the_attempts(connections: int, kept: int) -> None:
    refused = forbid_more(measuring(), connections)
    assert (refused.most, refused.connections, refused.phase) == (kept, kept, Phase.DONE)


# -- simulated lines ---------------------------------------------------------------------------------------------------


def simulate(rate_of: dict[int, float], seconds: float, round_trip: float = 0.03) -> list[int]:
    """Connections over time on a line that moves so many bytes per second with so many connections."""
    scaling, count, connections = NEW, 0.0, []
    for tick in range(int(seconds / 0.05)):
        count += rate_of[scaling.connections] * 0.05
        scaling = step(scaling, 10 + tick * 0.05, int(count), round_trip)
        connections.append(scaling.connections)
    return connections


def test_connections_are_added_where_each_is_slow() -> None:
    assert simulate({1: 1e6, 4: 4e6, 8: 8e6}, 5)[-1] == 8


def test_connections_are_taken_back_where_the_line_is_full() -> None:
    connections = simulate({1: 6e6, 4: 6e6, 8: 6e6}, 9)
    assert connections[-1] == 1
    assert sum(each > 1 for each in connections) < 30, "of 180 ticks"


@settings(max_examples=200, deadline=None)
@given(
    most=st.integers(1, 16),
    windows=st.lists(
        st.tuples(st.floats(0.01, 20), st.integers(0, 10**8), st.floats(0.0, 1.0), st.integers(0, 12)), max_size=60
    ),
)
def test_there_are_never_more_connections_than_allowed(most: int, windows: list[tuple[float, int, float, int]]) -> None:
    """Whatever the rate does, and whenever another connection is refused."""
    scaling, now, count = Scaling(most=most), 0.0, 0
    for seconds, arrived, trip, refused in windows:
        now, count = now + seconds, count + arrived
        scaling = step(scaling, now, count, trip)
        assert 1 <= scaling.kept <= most
        assert 1 <= scaling.connections <= scaling.most <= most
        if refused == 0:
            scaling = forbid_more(scaling, scaling.connections - 1)
            most = scaling.most
