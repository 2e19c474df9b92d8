"""A keychain that is asked and does not answer holds up only those who need what it alone knows."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.serialization import encode
from companion.services.store.keychain.backend import SystemKeychain
from companion.services.store.keychain.keychain import Credentials, Kept, Keychain
from tests.kits.keychain import GatedBackend, LockedBackend, RefusedBackend

T = TypeVar("T")
KNOWN, UNKNOWN, ANOTHER = "LF-1 at a.example", "LF-2 at a.example", "LF-3 at a.example"
CREDENTIALS, OTHER = Credentials(order_password=Secret("one")), Credentials(order_password=Secret("two"))
GUARD = 20.0
"""Seconds after which a test that hangs fails; nothing is measured by it."""


@pytest.fixture
def backend() -> Iterator[GatedBackend]:
    made = GatedBackend()
    yield made
    made.gate.set()


@pytest.fixture
def started() -> Iterator[Callable[[Callable[[], T]], concurrent.futures.Future[T]]]:
    """Runs something on a thread of its own."""
    pool = ThreadPoolExecutor(8)
    yield pool.submit
    pool.shutdown(wait=False)


def hang(keychain: Keychain, backend: GatedBackend, started, account: str = UNKNOWN):
    """Lock the keychain and let a thread wait for it."""
    backend.lock()
    reader = started(lambda: keychain.read(account))
    assert backend.asked.wait(GUARD)
    return reader


def test_known_credentials_are_read_while_the_keychain_is_being_asked(backend, started) -> None:
    keychain = Keychain(backend=backend)
    assert keychain.keep(KNOWN, CREDENTIALS) is Kept.KEYCHAIN
    reader = hang(keychain, backend, started)
    assert started(lambda: keychain.read(KNOWN)).result(GUARD) == CREDENTIALS
    assert not reader.done()
    backend.gate.set()
    assert reader.result(GUARD) is None


def test_closing_lets_everybody_go_while_the_keychain_is_being_asked(backend, started) -> None:
    keychain = Keychain(backend=backend)
    reader, second = hang(keychain, backend, started), started(lambda: keychain.holds(ANOTHER))
    started(keychain.close).result(GUARD)
    assert reader.result(GUARD) is None
    assert second.result(GUARD) is None
    assert started(lambda: keychain.read(ANOTHER)).result(GUARD) is None, "it is not asked any more"
    assert backend.calls == [f"get {UNKNOWN}"]
    backend.gate.set()


def test_one_question_that_was_not_answered_in_time_answers_for_all_that_wait(backend, started) -> None:
    backend.entries[UNKNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend, unlock_seconds=0.2)
    reader = hang(keychain, backend, started)
    waiting = [started(lambda: keychain.read(ANOTHER)) for _ in range(5)]
    assert reader.result(GUARD) is None
    assert keychain.trouble == "The keychain was not unlocked in time."
    assert [each.result(GUARD) for each in waiting] == [None] * 5
    assert backend.calls == [f"get {UNKNOWN}"], "the person is asked once, not once for each order"
    backend.gate.set()


def test_once_it_answers_again_it_is_asked_again(backend, started) -> None:
    backend.entries[UNKNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend, unlock_seconds=0.2)
    assert hang(keychain, backend, started).result(GUARD) is None
    backend.gate.set()
    found = None
    while found is None:  # until the answer that came too late has been taken
        found = keychain.read(UNKNOWN)
    assert found == CREDENTIALS


def test_what_was_forgotten_while_it_was_being_read_does_not_come_back(backend, started) -> None:
    backend.entries[UNKNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend)
    reader = hang(keychain, backend, started)
    forgetter = started(lambda: keychain.forget(UNKNOWN))
    backend.gate.set()
    forgetter.result(GUARD)
    reader.result(GUARD)
    assert keychain.read(UNKNOWN) is None
    assert backend.entries == {}


def test_what_was_entered_while_it_was_being_read_counts(backend, started) -> None:
    backend.entries[UNKNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend)
    reader = hang(keychain, backend, started)
    keeper = started(lambda: keychain.keep(UNKNOWN, OTHER))
    backend.gate.set()
    assert keeper.result(GUARD) is Kept.KEYCHAIN
    reader.result(GUARD)
    assert keychain.read(UNKNOWN) == OTHER
    assert backend.entries[UNKNOWN] == encode(OTHER).decode()


def test_the_backend_is_never_asked_two_things_at_once(backend, started) -> None:
    keychain = Keychain(backend=backend)
    jobs = [started(lambda number=number: keychain.keep(f"LF-{number}", CREDENTIALS)) for number in range(6)]
    assert [job.result(GUARD) for job in jobs] == [Kept.KEYCHAIN] * 6
    assert backend.most_at_once == 1


def test_without_an_answer_nothing_is_said_to_be_gone(backend, started) -> None:
    keychain = Keychain(backend=backend, unlock_seconds=0.2)
    keychain.keep(KNOWN, CREDENTIALS)
    backend.lock()
    with pytest.raises(CompanionError) as error:
        keychain.forget(KNOWN)
    assert error.value.code is ErrorCode.KEYCHAIN_KEPT_IT
    backend.gate.set()


def test_after_cancelling_it_is_asked_again_only_on_request() -> None:
    backend = LockedBackend()
    backend.entries[KNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend)
    for number in range(19):
        assert keychain.read(f"LF-{number} at a.example") is None
        assert keychain.trouble == "The keychain is locked."
    assert keychain.keep(ANOTHER, OTHER) is Kept.SESSION
    with pytest.raises(CompanionError):
        keychain.forget(KNOWN)
    assert (backend.prompts, keychain.refused) == (1, True)
    assert keychain.unlock().locked
    assert backend.prompts == 2
    assert keychain.read(UNKNOWN) is None
    assert backend.prompts == 2
    backend.unlocks = True
    assert keychain.unlock().trouble is None
    assert (keychain.refused, keychain.trouble) == (False, None)
    assert keychain.read(KNOWN) == CREDENTIALS
    assert backend.prompts == 3


def test_what_needs_no_unlocking_does_not_make_it_ask_again() -> None:
    backend = LockedBackend()
    keychain = Keychain(backend=backend)
    for _ in range(3):
        assert keychain.read(KNOWN) is None
        assert keychain.holds(KNOWN) is False
        assert keychain.state().locked
    assert backend.prompts == 1


def test_nineteen_readers_at_once_are_one_question(started) -> None:
    backend = LockedBackend()
    backend.lock()
    keychain = Keychain(backend=backend)
    readers = [started(lambda number=number: keychain.read(f"LF-{number}")) for number in range(8)]
    assert backend.asked.wait(GUARD)
    backend.gate.set()
    assert [reader.result(GUARD) for reader in readers] == [None] * 8
    assert backend.prompts == 1


def test_what_was_unlocked_elsewhere_is_read_without_a_question() -> None:
    backend = LockedBackend()
    backend.entries[KNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend)
    assert keychain.read(KNOWN) is None
    backend.locked = False
    assert keychain.read(KNOWN) == CREDENTIALS
    assert (backend.prompts, keychain.refused, keychain.trouble) == (1, False, None)


def test_a_keychain_that_can_only_ask_is_not_used_again_after_it_was_cancelled() -> None:
    backend = RefusedBackend()
    keychain = Keychain(backend=backend)
    assert [keychain.read(f"LF-{number}") for number in range(19)] == [None] * 19
    assert keychain.holds(KNOWN) is None
    assert len(backend.calls) == 1
    assert keychain.unlock().locked
    assert len(backend.calls) == 2


def test_a_question_nobody_answers_is_one_wait_for_all(backend, started) -> None:
    keychain = Keychain(backend=backend, unlock_seconds=0.2)
    hang(keychain, backend, started).result(GUARD)
    for number in range(19):
        assert keychain.read(f"LF-{number}") is None
        assert keychain.trouble == "The keychain was not unlocked in time."
    assert len(backend.calls) == 1
    backend.gate.set()


def test_the_person_can_be_asked_anew_while_the_first_question_still_hangs(started) -> None:
    backend = LockedBackend(unlocks=True)
    backend.entries[KNOWN] = encode(CREDENTIALS).decode()
    keychain = Keychain(backend=backend, unlock_seconds=0.2)
    assert hang(keychain, backend, started).result(GUARD) is None
    first = backend.gate
    backend.gate = type(first)()
    backend.gate.set()
    assert keychain.unlock().trouble is None
    assert keychain.read(KNOWN) == CREDENTIALS
    first.set()


def test_looking_at_the_state_asks_nobody() -> None:
    backend = LockedBackend()
    keychain = Keychain(backend=backend)
    assert keychain.state().locked
    assert keychain.holds(KNOWN) is False
    assert backend.prompts == 0


def test_a_read_that_works_clears_the_trouble() -> None:
    backend = LockedBackend()
    keychain = Keychain(backend=backend)
    keychain.read(KNOWN)
    assert keychain.trouble
    backend.locked = False
    assert keychain.read(KNOWN) is None
    assert keychain.trouble is None, "it is not there, which is another thing than locked"


def test_none_is_looked_for_again_and_not_too_often(no_keychain) -> None:
    looks: list[float] = []
    times = iter((100.0, 100.1, 102.9, 103.0, 103.1, 106.0))

    class Counted(SystemKeychain):
        def _look(self) -> None:
            assert self._looked_at is not None
            looks.append(self._looked_at)
            super()._look()

    system = Counted(lambda: next(times))
    for _ in range(6):
        assert system.find() is None
    assert looks == [100.0, 103.0, 106.0]
