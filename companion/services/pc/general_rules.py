"""The rules for installers of any maker, which ship with the program."""

from __future__ import annotations

import functools

from companion.domain.core.serialization import decode
from companion.domain.store.profile import Profile
from companion.domain.store.rules.general import GeneralRules
from companion.domain.store.rules.merged import with_general_rules
from companion.services.app.resources import resource


@functools.cache
def general_rules() -> GeneralRules:
    """Returns what may block an installer of any maker."""
    path = resource("profiles/general.json")
    return decode(path.read_bytes(), GeneralRules, source=path.name)


def with_rules_of_any_maker(profile: Profile) -> Profile:
    """Returns a store's profile with the rules for programs that the store says nothing about."""
    return with_general_rules(profile, general_rules())
