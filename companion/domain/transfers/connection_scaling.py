"""How many connections a download uses: more while the measured rate grows with them, fewer when it does not."""

from __future__ import annotations

import enum

import msgspec

from companion.domain.core.model import Model

GAIN = 1.2
"""Several connections are kept instead of one only if the rate grows at least by this factor."""
HARMLESS = 0.9
"""Where several connections were better than one, still more are kept unless the rate falls below this factor."""
STEADY = 1.25
"""A lone connection that grows less than this from one window to the next has left its slow start."""
DROP = 0.7
"""A rate below this share of the best one points to packet loss: all connections are tried, for longer."""
REST = 10.0
"""Seconds until the next attempt after a failed one; doubled each time."""


class Phase(enum.StrEnum):
    """What is being found out about the line."""

    GROWING = "growing"
    """The rate of the connections in use still grows."""
    SETTLING = "settling"
    """Connections were added; their slow start is not measured."""
    MEASURING = "measuring"
    """The rate with the added connections is measured."""
    RESTING = "resting"
    """More connections did not help; tried again after a pause, or at once if the rate drops."""
    DONE = "done"
    """The number stays as it is."""


class Scaling(Model, frozen=True):
    """How many `connections` there should be, at most `most`, and what is being found out.

    `since` (seconds) and `count` (bytes) are those at the start of the phase. `base` is the rate to beat, in bytes per
    second, and `kept` the number of connections that reached it. `peak` is the best rate since the last attempt,
    `rest_until` the end of the pause after it, and `dropped` tells that the attempt was made because the rate dropped.
    `steady` counts windows in a row in which the rate no longer grew.
    """

    most: int
    connections: int = 1
    phase: Phase = Phase.GROWING
    since: float | None = None
    count: int = 0
    base: float = 0.0
    kept: int = 1
    failed_attempts: int = 0
    peak: float = 0.0
    rest_until: float = 0.0
    dropped: bool = False
    steady: int = 0


def step(scaling: Scaling, now: float, count: int, round_trip: float) -> Scaling:
    """Returns the next state after `count` bytes have arrived by `now`; `now` and `round_trip` are in seconds."""
    if scaling.connections >= scaling.most and scaling.phase in (Phase.GROWING, Phase.RESTING):
        return msgspec.structs.replace(scaling, phase=Phase.DONE)
    if scaling.phase is Phase.DONE:
        return scaling
    if scaling.since is None:
        return scaling if count == 0 else msgspec.structs.replace(scaling, since=now, count=count)
    passed = now - scaling.since
    if passed < _duration(scaling, round_trip):
        return scaling
    rate = (count - scaling.count) / passed
    fresh = msgspec.structs.replace(scaling, since=now, count=count)
    if scaling.phase is Phase.SETTLING:
        return msgspec.structs.replace(fresh, phase=Phase.MEASURING)
    if scaling.phase is Phase.MEASURING:
        return _weigh(fresh, rate, now)
    if scaling.phase is Phase.RESTING:
        return _rest(fresh, rate, now)
    steady = 0 if rate > scaling.base * STEADY else scaling.steady + 1
    if steady < 2:  # A single slow window may only be the packet loss that ends a slow start.
        return msgspec.structs.replace(fresh, base=max(rate, scaling.base), steady=steady)
    return _add(msgspec.structs.replace(fresh, steady=0), max(rate, scaling.base))


def _duration(scaling: Scaling, round_trip: float) -> float:
    match scaling.phase:
        case Phase.GROWING:
            return max(0.15, 4 * round_trip)
        case Phase.SETTLING:
            return max(0.1, 8 * round_trip) * (4 if scaling.dropped else 1)
        case Phase.MEASURING:
            return max(0.25, 6 * round_trip)
        case _:
            return max(0.4, 6 * round_trip)


def _rest(scaling: Scaling, rate: float, now: float) -> Scaling:
    if rate < scaling.peak * DROP:
        return msgspec.structs.replace(scaling, phase=Phase.SETTLING, connections=scaling.most, base=rate, dropped=True)
    if now >= scaling.rest_until:
        return msgspec.structs.replace(scaling, phase=Phase.GROWING, base=0.0)
    return msgspec.structs.replace(scaling, peak=max(scaling.peak, rate))


def _weigh(scaling: Scaling, rate: float, now: float) -> Scaling:
    scaling = msgspec.structs.replace(scaling, dropped=False)
    if rate < scaling.base * (GAIN if scaling.kept == 1 else HARMLESS):
        pause = REST * 2.0 ** min(scaling.failed_attempts, 6)
        return msgspec.structs.replace(
            scaling,
            phase=Phase.RESTING,
            connections=scaling.kept,
            failed_attempts=scaling.failed_attempts + 1,
            peak=rate,
            rest_until=now + pause,
        )
    if scaling.connections >= scaling.most:
        return msgspec.structs.replace(scaling, phase=Phase.DONE, kept=scaling.connections)
    return _add(msgspec.structs.replace(scaling, kept=scaling.connections), rate)


def _add(scaling: Scaling, base: float) -> Scaling:
    more = min(scaling.most, 4 if scaling.connections == 1 else scaling.connections * 2)
    return msgspec.structs.replace(scaling, phase=Phase.SETTLING, connections=more, base=base)


def forbid_more(scaling: Scaling, connections: int) -> Scaling:
    """Returns the state that stays with `connections`, after the server or the network refused another one."""
    most = max(1, connections)
    return msgspec.structs.replace(scaling, most=most, connections=most, kept=min(scaling.kept, most), phase=Phase.DONE)
