"""What can be typed: the commands by name, and the options of the program.

Only the module of the command that was typed is imported, so that each starts as fast as its own work allows.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from companion import __version__
from companion.cli.options import path_named, whole
from companion.cli.usage import Parser, closest, usage_error
from companion.domain.core.errors import CompanionError
from companion.domain.reminders.notices.links import UNKNOWN_CODE, code_of, is_link


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
    examples: tuple[str, ...]


ORDERS = CommandGroup(
    "add, list, show and remove orders",
    {
        "add": Command("orders.add", "find an order and keep its password in the keychain"),
        "list": Command("orders.list", "list the orders that were added"),
        "show": Command("orders.show", "show everything about one order"),
        "remove": Command("orders.remove", "forget an order and its password"),
        "open": Command("orders.open", "open the store's own page of an order, for example to renew by hand"),
        "reset-password": Command("orders.reset_password", "ask the store to e-mail a new order password"),
    },
    ("orders add LF-5930-2216", "orders list", "orders show LF-5930-2216"),
)

PURCHASES = CommandGroup(
    "list, show, add, edit and remove what you own, whatever shop it is from",
    {
        "list": Command("purchases.list", "list what you own"),
        "show": Command("purchases.show", "show one purchase with the source of each fact"),
        "new": Command("purchases.new", "add a purchase by hand; three fields are enough"),
        "edit": Command("purchases.edit", "change what is known of a purchase"),
        "remove": Command("purchases.remove", "forget a purchase and its keys"),
        "restore": Command("purchases.restore", "put back a purchase that was removed by command"),
        "refresh": Command("purchases.refresh", "ask the stores what they say now; nothing is changed there"),
        "download": Command("purchases.download", "download what you bought, by the link of its e-mail"),
        "activate": Command("purchases.activate", "take a seat of a licence for this PC"),
        "deactivate": Command("purchases.deactivate", "free the seat of this PC"),
    },
    ("purchases list", 'purchases new --product "Harbour Suite" --order 18 --expires 2028-01-08'),
)

STORES = CommandGroup(
    "list, add and remove stores",
    {
        "list": Command("stores.list", "list the stores you bought from, and what each can do"),
        "add": Command("stores.add", "add a store by its address"),
        "remove": Command("stores.remove", "forget a store; what was bought there stays"),
    },
    ("stores list", "stores add https://store.example.com"),
)

DIRECTORY = CommandGroup(
    "list the makers and shops that are known, and check a file about one",
    {
        "list": Command("directory.list", "list the makers and shops that are known, and files that cannot be used"),
        "check": Command("directory.check", "check a file of the directory"),
    },
    ("directory list", "directory check my-maker.json"),
)

COMMANDS: dict[str, Command | CommandGroup] = {
    "add": Command("purchases.add", "add a purchase from its e-mails, a licence key, an order number or a link"),
    "purchases": PURCHASES,
    "stores": STORES,
    "directory": DIRECTORY,
    "orders": ORDERS,
    "licences": Command("entitlements.licences", "show what you own, until when, and what will be charged"),
    "seats": Command("entitlements.seats", "show which PCs use a licence; take or free a seat"),
    "auto-renew": Command("billing.auto_renew", "switch auto-renewal on or off, with a receipt"),
    "receipts": Command("billing.receipts", "show or save the receipts of switching auto-renewal"),
    "reminders": Command("app.reminders", "show what is due and what lies ahead"),
    "download": Command("downloads.download", "download what an order contains, and verify it"),
    "extend": Command("downloads.extend", "ask the store to reopen a closed download window"),
    "fetch": Command("downloads.fetch", "download a file from any https address, and verify it"),
    "unfinished": Command("downloads.unfinished", "list and remove what is left of downloads whose order is gone"),
    "verify": Command("downloads.verify", "check a file against its digest, and repair it"),
    "identify": Command("pc.identify", "say what an installer is, without running it"),
    "preflight": Command("pc.preflight", "check what on this PC would block an installation"),
    "close-blockers": Command("pc.close_blockers", "close the programs that block an installation"),
    "install": Command("pc.install", "check this PC, then verify and run the installer"),
    "put-back": Command("pc.put_back", "restore what was switched off or closed for an installation"),
    "money": Command("billing.money", "show what was charged, and why there may be two charges"),
    "invoice": Command("billing.invoice", "list, show or save the invoices"),
    "shipping": Command("billing.shipping", "show where the parcels are"),
    "backup-media": Command("billing.backup_media", "show or add the backup medium of an order"),
    "returns": Command("billing.returns", "show or request the return of an order or an unwanted renewal"),
    "support": Command("support.support", "show the right support number, and whether it is open now"),
    "help-search": Command("support.help_search", "search and read the help articles"),
    "case-file": Command("support.case_file", "show, save or send the redacted file that support needs"),
    "keychain": Command("app.keychain", "show where passwords and keys are kept; unlock it"),
    "quit": Command("app.quit", "end the running program; its downloads go on at the next start"),
    "update": Command("app.update", "look for a new version of Companion, and install it"),
    "uninstall-data": Command("app.uninstall_data", "list and remove everything that Companion left on this PC"),
    "demo": Command("app.demo", "try everything with an embedded store and invented orders"),
    "store": Command("app.store", "run only the embedded store"),
}

_GROUPS = {name: command for name, command in COMMANDS.items() if isinstance(command, CommandGroup)}
WINDOW = Command("app.window", "open the window")
"""What happens without a command."""

# Other words for a command, beside those that are spelled almost like it.
_SYNONYMS = {
    "version": "--version",
    "check": "preflight",
    "close": "close-blockers",
    "restore": "put-back",
    "refund": "returns",
    "charges": "money",
    "payments": "money",
    "tracking": "shipping",
    "renew": "auto-renew",
    "case": "case-file",
    "upgrade": "update",
    "exit": "quit",
    "stop": "quit",
}

# Options before the command that take a value; --progress belongs after it, and is typed before it by mistake.
_WITH_VALUE = ("--store", "--home", "--wait", "--progress")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Returns what was typed; `run` is the function that does it, which opens the window when no command was typed.

    Raises `CompanionError` ``usage``, or `SystemExit` after ``--help``/``--version``.
    """
    # What opens a link chooses all that stands in it: nothing of it is taken for options.
    link = words[0] if words and is_link(words[0]) else None
    words = () if link is not None else words
    parser = _top()
    before, typed = split_at_command(words)
    if not {"-h", "--help", "--version"} & set(before):
        _require_known(parser, before, typed)
    chosen = _add_commands(parser, COMMANDS, typed, title="commands", dest="command", metavar="COMMAND")
    arguments, extra = parser.parse_known_args(words)
    command = COMMANDS.get(arguments.command)
    if isinstance(command, CommandGroup) and arguments.action is None:
        raise usage_error(f"{chosen.prog} needs a second word.", _choose_second(chosen.prog, command))
    if extra:
        raise _unknown(parser, chosen, extra)
    if arguments.command is None:
        if arguments.json:
            raise usage_error("--json needs a command.", "For example: companion licences --json")
        arguments.run = _module(WINDOW).run
        arguments.pressed = (code_of(link) or UNKNOWN_CODE) if link is not None else None
    elif arguments.tray:
        raise usage_error("--tray starts the program in the tray and goes without a command.", "Use: companion --tray")
    return arguments


