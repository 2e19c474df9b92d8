import pytest

from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.lead_options import CHOOSABLE, choices, lead_words, with_leads
from companion.domain.reminders.settings import ReminderSettings


@pytest.mark.parametrize(
    ("leads", "words"),
    [
        ((), "never"),
        (("P0D",), "on the day"),
        (("P1D",), "1 day before"),
        (("P7D", "P30D"), "30 and 7 days before"),
        (("P3D", "P1D", "P0D"), "3 and 1 days before and on the day"),
        (("P1M", "P7D"), "1 month and 7 days before"),
    ],
)
def test_leads_in_words(build, leads, words):
    assert lead_words(build.periods(*leads)) == words


@pytest.mark.parametrize("kind", CHOOSABLE)
def test_every_choice_can_be_made_and_is_then_in_force(build, kind):
    defaults, before = build.profile().policies.reminders, ReminderSettings()
    found, position = choices(kind, before, defaults)
    assert position == 0
    assert found[0].words.endswith("(suggested)")
    assert len({choice.words for choice in found}) == len(found)
    for index, choice in enumerate(found):
        assert choices(kind, with_leads(before, kind, choice.leads), defaults)[1] == index


def test_leads_of_another_making_are_shown_as_they_are(build):
    wanted = with_leads(ReminderSettings(), ReminderKind.EXPIRY, build.periods("P5D"))
    found, position = choices(ReminderKind.EXPIRY, wanted, build.profile().policies.reminders)
    assert found[position].words == "5 days before"


def test_without_a_store_the_suggestion_has_no_numbers():
    found, position = choices(ReminderKind.RENEWAL, ReminderSettings(), None)
    assert (found[0].words, position) == ("As the store suggests", 0)
