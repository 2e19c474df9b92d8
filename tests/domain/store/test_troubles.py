"""The troubles of several stores, told together."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.store.troubles import StoreTroubles, told_troubles

_MARSH, _HILL = "https://marsh.example", "https://hill.example"


def _silent(host: str, attempts: int = 0) -> CompanionError:
    made = CompanionError(
        ErrorCode.STORE_UNREACHABLE, "The store cannot be reached", f"No answer came from {host}.", "Try again.",
        kind=ErrorKind.UNREACHABLE, retryable=True,
    )  # fmt: skip
    made.attempts = attempts
    return made


def _refusal() -> CompanionError:
    return CompanionError(ErrorCode.CREDENTIALS_WRONG, "They do not match", "Number and password.", "Compare them.")


def test_one_store_is_told_as_it_is() -> None:
    silent = _silent("marsh.example", attempts=3)
    (told,) = told_troubles([StoreTroubles(_MARSH, "Marsh", (silent,))])
    assert (told.key, told.stores) == ("store-unreachable", (_MARSH,))
    assert (told.error.title, told.error.message, told.error.hint) == (silent.title, silent.message, silent.hint)
    assert (told.error.kind, told.error.retryable, told.error.attempts) == (ErrorKind.UNREACHABLE, True, 3)


def test_two_silent_stores_are_one_notice_with_both_names() -> None:
    marsh = StoreTroubles(_MARSH, "Marsh", (_silent("marsh.example", 2),))
    hill = StoreTroubles(_HILL, "Hill", (_silent("hill.example", 4),))
    (told,) = told_troubles([marsh, hill])
    assert (told.key, told.stores) == ("store-unreachable", (_MARSH, _HILL))
    assert told.error.message == (
        "Marsh: No answer came from marsh.example.\nHill: No answer came from hill.example."
    )  # fmt: skip
    assert told.error.attempts == 0, "whom to call is a question to one store"
    (told,) = told_troubles([marsh, hill._replace(errors=())])
    assert told.error.message.startswith("Marsh: ")
    assert told.stores == (_MARSH,)


def test_what_one_store_refuses_bears_its_name() -> None:
    told = told_troubles([StoreTroubles(_MARSH, "Marsh", (_refusal(),)), StoreTroubles(_HILL, "Hill", (_refusal(),))])
    assert [each.error.title for each in told] == ["They do not match: Marsh", "They do not match: Hill"]
    assert [each.key for each in told] == [f"credentials-wrong {_MARSH}", f"credentials-wrong {_HILL}"]


def test_stores_of_one_name_are_told_apart_by_their_addresses() -> None:
    told = told_troubles([StoreTroubles(_MARSH, "Shop", (_refusal(),)), StoreTroubles(_HILL, "Shop", (_refusal(),))])
    assert [each.error.title for each in told] == [
        "They do not match: Shop, marsh.example",
        "They do not match: Shop, hill.example",
    ]


def test_no_two_notices_have_one_key_or_one_title() -> None:
    offline = CompanionError(
        ErrorCode.STORE_UNREACHABLE, "This PC is not on the internet", "No way.", "Connect.", kind=ErrorKind.UNREACHABLE
    )  # fmt: skip
    marsh = StoreTroubles(_MARSH, "Marsh", (_silent("marsh.example"), _refusal()))
    hill = StoreTroubles(_HILL, "Hill", (offline, _refusal(), _refusal()))
    told = told_troubles([marsh, hill])
    assert len(told) == 4
    assert len({each.key for each in told}) == 4
    assert len({each.error.title for each in told}) == 4
    assert told_troubles([]) == ()
