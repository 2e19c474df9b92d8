"""The keychain service against a real Secret Service, and on a machine that has none."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.services.store.keychain import MOST_CHARACTERS, Credentials, Kept, Keychain

ACCOUNT = "LF-1 at store.example"
BY_PASSWORD = Credentials(order_password=Secret("Pass-wörd-✓"))
BY_CARD = Credentials(email="a@b.example", card_last_digits=Secret("40417"))


@pytest.fixture
def real(secret_service: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process lives in a session with a keyring."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, secret_service[name])
    yield
    with warnings.catch_warnings():
        # keyring leaves its connection to the bus unclosed when the keychain is locked.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("credentials", [BY_PASSWORD, BY_CARD])
def test_what_is_kept_is_given_back_to_another_process_and_forgotten(credentials: Credentials) -> None:
    keychain = Keychain()
    assert keychain.holds(ACCOUNT) is False
    assert keychain.keep(ACCOUNT, credentials) is Kept.KEYCHAIN
    assert keychain.place
    assert keychain.trouble is None
    another = Keychain()
    assert another.read(ACCOUNT) == credentials
    assert another.holds(ACCOUNT) is True
    assert another.read("LF-2 at store.example") is None
    another.forget(ACCOUNT)
    assert Keychain().read(ACCOUNT) is None
    assert keychain.holds(ACCOUNT) is False, "asked for the truth, not for what this process remembers"
    another.forget(ACCOUNT)


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
def test_keeping_again_replaces() -> None:
    keychain = Keychain()
    keychain.keep(ACCOUNT, BY_PASSWORD)
    keychain.keep(ACCOUNT, BY_CARD)
    assert Keychain().read(ACCOUNT) == BY_CARD


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
# The same may be found out while the test still runs.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_locked_keychain(lock_keyring: Callable[[], None]) -> None:
    Keychain().keep(ACCOUNT, BY_PASSWORD)
    lock_keyring()
    keychain = Keychain()
    assert keychain.read(ACCOUNT) is None
    assert keychain.trouble == "The keychain is locked."
    assert keychain.holds(ACCOUNT) is None
    assert keychain.keep(ACCOUNT, BY_CARD) is Kept.SESSION
    assert keychain.read(ACCOUNT) == BY_CARD, "for this session it is known"
    with pytest.raises(CompanionError) as error:
        keychain.forget(ACCOUNT)
    assert error.value.code == ErrorCode.KEYCHAIN_KEPT_IT
    assert keychain.read(ACCOUNT) is None, "this process has forgotten it at least"


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
def test_a_keychain_that_never_answers_does_not_hold_anybody_up(keyring_process: subprocess.Popen[bytes]) -> None:
    keychain = Keychain(unlock_seconds=0.5)
    assert keychain.keep(ACCOUNT, BY_PASSWORD) is Kept.KEYCHAIN
    os.kill(keyring_process.pid, signal.SIGSTOP)
    try:
        fresh = Keychain(unlock_seconds=0.5)
        assert fresh.read(ACCOUNT) is None
        assert fresh.trouble == "The keychain was not unlocked in time."
    finally:
        os.kill(keyring_process.pid, signal.SIGCONT)
    assert Keychain().read(ACCOUNT) == BY_PASSWORD


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
def test_an_entry_somebody_else_spoilt_is_said(secret_service: dict[str, str]) -> None:
    keychain = Keychain()
    keychain.keep(ACCOUNT, BY_PASSWORD)
    program = (
        "import secretstorage\n"
        "bus = secretstorage.dbus_init()\n"
        "(item,) = secretstorage.get_default_collection(bus).search_items({'service': 'Companion'})\n"
        "item.set_secret(b'nonsense')\n"
        "bus.close()"
    )
    subprocess.run([sys.executable, "-c", program], env=secret_service, check=True, timeout=30)
    fresh = Keychain()
    assert fresh.read(ACCOUNT) is None
    assert fresh.trouble == "The keychain's entry is damaged."
    assert fresh.keep(ACCOUNT, BY_PASSWORD) is Kept.KEYCHAIN, "entering the password again mends it"


@pytest.mark.usefixtures("no_keychain")
def test_without_a_keychain_it_is_kept_for_the_session() -> None:
    keychain = Keychain()
    assert keychain.keep(ACCOUNT, BY_PASSWORD) is Kept.SESSION
    assert keychain.trouble
    assert keychain.place is None
    assert keychain.read(ACCOUNT) == BY_PASSWORD
    assert keychain.holds(ACCOUNT) is None
    assert Keychain().read(ACCOUNT) is None
    keychain.forget(ACCOUNT)
    assert keychain.read(ACCOUNT) is None


@pytest.mark.usefixtures("no_keychain")
@pytest.mark.parametrize("named", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "no.such.Thing"])
def test_a_keychain_named_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", named)
    assert Keychain().keep(ACCOUNT, BY_PASSWORD) is Kept.SESSION
    assert os.environ["PYTHON_KEYRING_BACKEND"] == named, "the person's environment is left as it was"


@pytest.mark.usefixtures("no_keychain")
def test_what_no_keychain_could_hold_is_refused() -> None:
    keychain = Keychain()
    with pytest.raises(CompanionError) as error:
        keychain.keep(ACCOUNT, Credentials(order_password=Secret("x" * MOST_CHARACTERS)))
    assert error.value.code == ErrorCode.CREDENTIALS_TOO_LONG
    assert "xxxx" not in str(error.value)
    assert keychain.read(ACCOUNT) is None
