"""``companion purchases new``: a purchase by hand."""

from __future__ import annotations

import argparse

from companion.cli.commands.purchases.shown import JSON, NOT_KEPT, key_words_of, lines, shown, tidy_key
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import ask_secret
from companion.cli.usage import Parser, usage_error
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind, read_value
from companion.services.store.keychain.keychain import Kept

_OPTIONS = {
    "product": (Field.PRODUCT, "NAME", "what it is called"),
    "maker": (Field.MAKER, "NAME", "who makes it"),
    "store": (Field.STORE_NAME, "NAME", "the shop it is from"),
    "order": (Field.ORDER_NUMBER, "NUMBER", "the order number"),
    "bought": (Field.BOUGHT_ON, "DATE", "the day it was bought (2027-01-08)"),
    "expires": (Field.EXPIRES, "DATE", "the day it ends, or: never, or: subscription"),
    "price": (Field.PRICE, "AMOUNT", "what it cost (59.95 USD)"),
    "renews": (Field.RENEWS_ON, "DATE", "the day it renews"),
    "renewal_price": (Field.RENEWAL_PRICE, "AMOUNT", "what the renewal costs"),
    "auto_renew": (Field.AUTO_RENEW, "STATE", "on, off, failed or unknown"),
    "seats": (Field.SEATS_LIMIT, "COUNT", "how many PCs may use it, or: unlimited"),
    "return_by": (Field.RETURN_BY, "DATE", "the last day to give it back"),
    "cancel_by": (Field.CANCEL_BY, "DATE", "the last day to cancel the renewal"),
    "page": (Field.MANAGE_PAGE, "URL", "the page where it is managed"),
    "note": (Field.NOTE, "TEXT", "whatever you want to remember"),
}


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases new``."""
    for name, (_, metavar, about) in _OPTIONS.items():
        destination = "purchase_store" if name == "store" else name
        parser.add_argument(f"--{name.replace('_', '-')}", dest=destination, metavar=metavar, help=about)
    parser.add_argument("--key-stdin", action="store_true", help="read the licence key from standard input")
    parser.add_argument("--key", dest="typed_key", metavar="KEY", help=argparse.SUPPRESS)
    parser.describe(
        json=JSON,
        examples=(
            'purchases new --product "Harbour Suite" --order 18 --expires 2028-01-08',
            'purchases new --product "Quill Editor" --key-stdin --expires never',
        ),
        notes="A key is read from standard input only and goes into the keychain.",
    )


def run(context: CommandContext) -> int:
    """Add a purchase by hand."""
    asked = context.arguments
    if asked.typed_key is not None:
        raise usage_error(
            "A key is not typed among the words of a command, where other programs can read it.",
            'Give it on standard input: companion purchases new --product "Harbour Suite" --key-stdin',
        )
    typed = {
        name: value
        for name in _OPTIONS
        if (value := getattr(asked, "purchase_store" if name == "store" else name)) is not None
    }
    if "product" not in typed:
        raise usage_error(
            "A purchase needs the name of its product.",
            'For example: companion purchases new --product "Harbour Suite"',
        )
    product = read_value(Field.PRODUCT, typed["product"])
    values = []
    for name, text in typed.items():
        field = _OPTIONS[name][0]
        values.append((field, read_value(field, text), product))
    key: Secret | None = ask_secret("Licence key", from_stdin=True, option="--key-stdin") if asked.key_stdin else None
    owned = context.owned
    draft = draft_of(
        values,
        Source(kind=SourceKind.PERSON),
        owned.clock(),
        keys=[(product, tidy_key(key))] if key is not None else (),
    )
    added = owned.purchases.add(draft, as_new=True)
    found = owned.purchases.get(str(added.purchase_id))
    told = lines(found, context.ends, key_words_of(owned.purchases, found))
    context.output.result(shown(found), *told)
    if added.kept is Kept.SESSION:
        context.output.say(NOT_KEPT)
    return EXIT_DONE
