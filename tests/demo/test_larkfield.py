"""The invented vendor's profile."""

from __future__ import annotations

import hashlib
import re
import zoneinfo
from typing import Any

import pytest

from companion.demo.downloads.artifact import probe_bytes
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode
from companion.domain.core.time.periods import Period
from companion.domain.store.profile import BlockerSeverity, ExitMeaning, Profile, Stage

# Numbers set aside for invented people and firms: by the NANPA, Ofcom, the Bundesnetzagentur and the ACMA.
_INVENTED = re.compile(r"\+1[2-9][0-9]{2}55501[0-9]{2}|\+442079460[0-9]{3}|\+493023125[0-9]{3}|\+6125550[0-9]{4}")


@pytest.fixture
def larkfield(profile_document: bytes) -> Profile:
    return decode(profile_document, Profile, source="the profile")


def test_it_fits_the_document(profile_document: bytes, contract: Any) -> None:
    import json

    assert contract.errors(json.loads(profile_document), {"$ref": "#/components/schemas/Profile"}) == []


def test_it_carries_the_promised_numbers(larkfield: Profile) -> None:
    policies = larkfield.policies
    assert (policies.downloads.window, policies.returns.window) == (Period(days=30), Period(days=30))
    assert policies.returns.letter_of_destruction_for_physical
    credit, renewal = policies.returns.credit_business_days, policies.returns.renewal_credit_business_days
    assert [(days.least, days.most) for days in (credit, renewal)] == [(5, 7), (5, 6)]
    assert (policies.payment.hold_business_days.least, policies.payment.hold_business_days.most) == (1, 2)
    assert policies.shipping.dispatch_business_days.most == 2
    first, priority = policies.shipping.methods
    assert (first.domestic.least, first.domestic.most, first.tracked) == (3, 7, False)
    assert first.international is not None
    assert (first.international.least, first.international.most) == (7, 21)
    assert (priority.domestic.least, priority.domestic.most, priority.tracked) == (2, 4, True)
    assert policies.keys_case_sensitive
    assert policies.renewal_keeps_key
    assert policies.payment.methods_without_auto_renewal == ("Wire transfer",)


def test_support_is_reached_at_invented_numbers_in_real_time_zones(larkfield: Profile) -> None:
    for entry in larkfield.support.entries:
        assert _INVENTED.fullmatch(entry.phone), entry.phone
        assert zoneinfo.ZoneInfo(entry.time_zone)
        assert entry.hours
        assert all(hours.opens < hours.closes for hours in entry.hours)
    makers = {maker for entry in larkfield.support.entries for maker in entry.makers}
    spellings = {maker.name: maker.spellings for maker in larkfield.support.makers}
    assert makers <= spellings.keys()
    assert {"HP", "Hewlett-Packard", "HP Inc."} <= set(spellings["HP"])
    assert any(not entry.makers and not entry.countries and not entry.products for entry in larkfield.support.entries)


@pytest.mark.parametrize("platform", [Platform.WINDOWS, Platform.LINUX, Platform.MACOS])
def test_each_system_has_its_blockers(larkfield: Profile, platform: Platform) -> None:
    rules = [rule for rule in larkfield.blockers if any(match.platform is platform for match in rule.matches)]
    blocking = {rule.id for rule in rules if rule.severity is BlockerSeverity.BLOCKS}
    assert {"outlook", "chrome", "chromium", "edge", "firefox", "opera", "brave", "thunderbird"} <= blocking
    warned = {rule.id for rule in rules if rule.stages == (Stage.DOWNLOAD,)}
    assert {"free-download-manager", "jdownloader", "other-antivirus", "other-firewall"} <= warned
    assert any(requirement.platform is platform for requirement in larkfield.requirements)


def test_no_helper_is_also_a_name_that_blocks(larkfield: Profile) -> None:
    matches = [match for rule in larkfield.blockers for match in rule.matches]
    for match in matches:
        names = {name.lower() for other in matches if other.platform is match.platform for name in other.names}
        assert names.isdisjoint(name.lower() for name in match.helpers)
    edge = next(rule for rule in larkfield.blockers if rule.id == "edge")
    assert edge.startup_boost
    assert any("msedgewebview2.exe" in match.helpers for match in edge.matches)


def test_ids_and_exit_codes_are_there_once(larkfield: Profile) -> None:
    for ids in (
        [rule.id for rule in larkfield.blockers],
        [entry.id for entry in larkfield.support.entries],
        [code.code for code in larkfield.exit_codes],
    ):
        assert len(ids) == len(set(ids))
    meanings = {code.code: code.meaning for code in larkfield.exit_codes}
    assert meanings.keys() >= {0, 2, 3, 20, 1602, 1603, 1618, 1619, 1620, 1625, 1633, 1638, 1641, 3010}
    assert (meanings[2], meanings[20]) == (ExitMeaning.CANCELLED, ExitMeaning.BLOCKED)
    assert (meanings[1641], meanings[3010]) == (ExitMeaning.RESTART, ExitMeaning.RESTART)


def test_the_mail_patterns_find_what_a_confirmation_says(larkfield: Profile) -> None:
    assert larkfield.mail is not None
    assert larkfield.mail.order_password is not None
    text = "Thank you!\nOrder number: LF-4821-0937\nOrder password: C8xH-kfCh-atDT\n"
    number, password = (
        re.search(found, text) for found in (larkfield.mail.order_number, larkfield.mail.order_password)
    )
    assert number is not None
    assert password is not None
    assert (number[1], password[1]) == ("LF-4821-0937", "C8xH-kfCh-atDT")


def test_the_probe_is_what_the_store_serves(larkfield: Profile) -> None:
    assert larkfield.probe is not None
    assert hashlib.sha256(probe_bytes(larkfield.probe.size)).hexdigest() == larkfield.probe.sha256
