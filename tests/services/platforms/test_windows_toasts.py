"""Whether Windows shows notices of this program, by what its runtime answers."""

from __future__ import annotations

import pytest

from companion.services.platforms.windows.toasts import switched_off

ENABLED, DISABLED_FOR_APPLICATION, DISABLED_BY_POLICY = 0, 1, 3


class Notifier:
    """What Windows' runtime gives for a program."""

    def __init__(self, answer: int | OSError) -> None:
        self._answer = answer

    @property
    def setting(self) -> int:
        if isinstance(self._answer, OSError):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "off"),
    [
        (ENABLED, False),
        (DISABLED_FOR_APPLICATION, True),
        (DISABLED_BY_POLICY, True),
        # Until the first notice is shown: taken for a refusal, there would never be a first one.
        (OSError(0, "Element not found", None, -2147023728), False),
    ],
)
def test_only_what_was_switched_off_is_off(answer: int | OSError, off: bool) -> None:
    assert switched_off(Notifier(answer)) is off
