"""Keys of a release come from a folder or the environment, and what is wrong with them is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.kits.updates import fresh_keys, now
from tools.environment import ROOT
from tools.release.keys import FOLDER, RETIRED, read_keys
from tools.release.repository import Repository
from tools.system_packages import Missing


def pem(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | None = None) -> str:
    made = key or ed25519.Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def written(folder: Path, *names: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.pem").write_text(pem())
    return {FOLDER: str(folder)}


def test_keys_are_read_from_a_folder_and_from_the_environment(tmp_path: Path) -> None:
    environment = written(tmp_path / "keys", "root-1", "root-2", "retired-root-1", "targets", "snapshot")
    keys = read_keys({**environment, "COMPANION_RELEASE_KEY_TIMESTAMP": pem()})
    assert {role: len(signers) for role, signers in keys.items()} == {
        "root": 2, RETIRED: 1, "targets": 1, "snapshot": 1, "timestamp": 1,
    }  # fmt: skip
    assert read_keys({}) == {}


def test_what_is_wrong_with_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="not there"):
        read_keys({FOLDER: str(tmp_path / "nowhere")})
    with pytest.raises(Missing, match="without keys"):
        read_keys(written(tmp_path / "none"))
    with pytest.raises(Missing, match="No role is called “roots”"):
        read_keys(written(tmp_path / "roots", "roots"))
    with pytest.raises(Missing, match="cannot be read"):
        read_keys({"COMPANION_RELEASE_KEY_TARGETS": "no key"})
    with pytest.raises(Missing, match="no Ed25519 key"):
        read_keys({"COMPANION_RELEASE_KEY_TARGETS": pem(ec.generate_private_key(ec.SECP256R1()))})


def test_keys_in_the_source_tree_are_refused() -> None:
    with pytest.raises(Missing, match="source tree"):
        read_keys({FOLDER: str(ROOT / "tools")})


def test_a_repository_needs_the_keys_of_its_roles(tmp_path: Path) -> None:
    keys = fresh_keys()
    with pytest.raises(Missing, match="“targets”"):
        Repository(tmp_path, {"root": keys["root"]}, now())
    with pytest.raises(Missing, match="at least 2 root keys"):
        Repository(tmp_path, {**keys, "root": keys["root"][:1]}, now())


def test_the_roots_keys_are_not_needed_for_each_release(tmp_path: Path) -> None:
    keys = fresh_keys()
    Repository(tmp_path, keys, now()).publish()
    daily = {role: keys[role] for role in ("targets", "snapshot", "timestamp")}
    again = Repository(tmp_path, daily, now())
    again.publish()
    assert again.timestamp.signed.version == 2


def test_a_new_root_that_the_old_keys_have_not_signed_is_refused(tmp_path: Path) -> None:
    Repository(tmp_path, fresh_keys(), now()).publish()
    with pytest.raises(Missing, match="retired-root"):
        Repository(tmp_path, fresh_keys(), now())
