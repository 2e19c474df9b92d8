"""The patterns of a profile: one that cannot be used is left out and named."""

from __future__ import annotations

import msgspec

from companion.domain.core.model import Unread
from companion.domain.core.untrusted.safe_pattern import compile_pattern
from companion.domain.store.profile import Profile


def pattern_faults(profile: Profile) -> dict[str, str]:
    """Returns what is wrong with the patterns of a profile, by the field it stands in (``mail.orderNumber``)."""
    if profile.mail is None:
        return {}
    patterns = {"mail.orderNumber": profile.mail.order_number, "mail.orderPassword": profile.mail.order_password}
    return {field: fault for field, pattern in patterns.items() if pattern is not None and (fault := _fault(pattern))}


def without_faulty_patterns(profile: Profile) -> Profile:
    """Returns the profile without patterns that cannot be used; `Profile.unread` names them."""
    faults = pattern_faults(profile)
    if not faults:
        return profile
    named = tuple(Unread(field=field, text=fault) for field, fault in faults.items())
    return msgspec.structs.replace(profile, mail=None, unread=(*profile.unread, *named))


def _fault(pattern: str) -> str | None:
    try:
        compile_pattern(pattern)
    except ValueError as error:
        return str(error)
    return None
