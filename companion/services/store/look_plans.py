"""The plans of looks at stores, in the library."""

from __future__ import annotations

import logging

from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode, encode
from companion.domain.store.look_plan import LookPlan
from companion.services.storage.database import Library

_log = logging.getLogger(__name__)


def look_setting(store: str) -> str:
    """Returns the name of the setting that holds the plan of a store."""
    return f"look {store}"


def read_plan(text: str | None) -> LookPlan:
    """Returns the plan out of its setting; one that cannot be read is none."""
    if text is None:
        return LookPlan()
    try:
        return decode(text.encode(), LookPlan, source="the library")
    except CompanionError:
        return LookPlan()


def plan_of(library: Library, store: str) -> LookPlan:
    """Returns how a store was looked at last."""
    return read_plan(library.setting(look_setting(store)))


def remember_plan(library: Library, store: str, plan: LookPlan) -> None:
    """Write a plan down; a disk that takes nothing only makes the next look come earlier."""
    try:
        library.remember_setting(look_setting(store), encode(plan).decode())
    except CompanionError as error:
        _log.info("the plan of looks could not be written: %s", error.code)
