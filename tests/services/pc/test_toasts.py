"""Notices of Windows with buttons: what comes back counts only for what is shown, and once."""

from __future__ import annotations

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.reminders.notices.links import code_of
from companion.services.pc.notice_codes import NoticeCodes
from companion.services.pc.toasts import Toasts, tag_of
from tests.kits.toast_desk import ToastDesk

BUTTONS = (("default", "Open"), ("open", "Show"), ("tomorrow", "Tomorrow"))


@pytest.fixture
def desk() -> ToastDesk:
    return ToastDesk()


@pytest.fixture
def toasts(desk: ToastDesk) -> Toasts:
    return Toasts(desk)


def press(toasts: Toasts, link: str) -> tuple[str, str] | None:
    return toasts.pressed(code_of(link) or "")


def test_a_button_comes_back_as_its_action(toasts: Toasts, desk: ToastDesk) -> None:
    toasts.show("renewal", "Renewal", "On Monday.", BUTTONS, stays=True)
    link = desk.link("Tomorrow")
    assert press(toasts, link) == ("renewal", "tomorrow")
    assert press(toasts, link) is None, "an answer counts once"


def test_pressing_the_notice_itself_opens_it(toasts: Toasts, desk: ToastDesk) -> None:
    toasts.show("renewal", "Renewal", "On Monday.", BUTTONS, stays=False)
    assert press(toasts, desk.link()) == ("renewal", "default")


def test_a_guess_and_another_notices_code_count_for_nothing(toasts: Toasts, desk: ToastDesk) -> None:
    toasts.show("renewal", "Renewal", "On Monday.", BUTTONS, stays=False)
    for code in ("", "default", "tomorrow", "renewal", "A" * 22):
        assert toasts.pressed(code) is None
    assert press(Toasts(desk), desk.link("Show")) is None


def test_a_later_notice_takes_the_place_and_the_codes_of_the_one_before(toasts: Toasts, desk: ToastDesk) -> None:
    toasts.show("renewal", "Renewal", "In a week.", BUTTONS, stays=False)
    old = desk.link("Show")
    toasts.show("renewal", "Renewal", "On Monday.", BUTTONS, stays=False)
    assert list(desk.shown) == [tag_of("renewal")]
    assert press(toasts, old) is None
    assert press(toasts, desk.link("Show")) == ("renewal", "open")


@pytest.mark.parametrize("end", ["withdraw", "close"])
def test_what_is_taken_away_cannot_be_pressed(toasts: Toasts, desk: ToastDesk, end: str) -> None:
    toasts.show("renewal", "Renewal", "On Monday.", BUTTONS, stays=False)
    link = desk.link("Show")
    if end == "withdraw":
        toasts.withdraw("another")
        toasts.withdraw("renewal")
    else:
        toasts.close()
    assert desk.shown == {}
    assert press(toasts, link) is None


def test_where_windows_shows_none_that_is_said_and_nothing_is_believed() -> None:
    toasts = Toasts(ToastDesk(refuses=True))
    with pytest.raises(CompanionError) as caught:
        toasts.show("renewal", "Renewal", "On Monday.", BUTTONS, stays=False)
    assert caught.value.code == ErrorCode.NO_NOTIFICATIONS
    toasts.withdraw("renewal")
    toasts.close()


def test_codes_are_all_different_and_of_one_form() -> None:
    given = NoticeCodes().give("x", [str(number) for number in range(100)])
    assert len(set(given.values())) == 100
    assert all(code_of(f"companion:{code}") == code for code in given.values())
