"""``companion orders reset-password``."""

from __future__ import annotations

from companion.cli.commands.orders.reset_password import ResetPasswordResult
from tests.kits.cli import FAMILY, Cli


def test_a_forgotten_password_can_be_reset(cli: Cli) -> None:
    assert cli("orders", "reset-password", FAMILY, "--json").shown(ResetPasswordResult).asked
    assert cli("orders", "reset-password", "LF-0000-0000", "--json").shown(ResetPasswordResult).asked
    assert cli("orders", "reset-password", "--email", "ben.ortiz@mail.example").code == 0
