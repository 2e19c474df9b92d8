"""The private keys of a release: from files of one folder, or from the environment; never from the repository."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner

from tools.environment import ROOT
from tools.system_packages import Missing

FOLDER, PREFIX = "COMPANION_RELEASE_KEYS", "COMPANION_RELEASE_KEY_"
ROLES = ("root", "targets", "snapshot", "timestamp")
RETIRED = "retired-root"
"""Keys that sign the new root metadata once more, so that it is believed by who knows only the old one."""
_NAME = re.compile(r"(root|targets|snapshot|timestamp|retired-root)(-\w+)?")
Keys = dict[str, list[CryptoSigner]]


def read_keys(environment: Mapping[str, str] = os.environ) -> Keys:
    """Returns the signers of each role; none at all where neither a folder nor a key is named.

    Files are called ``root-1.pem``, ``targets.pem``, ``snapshot.pem``, ``timestamp.pem``; the variables likewise
    ``COMPANION_RELEASE_KEY_ROOT_1`` and so on, and hold the text of such a file. Raises `Missing` with what is wrong.
    """
    keys: Keys = {}
    for name, pem in sorted(_named_keys(environment).items()):
        role = name if name == RETIRED or name.startswith(f"{RETIRED}-") else name.partition("-")[0]
        keys.setdefault(RETIRED if role.startswith(RETIRED) else role, []).append(_signer(name, pem))
    return keys


def _named_keys(environment: Mapping[str, str]) -> dict[str, bytes]:
    found = {
        name.removeprefix(PREFIX).lower().replace("_", "-"): value.encode()
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    if named := environment.get(FOLDER):
        folder = Path(named).resolve()
        if not folder.is_dir():
            raise Missing(f"{FOLDER} names a folder that is not there: {named}")
        if folder == ROOT or ROOT in folder.parents:
            raise Missing(f"{FOLDER} names a folder of the source tree ({named}); keys belong elsewhere.")
        found |= {path.stem: path.read_bytes() for path in folder.glob("*.pem")}
        if not found:
            raise Missing(f"{FOLDER} names a folder without keys (*.pem): {named}")
    for name in found:
        if not _NAME.fullmatch(name):
            raise Missing(f"No role is called “{name}”; keys are called {', '.join(ROLES)}, with -1, -2 … behind.")
    return found


def _signer(name: str, pem: bytes) -> CryptoSigner:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise Missing(
            f"The key “{name}” cannot be read: it has to be a PEM file (PKCS #8) without a password."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Missing(f"The key “{name}” is no Ed25519 key. Make one with: openssl genpkey -algorithm ed25519")
    return CryptoSigner(key)
