"""Who signed a file, and whether that agrees with the publisher the store names."""

from __future__ import annotations

import enum

from companion.domain.core.company_names import is_same_company
from companion.domain.core.model import Model


class SignatureState(enum.StrEnum):
    VALID = "valid"
    UNSIGNED = "unsigned"
    ALTERED = "altered"
    UNTRUSTED = "untrusted"
    UNKNOWN = "unknown"
    """This system has no signatures on files of this kind, or could not look."""


class Signature(Model, frozen=True):
    """The state of a file's signature; `signer` is the name in the certificate."""

    state: SignatureState
    signer: str | None = None


def lacks_signature(signature: Signature, publisher: str) -> str | None:
    """Why the file is not proven to come from `publisher`, in a sentence; None when its signature is valid."""
    return {
        SignatureState.VALID: None,
        SignatureState.ALTERED: None,
        SignatureState.UNSIGNED: f"It is not signed: only the store says that it comes from {publisher}.",
        SignatureState.UNTRUSTED: f"This PC does not trust its signature ({signature.signer or 'no name in it'}): only "
        f"the store says that it comes from {publisher}.",
        SignatureState.UNKNOWN: "Whether it is signed could not be checked: only the store says that it comes from "
        f"{publisher}.",
    }[signature.state]


def contradicts(signature: Signature, publisher: str) -> str | None:
    """Why this signature forbids the launch, in a sentence, or None.

    A file whose digest is the store's is what the store meant, signed or not, unless the store says that its publisher
    signs; but a broken signature, or another maker's name on it, means that the store itself was deceived.
    """
    if signature.state is SignatureState.ALTERED:
        return "The file was changed after its maker had signed it."
    signer = signature.signer if signature.state is SignatureState.VALID else None
    if signer and not is_same_company(signer, publisher):
        return f"The file is signed by {signer}, but the store says it comes from {publisher}."
    return None
