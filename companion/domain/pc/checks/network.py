"""Checks of what secure connections and downloads depend on: the clock, and metered connections."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.platform import Platform
from companion.domain.core.text import size_in_words
from companion.domain.core.time.clock import wrong_clock
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity

# A certificate that was issued or renewed on the day is refused by a clock that is a day off.
_CLOCK_BREAKS = dt.timedelta(days=1)


def clock_finding(offset: float, platform: Platform) -> Finding:
    """Returns whether this PC's clock is right; `offset` is how many seconds it is ahead of the store's."""
    difference = dt.timedelta(seconds=offset)
    wrong = wrong_clock(difference)
    if wrong is None:
        return Finding(
            id="clock",
            severity=Severity.FINE,
            title="The clock is right",
            explanation="It agrees with the store's clock.",
        )
    direction = "ahead" if wrong.ahead else "behind"
    return Finding(
        id="clock",
        severity=Severity.BLOCKS if abs(difference) > _CLOCK_BREAKS else Severity.WARNS,
        title="This PC's clock is wrong",
        explanation=f"It is {wrong.amount} {direction}. Secure connections and licences depend on the right time.",
        remedies=(
            Remedy(
                kind=RemedyKind.OPEN_SETTINGS,
                title="Set the clock",
                explanation="Let the PC set its time automatically.",
                target="ms-settings:dateandtime" if platform is Platform.WINDOWS else None,
            ),
        ),
    )


def metered_finding(metered: bool, requirements: Requirements) -> Finding:
    """Returns whether the connection is marked as metered."""
    if not metered:
        return Finding(
            id="metered",
            severity=Severity.FINE,
            title="The connection is not metered",
            explanation="This network is not marked as a metered connection.",
        )
    return Finding(
        id="metered",
        severity=Severity.WARNS,
        title="Metered connection",
        explanation="Downloading over this network may cost money: it is marked as metered, and "
        f"{size_in_words(requirements.missing)} are still to be downloaded.",
        remedies=(
            Remedy(
                kind=RemedyKind.BY_HAND,
                title="Use another connection",
                explanation="Wi-Fi at home is usually not metered. What has been downloaded is kept.",
            ),
        ),
    )