def _add_commands(
    parser: Parser, commands: Mapping[str, Command | CommandGroup], typed: Sequence[str], **settings: Any
) -> Parser:
    """Add `commands` to `parser`; only the one that was typed gets its arguments, for which its module is imported.

    Returns the parser of the command that was typed.
    """
    chosen = parser
    adding = parser.add_subparsers(parser_class=Parser, prog=parser.prog, **settings)
    for name, command in commands.items():
        summary = command.summary
        # Written out here: `core.text` would load what --version and --help do without.
        added = adding.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        if [name] != list(typed[:1]):
            continue
        if isinstance(command, CommandGroup):
            added.describe(examples=command.examples)
            chosen = _add_commands(
                added, command.commands, typed[1:], title="commands", dest="action", metavar="COMMAND"
            )
            continue
        chosen = added
        module = _module(command)
        added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")
        module.add_arguments(added)
        added.set_defaults(run=module.run)
    return chosen


def _module(command: Command) -> Any:
    return importlib.import_module(f"companion.cli.commands.{command.module}")


def _top() -> Parser:
    parser = Parser(
        prog="companion",
        usage="companion [--store URL] [--home DIR] [--wait SECONDS] [--verbose] [--json] COMMAND ...\n"
        "       companion [--tray]",
        description="Looks after software you bought online. Without a command, the window opens.",
    )
    parser.describe(
        examples=("demo", "--store https://shop.example orders add LF-5930-2216", "licences --json", "download --help"),
        notes="Exit codes: 0 done, 1 the answer is no, 2 usage, 3 store or network failed, 130 stopped.",
    )
    parser.add_argument("--version", action="version", version=f"Companion {__version__}")
    parser.add_argument("--store", metavar="URL", help="the store's address (https://…); remembered the first time")
    parser.add_argument("--home", metavar="DIR", type=path_named, help="the folder in which Companion keeps everything")
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=whole(1, 3600),
        help="how long to wait for a store before showing what was read last; 3 by default",
    )
    parser.add_argument("--verbose", action="store_true", help="write a more detailed log")
    parser.add_argument("--tray", action="store_true", help="start in the tray, without a command")
    parser.add_argument("--json", action="store_true", help="print one JSON object; also after the command")
    parser.set_defaults(progress=None)
    return parser


