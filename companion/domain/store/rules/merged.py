"""A store's profile with the rules for installers of any maker under it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from companion.domain.core.platform import Platform
from companion.domain.store.profile import BlockerRule, ProcessMatch, Profile
from companion.domain.store.rules.general import GeneralRules

_PREFIX = "general-"


def with_general_rules(profile: Profile, general: GeneralRules) -> Profile:
    """Returns `profile` with the rules of `general` for programs that it says nothing about.

    The store's rule of a program is the only one of it on each system that it names; on others the general one holds.
    """
    own = profile.blockers
    taken = {rule.id for rule in own}
    added = []
    for rule in general.blockers:
        matches = tuple(match for match in rule.matches if not any(_says(each, rule, match) for each in own))
        if matches:
            # Rules are told apart by their ids: the store's own keeps it.
            identity = _free(rule.id, taken)
            taken.add(identity)
            added.append(msgspec.structs.replace(rule, id=identity, matches=matches))
    return msgspec.structs.replace(profile, blockers=(*own, *added)) if added else profile


def _says(own: BlockerRule, rule: BlockerRule, match: ProcessMatch) -> bool:
    """Returns whether the store's rule `own` is about the program of `match`, on that system."""
    of_system = [mine for mine in own.matches if _meets(mine.platform, match.platform)]
    if own.id == rule.id:
        return bool(of_system)
    return any(_is_same_program(mine, match) for mine in of_system)


def _is_same_program(mine: ProcessMatch, match: ProcessMatch) -> bool:
    """Returns whether one name is in both, and the store narrows it by nothing that the general rule does not have.

    A rule for one program that an interpreter runs says nothing about the others that it runs.
    """
    if not _folded(mine.names) & _folded(match.names):
        return False
    return all(
        not narrow or _folded(narrow) == _folded(other)
        for narrow, other in (
            (mine.path_contains, match.path_contains),
            (mine.publishers, match.publishers),
            (mine.arguments, match.arguments),
        )
    )


def _meets(one: Platform, other: Platform) -> bool:
    return one is other or Platform.ANY in (one, other)


def _folded(texts: Iterable[str]) -> set[str]:
    return {text.casefold() for text in texts}


def _free(identity: str, taken: set[str]) -> str:
    while identity in taken:
        identity = _PREFIX + identity
    return identity
