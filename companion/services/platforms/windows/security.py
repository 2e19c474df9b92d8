"""Firewall, antivirus and signatures on Windows."""

from __future__ import annotations

import contextlib
import ctypes
from ctypes import wintypes
from pathlib import Path

from companion.domain.pc.code_signatures import Signature, SignatureState
from companion.domain.pc.facts import Fact, Firewall, FirewallProfile, SecurityProduct
from companion.services.platforms.windows.api import com
from companion.services.platforms.windows.api.registry import read_value
from companion.services.platforms.windows.api.win32 import dll

_POLICY = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
_GROUP_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
_PROFILES = (("DomainProfile", "domain"), ("StandardProfile", "private"), ("PublicProfile", "public"))
# The administrator's key calls the private profile by its newer name as well.
_OTHER_NAMES = {"StandardProfile": ("StandardProfile", "PrivateProfile")}
_BLOCK = 1

_VERIFY = "{00AAC56B-CD44-11D0-8CC2-00C04FC295EE}"
_NO_UI, _REVOKE_NONE, _A_FILE, _KEEP_STATE, _CLOSE_STATE, _CACHED_ONLY = 2, 0, 1, 1, 2, 0x1000
_UNSIGNED = {0x800B0100, 0x800B0003, 0x800B0001}
_ALTERED = {0x80096010}
_SIMPLE_NAME = 4


def firewall() -> Fact[Firewall]:
    """The three profiles from the registry, an administrator's rules before the person's own, and others' firewalls."""
    profiles = []
    for key, name in _PROFILES:
        on = _setting(key, "EnableFirewall")
        if on is not None:
            profiles.append(
                FirewallProfile(
                    name=name, enabled=bool(on), blocks_outgoing=_setting(key, "DefaultOutboundAction") == _BLOCK
                )
            )
    products = _announced("FirewallProduct")
    if not profiles and products.value is None:
        return Fact.unknown("Windows keeps no settings of a firewall here")
    return Fact.known(Firewall(profiles=tuple(profiles), products=products.value or ()))


def antivirus() -> Fact[tuple[SecurityProduct, ...]]:
    """The products that announced themselves to Windows' Security Center."""
    return _announced("AntiVirusProduct")


def product_of(name: str, state: int) -> SecurityProduct:
    """A product from its `productState`: bits 12-15 tell whether it is on (1), bits 4-7 whether it is out of date.

    The layout is not documented; it is what Windows Security itself shows.
    """
    return SecurityProduct(name=name, enabled=(state >> 12) & 0xF == 1, up_to_date=(state >> 4) & 0xF == 0)


def signature(path: Path) -> Signature:
    """Ask Windows whether the signature of a file holds, and who made it; nothing is fetched from the network."""
    name = str(path.resolve())
    file = _FileInfo(size=ctypes.sizeof(_FileInfo), path=name)
    data = _TrustData(
        size=ctypes.sizeof(_TrustData),
        ui=_NO_UI,
        revocation=_REVOKE_NONE,
        choice=_A_FILE,
        file=ctypes.addressof(file),
        action=_KEEP_STATE,
        flags=_CACHED_ONLY,
    )
    try:
        trust = dll("wintrust")
        verify = com.guid(_VERIFY)
        status = trust.WinVerifyTrust(None, verify, ctypes.byref(data)) & 0xFFFFFFFF
        signer = _signer(data.state)
        data.action = _CLOSE_STATE
        trust.WinVerifyTrust(None, verify, ctypes.byref(data))
    except (OSError, AttributeError):
        return Signature(state=SignatureState.UNKNOWN)
    if status == 0:
        return Signature(state=SignatureState.VALID, signer=signer)
    if status in _UNSIGNED:
        return Signature(state=SignatureState.UNSIGNED)
    return Signature(state=SignatureState.ALTERED if status in _ALTERED else SignatureState.UNTRUSTED, signer=signer)


def _setting(profile: str, name: str) -> int | None:
    for other in _OTHER_NAMES.get(profile, (profile,)):
        found = read_value(rf"{_GROUP_POLICY}\{other}", name)
        if isinstance(found, int):
            return found
    found = read_value(rf"{_POLICY}\{profile}", name)
    return found if isinstance(found, int) else None


def _announced(kind: str) -> Fact[tuple[SecurityProduct, ...]]:
    found: dict[str, SecurityProduct] = {}
    try:
        with com.apartment():
            service = com.create("WbemScripting.SWbemLocator").call("ConnectServer", ".", r"root\SecurityCenter2")
            for row in service.call("InstancesOf", kind):
                properties = row.get("Properties_")
                name = properties.call("Item", "displayName").get("Value")
                state = properties.call("Item", "productState").get("Value")
                found[name] = product_of(name, int(state or 0))
                del row, properties
            del service
    except OSError:
        return Fact.unknown("Windows' Security Center does not answer")
    return Fact.known(tuple(found.values()))


class _FileInfo(ctypes.Structure):
    """WINTRUST_FILE_INFO."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("path", wintypes.LPCWSTR),
        ("handle", wintypes.HANDLE),
        ("subject", ctypes.c_void_p),
    )


class _TrustData(ctypes.Structure):
    """WINTRUST_DATA."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("policy", ctypes.c_void_p),
        ("sip", ctypes.c_void_p),
        ("ui", wintypes.DWORD),
        ("revocation", wintypes.DWORD),
        ("choice", wintypes.DWORD),
        ("file", ctypes.c_void_p),
        ("action", wintypes.DWORD),
        ("state", wintypes.HANDLE),
        ("url", ctypes.c_void_p),
        ("flags", wintypes.DWORD),
        ("context", wintypes.DWORD),
        ("settings", ctypes.c_void_p),
    )


def _signer(state: int | None) -> str | None:
    """The name in the signing certificate (CRYPT_PROVIDER_CERT holds it behind its size)."""
    if not state:
        return None
    trust = dll("wintrust")
    with contextlib.suppress(OSError, AttributeError):
        provider = trust.WTHelperProvDataFromStateData(state)
        signer = trust.WTHelperGetProvSignerFromChain(provider, 0, False, 0) if provider else None
        link = trust.WTHelperGetProvCertFromChain(signer, 0) if signer else None
        certificate = ctypes.c_void_p.from_address(link + ctypes.sizeof(ctypes.c_void_p)).value if link else None
        if certificate:
            text = ctypes.create_unicode_buffer(512)
            dll("crypt32").CertGetNameStringW(certificate, _SIMPLE_NAME, 0, None, text, len(text))
            return text.value or None
    return None
