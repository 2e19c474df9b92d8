"""``companion keychain``: where passwords and keys are kept, and unlocking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser
from companion.domain.core.model import Model

if TYPE_CHECKING:
    from companion.services.store.keychain.keychain import KeychainState

_UNLOCK = "Unlock it with: companion keychain unlock"


class KeychainResult(Model, frozen=True):
    """``keychain``: `place` is its name, `locked` null where it does not tell, `trouble` why it cannot be used."""

    place: str | None
    locked: bool | None
    trouble: str | None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion keychain``."""
    parser.add_argument("action", choices=["unlock"], nargs="?", help="ask to unlock it, if it is locked")
    parser.describe(
        json="{place, locked, trouble}",
        examples=("keychain", "keychain unlock"),
        notes="Companion asks once. Whoever does not unlock the keychain then is not asked again by that command.",
    )


def run(context: CommandContext) -> int:
    """Say where secrets are kept; with ``unlock`` ask the person to unlock it."""
    keychain = context.owned.keychain
    state = keychain.unlock() if context.arguments.action == "unlock" else keychain.state()
    shown = KeychainResult(place=state.place, locked=state.locked, trouble=state.trouble)
    context.output.result(shown, *_lines(state))
    return EXIT_NO if state.trouble or state.locked else EXIT_DONE


def _lines(state: KeychainState) -> tuple[str, ...]:
    if state.place is None:
        return (
            state.trouble or "This computer has no keychain.",
            "Passwords and keys are known only until a command ends; each asks again.",
        )
    kept = f"Passwords and keys are kept in {state.place}, and nowhere else."
    if state.locked:
        return (kept, state.trouble or "The keychain is locked.", _UNLOCK)
    if state.trouble:
        return (kept, state.trouble)
    return (kept, "It can be used.")
