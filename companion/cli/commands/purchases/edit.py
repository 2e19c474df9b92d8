"""``companion purchases edit``: what the person knows better."""

from __future__ import annotations

from companion.cli.commands.purchases.shown import JSON, NOT_KEPT, fact_lines, key_words_of, lines, shown, tidy_key
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.prompts import ask_secret
from companion.cli.usage import Parser, usage_error
from companion.domain.core.text import joined
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases.facts import SECRET_FIELDS, Field, Source, SourceKind, item_key
from companion.services.store.keychain.keychain import Kept

_NOT_TYPED = SECRET_FIELDS | {Field.SENDER_DOMAIN}
_FIELDS = tuple(field for field in Field if field not in _NOT_TYPED)


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases edit``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    parser.add_argument(
        "changes", metavar="FIELD=VALUE", nargs="+", help="what to change; FIELD[PRODUCT]=VALUE for one of several"
    )
    parser.describe(
        json=JSON,
        examples=(
            "purchases edit 3f9a2c expires=2028-01-08 autoRenew=off",
            'purchases edit 3f9a2c "expires[Harbour Suite]=never"',
            "purchases edit 3f9a2c price=",
            "purchases edit 3f9a2c key=- < key.txt",
        ),
        notes=f"Fields: {', '.join(_FIELDS)}. An empty value takes back what you typed before. A key is read from "
        "standard input only and goes into the keychain.",
    )


def run(context: CommandContext) -> int:
    """Set values as the person's word, or take them back."""
    changes = [_change(text) for text in context.arguments.changes]
    places = [(field, item.casefold()) for field, _, item in changes]
    for field, item in places:
        if places.count((field, item)) > 1:
            raise usage_error(f"“{field.value}” is given twice.", "Name each field once, with the value that is right.")
    purchases = context.owned.purchases
    kept = [_keep_key(context, item) for field, _, item in changes if field is Field.KEY]
    found = purchases.edit(context.arguments.id, [change for change in changes if change[0] is not Field.KEY])
    told = lines(found, context.ends, key_words_of(context.owned.purchases, found))
    context.output.result(shown(found), *told, *fact_lines(found))
    if Kept.SESSION in kept:
        context.output.say(NOT_KEPT)
    return EXIT_DONE


def _keep_key(context: CommandContext, name: str) -> Kept:
    """Keep the key on standard input as that of the only product, or of the one named."""
    purchases = context.owned.purchases
    found = purchases.get(context.arguments.id)
    if not name and len(found.products) > 1:
        names = joined([f"“{product.name}”" for product in found.products])
        raise usage_error(
            f"It is not clear which of {names} the key is for.",
            f'Name it, for example: companion purchases edit {found.id[:6]} "key[{found.products[0].name}]=-"',
        )
    key = tidy_key(ask_secret("Licence key", from_stdin=True, option="key=-"))
    item = item_key(Field.KEY, name or (found.products[0].name if found.products else ""))
    return purchases.keep_secret(found.id, Field.KEY, item, key, Source(kind=SourceKind.PERSON))


def _change(text: str) -> tuple[Field, str, str]:
    name, separator, value = text.partition("=")
    name, _, item = name.partition("[")
    if not separator:
        raise usage_error(
            f"“{clean_text(text, 60)}” has no = in it.", "Write FIELD=VALUE, for example: expires=2028-01-08"
        )
    if name.strip().casefold() == Field.KEY.value:
        if value.strip() != "-":
            raise usage_error(
                "A key is not typed among the words of a command, where other programs can read it.",
                "Write key=- and give it on standard input, for example:"
                " companion purchases edit 3f9a2c key=- < key.txt",
            )
        return Field.KEY, value, item.rstrip("] ").strip()
    found = {field.value.casefold(): field for field in _FIELDS}.get(name.strip().casefold())
    if found is None:
        raise usage_error(f"“{clean_text(name, 40)}” is not a field.", f"Fields: {joined(list(_FIELDS))}.")
    return found, value, item.rstrip("] ").strip()
