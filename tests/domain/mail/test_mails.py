"""All mails of `tests/mails`: nothing is read wrongly, and hardly anything that stands there is missed."""

import pytest

from tests.mails.score import FRAUD, GENUINE, OTHER, mails, report, score


@pytest.mark.parametrize("path", [*mails(GENUINE, FRAUD, OTHER)], ids=lambda path: path.name)
def test_nothing_is_read_wrongly_and_every_doubt_is_said(path):
    found = score(path)
    assert (found.wrong, found.problems) == (frozenset(), ()), "\n".join(report([found]))


def test_nearly_everything_that_stands_in_the_mails_is_found():
    scores = [*map(score, mails(GENUINE))]
    assert len(scores) >= 40
    right, stands = sum(len(each.right) for each in scores), sum(len(each.expected) for each in scores)
    assert right >= 0.95 * stands, "\n".join(report(scores))
