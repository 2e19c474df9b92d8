"""A store's rules with those for installers of any maker under them."""

from __future__ import annotations

import msgspec

from companion.domain.core.platform import Platform
from companion.domain.pc.process_matching import running
from companion.domain.store.profile import ProcessMatch, Stage
from companion.domain.store.rules.general import GeneralRules
from companion.domain.store.rules.merged import with_general_rules
from companion.services.pc.general_rules import general_rules
from tests.kits.pc import WHO, process, rule


def merged(build, own, general):
    profile = with_general_rules(
        build.profile(blockers=tuple(own)), GeneralRules(id="general", blockers=tuple(general))
    )
    return [(each.id, each.name, [name for match in each.matches for name in match.names]) for each in profile.blockers]


def test_the_stores_rule_of_a_program_wins_and_the_others_come_after_it(build):
    own = [rule("mail", "The store's Outlook", "outlook.exe")]
    general = [rule("outlook", "Outlook", "OUTLOOK.EXE", "olk.exe"), rule("word", "Word", "WINWORD.EXE")]
    assert merged(build, own, general) == [
        ("mail", "The store's Outlook", ["outlook.exe"]),
        ("word", "Word", ["WINWORD.EXE"]),
    ]


def test_the_same_id_is_the_same_program_by_whatever_name(build):
    own = [rule("outlook", "New Outlook", "olk.exe")]
    assert merged(build, own, [rule("outlook", "Outlook", "OUTLOOK.EXE")]) == [("outlook", "New Outlook", ["olk.exe"])]


def test_on_systems_that_the_store_does_not_name_the_general_rule_holds(build):
    own = [rule("outlook", "Outlook", "OUTLOOK.EXE")]
    general = rule("outlook", "Any Outlook", "OUTLOOK.EXE")
    linux = ProcessMatch(platform=Platform.LINUX, names=("prospect-mail",))
    both = msgspec.structs.replace(general, matches=(*general.matches, linux))
    assert merged(build, own, [both]) == [
        ("outlook", "Outlook", ["OUTLOOK.EXE"]),
        ("general-outlook", "Any Outlook", ["prospect-mail"]),
    ]


def test_a_rule_for_every_system_leaves_nothing_to_the_general_one(build):
    own = [rule("mail", "Mail", "OUTLOOK.EXE", platform=Platform.ANY)]
    assert len(merged(build, own, [rule("outlook", "Outlook", "OUTLOOK.EXE")])) == 1


def test_a_narrow_rule_says_nothing_about_what_else_bears_the_name(build):
    own = [rule("java", "Java Mailer", "javaw.exe", arguments=("mailer.jar",))]
    assert [name for _, name, _ in merged(build, own, [rule("any", "Any Java", "javaw.exe")])] == [
        "Java Mailer",
        "Any Java",
    ]
    same = rule("installer", "Another installation", "javaw.exe", arguments=("MAILER.jar",))
    assert [name for _, name, _ in merged(build, own, [same])] == ["Java Mailer"]


def test_every_id_is_there_once_and_each_process_has_one_row(build):
    own = [rule("outlook", "Outlook", "OUTLOOK.EXE"), rule("general-word", "Odd", "odd.exe")]
    profile = with_general_rules(build.profile(blockers=tuple(own)), general_rules())
    identities = [each.id for each in profile.blockers]
    assert len(identities) == len(set(identities))
    assert with_general_rules(profile, general_rules()) == profile
    seen = [process(7, "OUTLOOK.EXE"), process(8, "WINWORD.EXE")]
    found = running(seen, profile.blockers, Stage.INSTALL, Platform.WINDOWS, WHO)
    assert [[each.pid for each in program.processes] for program in found] == [[7], [8]]


def test_without_general_rules_the_profile_is_the_same(build):
    profile = build.profile(blockers=(rule("outlook", "Outlook", "OUTLOOK.EXE"),))
    assert with_general_rules(profile, GeneralRules(id="general")) is profile
