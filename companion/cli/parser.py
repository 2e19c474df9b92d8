"""What can be typed: the commands by name, and the options they share.

Only the module of the command that was typed is imported, so that each starts as fast as its own work allows.
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from companion import __version__
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

_WITH_VALUE = ("--store", "--home")


class Command(NamedTuple):
    """Where a command is at home (`module` has ``add_NAME(parser)``) and what it does, in a few words."""

    module: str
    help: str


COMMANDS = {
    "orders": Command("orders.show", "add, list, show and remove orders"),
    "licences": Command("entitlements.licences", "what you own and until when"),
    "auto-renew": Command("entitlements.licences", "switch auto-renewal on or off, with a receipt"),
    "extend": Command("downloads.download", "ask the store to reopen a closed download window"),
    "download": Command("downloads.download", "fetch what an order contains, resumable and verified"),
    "fetch": Command("downloads.download", "fetch any https address, resumable and verified"),
    "verify": Command("downloads.download", "check a file against its digest, and repair it"),
    "preflight": Command("pc.preflight", "look at what on this PC stands in the way"),
    "close-blockers": Command("pc.close_blockers", "close the programs that stand in the way"),
    "install": Command("pc.install", "check this PC, verify and run the installer"),
    "put-back": Command("pc.put_back", "let start and open again what was kept away for an installation"),
    "reminders": Command("app.reminders", "what is due, and when"),
    "returns": Command("billing.returns", "return an order or an unwanted renewal"),
    "invoice": Command("billing.returns", "show or save the invoice"),
    "money": Command("billing.money", "what was charged, and why there may be two charges"),
    "shipping": Command("billing.money", "where the parcels are"),
    "receipts": Command("billing.money", "the proof of what was switched, as text, JSON and PDF"),
    "backup-media": Command("billing.returns", "add the backup medium to an order"),
    "seats": Command("billing.returns", "which PCs use a licence; take or free a seat"),
    "support": Command("support.support", "the right number, and whether it is open now"),
    "help-search": Command("support.support", "search the help articles"),
    "case-file": Command("support.support", "write the redacted file support needs"),
    "demo": Command("app.demo", "the whole job against the embedded store"),
    "store": Command("app.demo", "just the embedded store"),
}


class Parser(argparse.ArgumentParser):
    """Reports a mistake as a `CompanionError` with a hint instead of ending the program."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise CompanionError(
            ErrorCode.USAGE,
            "This command was not understood",
            f"{message[:1].upper()}{message[1:]}.",
            f"See: {self.prog} --help",
            kind=ErrorKind.USAGE,
        )


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Understand what was typed; without a command, `act` is None and the window is meant.

    Raises `CompanionError` ``usage``, or `SystemExit` after ``--help``/``--version``.
    """
    parser = _top()
    chosen = command_of(words)
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", parser_class=Parser)
    for name, command in COMMANDS.items():
        added = described(commands, name, command.help)
        if name == chosen:
            module = importlib.import_module(f"companion.cli.commands.{command.module}")
            getattr(module, f"add_{name.replace('-', '_')}")(added)
    arguments = parser.parse_args(words)
    if arguments.command is None:
        arguments.act = None
    elif arguments.tray:
        parser.error("--tray starts the program in the tray and goes without a command")
    return arguments


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


def command_of(words: Sequence[str]) -> str | None:
    """The first word that is neither an option nor an option's value."""
    expected = False
    for word in words:
        if expected or word.startswith("-"):
            expected = not expected and word in _WITH_VALUE
            continue
        return word
    return None


def described(commands: Any, name: str, words: str) -> argparse.ArgumentParser:
    """Add a command to `commands`; its own help begins with what the list of commands says of it."""
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=f"{words[:1].upper()}{words[1:]}."
    )
    return made


# What commands add to their parsers


def common(parser: argparse.ArgumentParser, act: Any, *, epilog: str = "", long: bool = False) -> None:
    """What every command takes; `act` does the work, `long` commands can report progress."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    if long:
        parser.add_argument("--progress", choices=["json"], help="report progress as JSON lines on standard error")
    parser.set_defaults(act=act)
    parser.epilog = epilog or None


def order_number(parser: argparse.ArgumentParser) -> None:
    """The order a command is about, and another way to its password than the keychain."""
    parser.add_argument("number", metavar="NUMBER", help="the order number")
    password_option(parser)


def password_option(parser: argparse.ArgumentParser) -> None:
    """Reading the password from standard input."""
    parser.add_argument("--password-stdin", action="store_true", help="read the order password from standard input")


def digest(text: str) -> str:
    """A SHA-256 digest in hex, for argparse."""
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text.strip()):
        raise argparse.ArgumentTypeError("a SHA-256 digest has 64 hexadecimal digits")
    return text.strip().lower()


def whole(least: int, most: int | None = None) -> Any:
    """A whole number within bounds, for argparse."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < least or (most is not None and number > most):
            bounds = f"at least {least}" if most is None else f"from {least} to {most}"
            raise argparse.ArgumentTypeError(f"the number must be {bounds}")
        return number

    return read
