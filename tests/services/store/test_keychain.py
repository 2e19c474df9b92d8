"""The keychain service against a real Secret Service, and on a machine that has none."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.services.store.keychain.keychain import MOST_CHARACTERS, Credentials, Kept, Keychain, KeychainState
from tests.kits.keyring import choose_another_default_collection, items, watching_prompts
from tests.kits.session import keyring_of
from tests.kits.waiting import until

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
    assert keychain.holds(ACCOUNT) is True, "which it says without being unlocked"
    assert keychain.holds("LF-2 at store.example") is None, "what is locked could hold it"
    assert keychain.trouble == "A part of the keychain is locked and could not be searched."
    assert keychain.state() == KeychainState(place="the desktop's keyring", locked=True)
    assert keychain.keep(ACCOUNT, BY_CARD) is Kept.SESSION
    assert keychain.read(ACCOUNT) == BY_CARD, "for this session it is known"
    with pytest.raises(CompanionError) as error:
        keychain.forget(ACCOUNT)
    assert error.value.code == ErrorCode.KEYCHAIN_KEPT_IT
    assert keychain.read(ACCOUNT) is None, "this process has forgotten it at least"


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
def test_a_keychain_that_never_answers_blocks_no_command(keyring_process: subprocess.Popen[bytes]) -> None:
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
def test_every_collection_is_read_searched_and_cleared(secret_service: dict[str, str]) -> None:
    """The default collection is another one since the password was kept, as a person can choose in its own window."""
    keychain = Keychain()
    keychain.keep(ACCOUNT, BY_PASSWORD)
    choose_another_default_collection(secret_service)
    fresh = Keychain()
    assert fresh.read(ACCOUNT) == BY_PASSWORD
    assert fresh.holds(ACCOUNT) is True
    assert fresh.keep(ACCOUNT, BY_CARD) is Kept.KEYCHAIN
    assert len(items(secret_service)) == 1, "the older entry is gone"
    fresh.forget(ACCOUNT)
    assert items(secret_service) == []
    assert Keychain().holds(ACCOUNT) is False


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
def test_what_lies_in_a_collection_that_is_not_the_default_one_is_removed(secret_service: dict[str, str]) -> None:
    Keychain().keep(ACCOUNT, BY_PASSWORD)
    choose_another_default_collection(secret_service)
    Keychain().forget(ACCOUNT)
    assert items(secret_service) == []


@pytest.mark.keychain
@pytest.mark.usefixtures("real")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_whoever_does_not_unlock_it_is_asked_once(
    secret_service: dict[str, str], lock_keyring: Callable[[], None], tmp_path: Path
) -> None:
    accounts = [f"LF-{number} at store.example" for number in range(19)]
    keychain = Keychain()
    for account in accounts:
        keychain.keep(account, BY_PASSWORD)
    lock_keyring()
    fresh = Keychain()
    with watching_prompts(secret_service, tmp_path) as prompts:
        assert [fresh.read(account) for account in accounts] == [None] * 19
        assert fresh.holds(accounts[0]) is True
        assert fresh.keep(accounts[0], BY_CARD) is Kept.SESSION
        assert prompts() == 1
        assert fresh.refused
        assert fresh.unlock() == KeychainState(
            place="the desktop's keyring", locked=True, trouble="The keychain is locked."
        )
        assert prompts() == 2, "the person asked for it"


@pytest.mark.keychain
def test_a_keychain_that_comes_after_the_program_is_found(
    bare_session_bus: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At sign-in the program can be first, and not every keychain is started on demand."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, bare_session_bus[name])
    keychain = Keychain()
    assert keychain.keep(ACCOUNT, BY_PASSWORD) is Kept.SESSION
    assert keychain.trouble == "This computer has no keychain."
    with keyring_of(bare_session_bus):
        until(lambda: keychain.keep(ACCOUNT, BY_PASSWORD) is Kept.KEYCHAIN)
        assert keychain.trouble is None
        assert Keychain().read(ACCOUNT) == BY_PASSWORD


@pytest.mark.keychain
def test_no_program_is_started(secret_service: dict[str, str], tmp_path: Path) -> None:
    """Looking for the keychain of macOS starts ``gcc`` and others from the PATH, where any program may lie."""
    record, tools = tmp_path / "started", tmp_path / "tools"
    tools.mkdir()
    for name in ("gcc", "cc", "ld", "ldconfig", "objdump", "sh", "bash", "uname", "lsb_release"):
        (tools / name).write_text(f"#!/bin/sh\necho {name} >> {record}\nexit 1\n")
        (tools / name).chmod(0o755)
    ran = subprocess.run(
        [sys.executable, "-c", _USES_THE_KEYCHAIN],
        env={**secret_service, "PATH": f"{tools}:{secret_service['PATH']}"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == ("keychain\n", "")
    assert not record.exists()


_USES_THE_KEYCHAIN = """
import sys
started = []
def watch(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"):
        started.append((event, arguments))
sys.addaudithook(watch)
from companion.domain.core.model import Secret
from companion.services.store.keychain.keychain import Credentials, Keychain
keychain = Keychain()
kept = keychain.keep("LF-1", Credentials(order_password=Secret("one")))
keychain.read("LF-2")
keychain.holds("LF-1")
keychain.forget("LF-1")
print(kept.value)
assert not started, started
"""


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
