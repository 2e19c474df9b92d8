"""The rules for installers of any maker, which ship with the program."""

from __future__ import annotations

from companion.domain.core.serialization import decode
from companion.domain.store.general_rules import GeneralRules
from companion.services.app.resources import resource


def general_rules() -> GeneralRules:
    """Returns what may block an installer of any maker."""
    path = resource("profiles/general.json")
    return decode(path.read_bytes(), GeneralRules, source=path.name)
