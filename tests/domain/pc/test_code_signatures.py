"""Signatures against the publisher the store names."""

from __future__ import annotations

import pytest

from companion.domain.pc.code_signatures import Signature, SignatureState, contradicts

VALID = SignatureState.VALID


@pytest.mark.parametrize("signer", ["Example Security Ltd", "EXAMPLE SECURITY LIMITED", "Example Security, Inc."])
def test_the_same_company_in_other_spellings(signer):
    assert contradicts(Signature(state=VALID, signer=signer), "Example Security Ltd") is None


def test_the_dots_of_a_legal_form_do_not_make_another_company():
    assert contradicts(Signature(state=VALID, signer="Lumen S.A."), "Lumen SA") is None


def test_two_names_of_nothing_but_a_legal_form_are_two_companies():
    assert contradicts(Signature(state=VALID, signer="Inc."), "Limited")


def test_another_company_is_named():
    assert "signed by Somebody Else" in (contradicts(Signature(state=VALID, signer="Somebody Else"), "Example") or "")


def test_a_broken_signature_is_refused_whoever_signed():
    assert contradicts(Signature(state=SignatureState.ALTERED, signer="Example"), "Example")


@pytest.mark.parametrize("state", [SignatureState.UNSIGNED, SignatureState.UNKNOWN, SignatureState.UNTRUSTED])
def test_no_trusted_signature_leaves_the_digest_to_decide(state):
    assert contradicts(Signature(state=state, signer="Anybody"), "Example") is None
