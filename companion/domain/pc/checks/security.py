"""Checks of security software: firewalls and antivirus programs."""

from __future__ import annotations

from companion.domain.core.platform import Platform
from companion.domain.core.text import joined
from companion.domain.pc.facts import Firewall, SecurityProduct
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Severity
from companion.domain.store.profile import Stage


def firewall_finding(wall: Firewall, platform: Platform) -> Finding:
    """Returns whether a firewall keeps programs from reaching the internet."""
    others = [product.name for product in wall.products if product.enabled is not False]
    closed = [profile.name for profile in wall.profiles if profile.enabled and profile.blocks_outgoing]
    evidence = tuple(f"{profile.name}: {'on' if profile.enabled else 'off'}" for profile in wall.profiles)
    if closed:
        return _blocks_outgoing(closed, evidence, platform)
    if others:
        title = f"{joined(others)} {'protects' if len(others) == 1 else 'protect'} the connection"
        explanation = "No change is needed. If the download fails, the network check shows whether this is the cause."
    elif any(profile.enabled for profile in wall.profiles):
        title = "The firewall allows the download"
        explanation = "Its rules do not keep programs from reaching the internet."
    else:
        title = "No firewall blocks the download"
        explanation = "The firewall of this PC is switched off."
    return Finding(id="firewall", severity=Severity.FINE, title=title, explanation=explanation, evidence=evidence)


def _blocks_outgoing(profiles: list[str], evidence: tuple[str, ...], platform: Platform) -> Finding:
    return Finding(
        id="firewall",
        severity=Severity.WARNS,
        title="The firewall blocks programs from the internet",
        explanation=f"Only approved programs can connect (profile {joined(profiles)}). "
        "If the download does not start, approve Companion in the firewall's settings.",
        evidence=evidence,
        remedies=(
            Remedy(
                kind=RemedyKind.OPEN_SETTINGS,
                title="Open the firewall's settings",
                explanation="Allow Companion to use the internet.",
                target="windowsdefender://network" if platform is Platform.WINDOWS else None,
            ),
        ),
    )


def antivirus_finding(products: tuple[SecurityProduct, ...], stage: Stage) -> Finding:
    """Returns which antivirus programs are on; before an installation, more than one is a warning."""
    active = [product.name for product in products if product.enabled]
    evidence = tuple(f"{product.name}: {_state(product)}" for product in products)
    if len(active) > 1 and stage is Stage.INSTALL:
        return Finding(
            id="antivirus",
            severity=Severity.WARNS,
            title="More than one antivirus program is on",
            explanation=f"{joined(active)} are active at the same time and may disturb the installation.",
            evidence=evidence,
            remedies=(
                Remedy(
                    kind=RemedyKind.OPEN_SETTINGS,
                    title="Open Windows Security",
                    explanation="Leave exactly one of them switched on.",
                    target="windowsdefender:",
                ),
            ),
        )
    verb = "protects" if len(active) == 1 else "protect"
    return Finding(
        id="antivirus",
        severity=Severity.FINE,
        title=f"{joined(active)} {verb} this PC" if active else "No antivirus program was reported",
        explanation="Keep it switched on. Companion verifies each download, so that damage is noticed."
        if active
        else "Companion verifies each download, so that damage is noticed.",
        evidence=evidence,
    )


def _state(product: SecurityProduct) -> str:
    state = {True: "on", False: "off", None: "state not reported"}[product.enabled]
    return state + ("" if product.up_to_date is not False else ", out of date")
