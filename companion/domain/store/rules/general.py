"""The rules for installers of any maker, which hold without a store; no store sends them."""

from __future__ import annotations

from companion.domain.core.model import Model
from companion.domain.store.profile import BlockerRule, ExitCode, SystemRequirement


class GeneralRules(Model, frozen=True):
    """What may block an installer of any maker; fields are named and read as those of a profile."""

    id: str
    blockers: tuple[BlockerRule, ...] = ()
    requirements: tuple[SystemRequirement, ...] = ()
    exit_codes: tuple[ExitCode, ...] = ()