def split_at_command(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the options before the command, without their values, and the words from the command on."""
    options: list[str] = []
    expected = False
    for place, word in enumerate(words):
        if not expected and not word.startswith("-"):
            return options, [each for each in words[place:] if not each.startswith("-")]
        if not expected:
            options.append(word.partition("=")[0])
        expected = not expected and word in _WITH_VALUE
    return options, []


# Mistakes


def _require_known(parser: Parser, before: Sequence[str], typed: Sequence[str]) -> None:
    """Raise `CompanionError` ``usage`` for an option or a command that does not exist."""
    for option in before:
        if option == "--progress":
            raise usage_error(
                "--progress goes after the command.", "For example: companion download LF-5930-2216 --progress json"
            )
        if option not in parser.options:
            raise _unknown(parser, parser, [option])
    if not typed:
        return
    command = COMMANDS.get(typed[0])
    if command is None:
        instead = _instead(typed[0])
        hint = f"Did you mean: {instead}? " if instead else ""
        raise usage_error(f"There is no command “{typed[0]}”.", f"{hint}All commands: companion --help")
    if isinstance(command, CommandGroup):
        _require_second(typed, command)


def _require_second(typed: Sequence[str], group: CommandGroup) -> None:
    name, known = f"companion {typed[0]}", group.commands
    if len(typed) > 1 and typed[1] not in known:
        near = closest(typed[1], known)
        hint = f"Did you mean: {name} {near}?" if near else _choose_second(name, group)
        raise usage_error(f"There is no command “{typed[0]} {typed[1]}”.", hint)


def _choose_second(name: str, group: CommandGroup) -> str:
    from companion.domain.core.text import joined

    return f"Use {name} with {joined(list(group.commands), 'or')}. More: {name} --help"


def _instead(word: str) -> str:
    """Returns the whole commands that a word may stand for, empty when none comes to mind."""
    if in_groups := [f"companion {name} {word}" for name, group in _GROUPS.items() if word in group.commands]:
        from companion.domain.core.text import joined

        return joined(in_groups, "or")
    found = _SYNONYMS.get(word.lower()) or closest(word.lower(), COMMANDS)
    return f"companion {found}" if found else ""


def _unknown(parser: Parser, chosen: Parser, extra: Sequence[str]) -> CompanionError:
    """Returns the error for words that the command does not take."""
    option = next((word.partition("=")[0] for word in extra if word.startswith("-")), None)
    if option is None:
        from companion.domain.core.text import counted

        # Not repeated: a person may have typed a password.
        verb = "is" if len(extra) == 1 else "are"
        return chosen.mistake(f"There {verb} {counted(len(extra), 'word')} too many for {chosen.prog}.")
    if option in parser.options:
        name = chosen.prog.removeprefix("companion ")
        value = " VALUE" if option in _WITH_VALUE else ""
        return usage_error(f"{option} goes before the command.", f"Use: companion {option}{value} {name}")
    near = closest(option, {*chosen.options, *parser.options})
    hint = f"Did you mean: {near}? All options: {chosen.prog} --help" if near else f"All options: {chosen.prog} --help"
    return usage_error(f"There is no option {option} for {chosen.prog}.", hint)
