"""The words of the JSON output: scripts rely on them, so they stay as they are."""

import pytest

from companion.domain.billing.auto_renewal import AutoRenew, Refusal
from companion.domain.billing.charges import About, WhyTwo
from companion.domain.billing.returns import NotEligible, OtherWay


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (AutoRenew, ["on", "off", "notOffered"]),
        (Refusal, ["ended", "refunded"]),
        (About, ["order", "shipment", "renewal"]),
        (WhyTwo, ["holdAndCharge", "holdOnly", "onePerParcel", "purchaseAndRenewal", "chargedTwice"]),
        (NotEligible, ["tooLate", "alreadyRefunded", "alreadyAsked", "storeSaysNo"]),
        (
            OtherWay,
            ["returnTheRenewal", "switchOffAutoRenewal", "keepUsing", "followTheReturn", "askSupport"],
        ),
    ],
)
def test_the_words_are_stable(words, values):
    assert [word.value for word in words] == values
