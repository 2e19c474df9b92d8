"""The command line with a real keychain: stored, read by the next process, gone; and nothing of it anywhere else."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.services.app.resources import resource
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials
from tests.kits.keyring import choose_another_default_collection, watching_prompts

pytestmark = pytest.mark.keychain

FAMILY = "LF-5930-2216"


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Person:
    """A person who types commands in a session."""

    def __init__(self, environment: dict[str, str], home: Path, store: DemoStore) -> None:
        self.environment = environment
        self.home = home
        self.store = store
        self.account = next(each for each in store.accounts if each.order_number == FAMILY)

    def words(self, *words: object) -> list[str]:
        options = ["--home", str(self.home), "--store", self.store.url, "--verbose"]
        return [sys.executable, "-m", "companion", *options, *map(str, words)]

    def __call__(self, *words: object, typed: str = "") -> Ran:
        ran = subprocess.run(
            self.words(*words), env=self.environment, input=typed, capture_output=True, text=True, timeout=120
        )
        assert "Traceback" not in ran.stderr
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def add(self) -> Ran:
        return self("orders", "add", FAMILY, "--password-stdin", "--json", typed=self.account.order_password)

    def entries(self) -> list[str]:
        """What the keychain holds of Companion, asked without Companion."""
        program = (
            "import json, secretstorage\n"
            "bus = secretstorage.dbus_init()\n"
            "items = secretstorage.search_items(bus, {'service': 'Companion'})\n"
            "print(json.dumps([item.get_secret().decode() for item in items]))\n"
            "bus.close()"
        )
        words = [sys.executable, "-c", program]
        ran = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=True, timeout=30)
        found: list[str] = json.loads(ran.stdout)
        return found


@pytest.fixture
def person(secret_service: dict[str, str], tmp_path: Path, demo_store: DemoStore) -> Person:
    return Person(secret_service, tmp_path / "home", demo_store)


def test_the_password_is_really_kept_and_really_gone(person: Person) -> None:
    added = person.add()
    assert (added.code, added.json["kept"]) == (0, "keychain")
    assert added.json["place"]
    (entry,) = [entry for entry in person.entries() if "orderPassword" in entry]
    assert json.loads(entry)["orderPassword"] == person.account.order_password
    shown = person("orders", "show", FAMILY, "--json")
    assert shown.code == 0, "another process opens the order with it"
    assert person("licences").code == 0
    removed = person("orders", "remove", FAMILY)
    assert removed.code == 0
    assert "the keychain holds nothing of it" in removed.out
    assert person.entries() == []
    assert person("orders", "show", FAMILY, "--json").code == 1


@pytest.mark.slow
def test_it_is_found_and_gone_after_another_collection_became_the_default_one(person: Person) -> None:
    person.add()
    choose_another_default_collection(person.environment)
    assert person("orders", "show", FAMILY, "--json").code == 0
    removed = person("orders", "remove", FAMILY)
    assert "the keychain holds nothing of it any more" in removed.out
    assert person.entries() == []


@pytest.mark.slow
def test_a_serial_key_is_shown_while_the_store_is_away_and_gone_with_its_order(
    secret_service: dict[str, str], tmp_path: Path
) -> None:
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2) as store:
        person = Person(secret_service, tmp_path / "home", store)
        person.add()
        online = person("licences", "key", FAMILY, "--yes", "--json").json
    ran = person("licences", "key", FAMILY, "--yes", "--json")
    assert (ran.code, ran.json) == (0, online)
    assert any(online["key"] in entry for entry in person.entries())
    assert person("orders", "remove", FAMILY).code == 0
    assert person.entries() == []


def test_card_digits_are_kept_with_the_address(person: Person) -> None:
    digits = person.account.card_last_digits
    ran = person("orders", "add", "--email", person.account.email, "--password-stdin", "--json", typed=digits)
    assert ran.json["kept"] == "keychain"
    (entry,) = [entry for entry in person.entries() if "cardLastDigits" in entry]
    assert json.loads(entry)["cardLastDigits"] == digits
    assert person("orders", "show", FAMILY).code == 0


def test_a_wrong_password_leaves_nothing_behind(person: Person) -> None:
    ran = person("orders", "add", FAMILY, "--password-stdin", "--json", typed="wrong")
    assert ran.json["error"]["code"] == "credentials-wrong"
    assert person.entries() == []


def test_a_locked_keychain_is_said_and_nothing_is_lost(person: Person, lock_keyring: Callable[[], None]) -> None:
    lock_keyring()
    added = person.add()
    assert added.code == 0
    assert added.json["kept"] == "session"
    assert "locked" in added.json["trouble"]
    shown = person("orders", "show", FAMILY, "--json")
    assert shown.json["error"]["code"] == "credentials-needed"
    assert "locked" in shown.json["error"]["message"]


@pytest.mark.slow
def test_one_command_asks_once_for_all_orders(person: Person, lock_keyring: Callable[[], None], tmp_path: Path) -> None:
    person("orders", "add", "--email", person.account.email, "--password-stdin", typed=person.account.card_last_digits)
    numbers = [order["orderNumber"] for order in person("orders", "list", "--json").json["orders"]]
    for account in person.store.accounts[:3]:
        person("orders", "add", account.order_number, "--password-stdin", typed=account.order_password)
        numbers.append(account.order_number)
    lock_keyring()
    with watching_prompts(person.environment, tmp_path) as prompts:
        ran = person("licences")
        assert ran.code == 1
        assert ran.err.count("The keychain is locked.") == len(set(numbers)) > 2
        assert "companion keychain unlock" in ran.err
        assert prompts() == 1
        state = person("keychain", "--json")
        assert (state.code, state.json["locked"], prompts()) == (1, True, 1), "looking asks for nothing"
        assert person("keychain", "unlock").code == 1
        assert prompts() == 2


def test_the_state_of_an_unlocked_keychain(person: Person) -> None:
    shown = person("keychain", "--json")
    assert (shown.code, shown.json) == (0, {"place": "the desktop's keyring", "locked": False, "trouble": None})
    assert "It can be used." in person("keychain", "unlock").out


def test_forgetting_an_order_whose_keychain_is_locked_is_refused(
    person: Person, lock_keyring: Callable[[], None]
) -> None:
    person.add()
    lock_keyring()
    ran = person("orders", "remove", FAMILY, "--json")
    assert ran.code == 1
    assert ran.json["error"]["code"] == "keychain-kept-it"
    listed = person("orders", "list", "--json").json["orders"]
    assert [order["orderNumber"] for order in listed] == [FAMILY], "it can be removed once the keychain is open"


def test_without_a_keychain_it_is_for_this_session_only(
    clean_environment: dict[str, str], tmp_path: Path, demo_store: DemoStore
) -> None:
    alone = Person(clean_environment, tmp_path / "home", demo_store)
    added = alone("orders", "add", FAMILY, "--password-stdin", typed=alone.account.order_password)
    assert added.code == 0
    assert "for this session only" in added.out
    assert "no keychain" in added.out


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyrings.alt.file.PlaintextKeyring", "no.such"])
def test_no_other_keychain_can_be_slipped_in(
    clean_environment: dict[str, str], tmp_path: Path, demo_store: DemoStore, backend: str
) -> None:
    named = {**clean_environment, "PYTHON_KEYRING_BACKEND": backend}
    added = Person(named, tmp_path / "home", demo_store).add()
    assert added.json["kept"] == "session"


def _spellings(secret: str) -> Iterator[bytes]:
    plain = secret.encode()
    yield from (plain, secret.encode("utf-16-le"), plain.hex().encode(), base64.b64encode(plain))


def _found(folder: Path, secrets: dict[str, str]) -> list[str]:
    """Which secrets stand in which files below `folder`."""
    return [
        f"{name} in {path.relative_to(folder)}"
        for path in folder.rglob("*")
        if path.is_file()
        for name, secret in secrets.items()
        if any(spelling in path.read_bytes() for spelling in _spellings(secret))
    ]


@pytest.mark.slow
def test_no_secret_is_anywhere_else(person: Person, tmp_path: Path) -> None:
    client = StoreClient(person.store.url)
    session = client.open_session(FAMILY, Credentials(order_password=Secret(person.account.order_password)))
    fresh = client.order(FAMILY, session.token)
    client.close()
    assert fresh is not None
    key = fresh.value.licences[0].key
    assert key is not None
    secrets = {
        "password": person.account.order_password, "digits": person.account.card_last_digits, "key": key.reveal()
    }  # fmt: skip
    running = subprocess.Popen(
        person.words("orders", "add", FAMILY, "--password-stdin", "--json"),
        env=person.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdin is not None
    # It waits for the password: its arguments can be looked at while it runs.
    arguments = Path(f"/proc/{running.pid}/cmdline").read_bytes()
    out, err = running.communicate(person.account.order_password.encode())
    assert running.returncode == 0
    person("orders", "add", "--email", person.account.email, "--password-stdin", typed=person.account.card_last_digits)
    for words in (("licences",), ("auto-renew", FAMILY, "off", "--yes"), ("download", FAMILY), ("orders", "list")):
        out += person(*words).out.encode()
    case = tmp_path / "case.json"
    assert person("case-file", "--to", case).code == 0
    for name, secret in secrets.items():
        assert secret.encode() not in arguments + out + err, name
        assert secret not in case.read_text(), name
    assert _found(person.home, secrets) == []
    stored = Path(person.environment["HOME"])
    assert _found(stored, secrets) == [], "the keychain's own file is locked with a password"
    log = (person.home / "logs" / "companion.log").read_text()
    assert "POST /v1/sessions -> 201" in log
    assert "signature=" not in log
