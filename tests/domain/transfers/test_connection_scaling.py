"""How many connections a download uses: decided step by step, and seen on simulated lines."""

from __future__ import annotations

from companion.domain.transfers.connection_scaling import Phase, Scaling, step


def simulate(rate_of: dict[int, float], seconds: float, round_trip: float = 0.03) -> list[int]:
    """Connections over time on a line that gives so many bytes per second with so many connections."""
    scaling, count, connections = Scaling(most=8), 0.0, []
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
    assert sum(each > 1 for each in connections) * 0.05 < 1.5


def test_a_sagging_rate_brings_more_connections() -> None:
    scaling = Scaling(most=8, phase=Phase.RESTING, since=0.0, peak=9e6, rest_until=99)
    assert step(scaling, 1.0, int(2e6), 0.03).connections == 8
    assert step(scaling, 1.0, int(9e6), 0.03).connections == 1
