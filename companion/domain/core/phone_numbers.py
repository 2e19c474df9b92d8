"""Telephone numbers in groups that can be read aloud.

Groups inside a country differ from place to place. A store can send the number as it is written there; without that
only the country's code is set apart, which needs no list of every country's rules.
"""

from __future__ import annotations

import re

# Country codes of one and two digits (ITU-T E.164, list of assigned codes); all others have three.
_ONE_DIGIT = ("1", "7")
_TWO_DIGITS = (
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49"),
    *("51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66"),
    *("81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
)


def format_phone(phone: str, written: str | None = None) -> str:
    """Returns an E.164 number as it is shown to people; a text that is no such number is returned as it is.

    `written` is how the owner of the number writes it. It is shown if it consists of this number's own digits, with or
    without the country code, so that what is read is what is dialled.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", phone):
        return phone
    if written is not None and _is_same_number(written, phone):
        return " ".join(written.split())
    code = _country_code(phone)
    return " ".join((f"+{code}", *_groups(phone[1 + len(code) :])))


def _is_same_number(written: str, phone: str) -> bool:
    if not re.fullmatch(r"\+?[0-9 ()./\u00a0\u2010-\u2013-]{1,40}", written):
        return False
    digits = re.sub(r"\D", "", written)
    if "+" in written:
        return digits == phone[1:]
    # Within a country a number begins with the trunk prefix 0 in place of the country's code (ITU-T E.123).
    national = phone[1 + len(_country_code(phone)) :]
    return digits in (national, f"0{national}")


def _country_code(phone: str) -> str:
    digits = phone[1:]
    if digits.startswith(_ONE_DIGIT):
        return digits[:1]
    return digits[:2] if digits.startswith(_TWO_DIGITS) else digits[:3]


def _groups(digits: str) -> list[str]:
    """Groups of three digits; what is left over joins the last one rather than standing alone."""
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups
