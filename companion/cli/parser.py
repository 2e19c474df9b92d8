"""What can be typed: the commands by name, and the options they share.

Only the module of the command that was typed is imported, so that each starts as fast as its own work allows.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from companion import __version__
from companion.cli.usage import usage_error

_WITH_VALUE = ("--store", "--home")


class Command(NamedTuple):
    """A command: its module below ``companion.cli.commands``, and what it does in a few words.

    The module has ``add_arguments(parser)`` and ``run(context)``, which returns the exit code.
    """

    module: str
    summary: str


class CommandGroup(NamedTuple):
    """A command that is followed by a second word, such as ``orders list``."""

    summary: str
    commands: dict[str, Command]


ORDERS = CommandGroup(
    "add, list, show and remove orders",
    {
        "add": Command("orders.add", "find an order and keep its credentials in the keychain"),
        "list": Command("orders.list", "the orders that were added"),
        "show": Command("orders.show", "everything about one order"),
        "remove": Command("orders.remove", "forget an order and its credentials"),
        "open": Command("orders.open", "open the store's own page of an order, to renew with another card for one"),
        "reset-password": Command("orders.reset_password", "have a new order password sent by e-mail"),
    },
)

COMMANDS: dict[str, Command | CommandGroup] = {
    "orders": ORDERS,
    "licences": Command("entitlements.licences", "what you own and until when"),
    "auto-renew": Command("billing.auto_renew", "switch auto-renewal on or off, with a receipt"),
    "extend": Command("downloads.extend", "ask the store to reopen a closed download window"),
    "download": Command("downloads.download", "fetch what an order contains, resumable and verified"),
    "fetch": Command("downloads.fetch", "fetch any https address, resumable and verified"),
    "verify": Command("downloads.verify", "check a file against its digest, and repair it"),
    "preflight": Command("pc.preflight", "look at what on this PC stands in the way"),
    "close-blockers": Command("pc.close_blockers", "close the programs that stand in the way"),
    "install": Command("pc.install", "check this PC, verify and run the installer"),
    "put-back": Command("pc.put_back", "let start and open again what was kept away for an installation"),
    "reminders": Command("app.reminders", "what is due, and when"),
    "returns": Command("billing.returns", "return an order or an unwanted renewal"),
    "invoice": Command("billing.invoice", "show or save the invoice"),
    "money": Command("billing.money", "what was charged, and why there may be two charges"),
    "shipping": Command("billing.shipping", "where the parcels are"),
    "receipts": Command("billing.receipts", "the proof of what was switched, as text, JSON and PDF"),
    "backup-media": Command("billing.backup_media", "add the backup medium to an order"),
    "seats": Command("entitlements.seats", "which PCs use a licence; take or free a seat"),
    "support": Command("support.support", "the right number, and whether it is open now"),
    "help-search": Command("support.help_search", "search the help articles"),
    "case-file": Command("support.case_file", "write the redacted file support needs"),
    "demo": Command("app.demo", "the whole job against the embedded store"),
    "store": Command("app.store", "just the embedded store"),
}


WINDOW = Command("app.window", "open the window")
"""What happens without a command."""


class Parser(argparse.ArgumentParser):
    """Reports a mistake as a `CompanionError` with a hint instead of ending the program."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise usage_error(f"{message[:1].upper()}{message[1:]}.", f"See: {self.prog} --help")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Returns what was typed; `run` is the function that does it, which opens the window when no command was typed.

    Raises `CompanionError` ``usage``, or `SystemExit` after ``--help``/``--version``.
    """
    parser = _top()
    _add_commands(parser, COMMANDS, command_of(words), title="commands", dest="command", metavar="COMMAND")
    arguments = parser.parse_args(words)
    if arguments.command is None:
        arguments.run = _module(WINDOW).run
    elif arguments.tray:
        parser.error("--tray starts the program in the tray and goes without a command")
    return arguments


def _add_commands(
    parser: argparse.ArgumentParser,
    commands: Mapping[str, Command | CommandGroup],
    typed: Sequence[str],
    **settings: Any,
) -> None:
    """Add `commands` to `parser`; only the one that was typed gets its arguments, for which its module is imported."""
    adding = parser.add_subparsers(parser_class=Parser, **settings)
    for name, command in commands.items():
        summary = command.summary
        added = adding.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        if [name] != list(typed[:1]):
            continue
        if isinstance(command, CommandGroup):
            _add_commands(
                added, command.commands, typed[1:], title="what to do", dest="action", metavar="WHAT", required=True
            )
            continue
        module = _module(command)
        added.add_argument("--json", action="store_true", help="print one JSON object")
        module.add_arguments(added)
        added.set_defaults(run=module.run)


def _module(command: Command) -> Any:
    return importlib.import_module(f"companion.cli.commands.{command.module}")


def _top() -> Parser:
    parser = Parser(
        prog="companion",
        description="Looks after software you bought online. Without a command, the window opens.",
        epilog="Exit codes: 0 done, 1 the answer is no, 2 usage, 3 store or network failed, 130 stopped.",
    )
    parser.add_argument("--version", action="version", version=f"Companion {__version__}")
    parser.add_argument("--store", metavar="URL", help="the store's address (https://…); remembered the first time")
    parser.add_argument("--home", metavar="DIR", type=Path, help="keep everything below this folder")
    parser.add_argument("--verbose", action="store_true", help="write a more detailed log")
    parser.add_argument("--tray", action="store_true", help="start in the tray")
    parser.set_defaults(json=False, progress=None)
    return parser


def command_of(words: Sequence[str]) -> list[str]:
    """Returns the words that are neither an option of the program nor its value: the command and what follows it."""
    found: list[str] = []
    expected = False
    for word in words:
        if expected or word.startswith("-"):
            expected = not expected and word in _WITH_VALUE
            continue
        found.append(word)
    return found
