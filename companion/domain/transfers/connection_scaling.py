"""Whether another connection helps: add some while the measured rate grows by it, take them back when it does not."""

from __future__ import annotations

import enum

import msgspec

from companion.domain.core.model import Model

GAIN = 1.2
"""The rate must grow at least by this factor for more connections than one to stay."""
HARMLESS = 0.9
"""Where several connections have proved better than one, more of them stay unless they bring less than this."""
STEADY = 1.25
"""A lone connection that grows less than this from one window to the next has left its slow start."""
SAG = 0.7
"""A rate below this share of the best one shows a line that loses packets: all connections are tried, for longer."""
REST = 10.0
"""Seconds until the next attempt after a vain one; doubled each time."""


class Phase(enum.StrEnum):
    GROWING = "growing"
    SETTLING = "settling"
    MEASURING = "measuring"
    RESTING = "resting"
    DONE = "done"


class Climb(Model, frozen=True):
    """How many connections there should be (`lanes`, at most `most`), and what is being found out.

    `since` and `count` are time and bytes at the start of the running phase; `base` is the rate to beat and `kept` the
    number of connections that reached it; `peak` is the best rate since, `rest_until` ends a pause in the attempts.
    """

    most: int
    lanes: int = 1
    phase: Phase = Phase.GROWING
    since: float | None = None
    count: int = 0
    base: float = 0.0
    kept: int = 1
    vain: int = 0
    peak: float = 0.0
    rest_until: float = 0.0
    sagged: bool = False
    steady: int = 0


def step(climb: Climb, now: float, count: int, round_trip: float) -> Climb:
    """The next state, `count` bytes having arrived by `now`; `round_trip` is in seconds."""
    if climb.lanes >= climb.most and climb.phase in (Phase.GROWING, Phase.RESTING):
        return msgspec.structs.replace(climb, phase=Phase.DONE)
    if climb.phase is Phase.DONE:
        return climb
    if climb.since is None:
        return climb if count == 0 else msgspec.structs.replace(climb, since=now, count=count)
    passed = now - climb.since
    if passed < _duration(climb, round_trip):
        return climb
    rate = (count - climb.count) / passed
    fresh = msgspec.structs.replace(climb, since=now, count=count)
    if climb.phase is Phase.SETTLING:
        return msgspec.structs.replace(fresh, phase=Phase.MEASURING)
    if climb.phase is Phase.MEASURING:
        return _weigh(fresh, rate, now)
    if climb.phase is Phase.RESTING:
        return _rest(fresh, rate, now)
    steady = 0 if rate > climb.base * STEADY else climb.steady + 1
    if steady < 2:  # One slow window may be the stumble that ends a slow start.
        return msgspec.structs.replace(fresh, base=max(rate, climb.base), steady=steady)
    return _add(msgspec.structs.replace(fresh, steady=0), max(rate, climb.base))


def _duration(climb: Climb, round_trip: float) -> float:
    match climb.phase:
        case Phase.GROWING:
            return max(0.15, 4 * round_trip)
        case Phase.SETTLING:
            return max(0.1, 8 * round_trip) * (4 if climb.sagged else 1)
        case Phase.MEASURING:
            return max(0.25, 6 * round_trip)
        case _:
            return max(0.4, 6 * round_trip)


def _rest(climb: Climb, rate: float, now: float) -> Climb:
    if rate < climb.peak * SAG:
        return msgspec.structs.replace(climb, phase=Phase.SETTLING, lanes=climb.most, base=rate, sagged=True)
    if now >= climb.rest_until:
        return msgspec.structs.replace(climb, phase=Phase.GROWING, base=0.0)
    return msgspec.structs.replace(climb, peak=max(climb.peak, rate))


def _weigh(climb: Climb, rate: float, now: float) -> Climb:
    climb = msgspec.structs.replace(climb, sagged=False)
    if rate < climb.base * (GAIN if climb.kept == 1 else HARMLESS):
        pause = REST * 2.0 ** min(climb.vain, 6)
        return msgspec.structs.replace(
            climb, phase=Phase.RESTING, lanes=climb.kept, vain=climb.vain + 1, peak=rate, rest_until=now + pause
        )
    if climb.lanes >= climb.most:
        return msgspec.structs.replace(climb, phase=Phase.DONE, kept=climb.lanes)
    return _add(msgspec.structs.replace(climb, kept=climb.lanes), rate)


def _add(climb: Climb, base: float) -> Climb:
    more = min(climb.most, 4 if climb.lanes == 1 else climb.lanes * 2)
    return msgspec.structs.replace(climb, phase=Phase.SETTLING, lanes=more, base=base)


def forbid_more(climb: Climb, lanes: int) -> Climb:
    """Somebody refused another connection: stay with `lanes`."""
    return msgspec.structs.replace(climb, most=max(1, lanes), lanes=max(1, lanes), phase=Phase.DONE)
