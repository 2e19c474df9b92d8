"""``companion support``: whom to call about what was bought, and whether the number is answered now."""

from __future__ import annotations

from companion.cli.commands.support.lines import SupportLine, purchase_line, spoken, store_line
from companion.cli.commands.support.subjects import KnownSubjects, chosen_subject, known_subjects
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.store.profile import MenuChoice
from companion.domain.support.hotline import NOTHING_STATED, Stated
from companion.domain.support.makers_desk import directory_desk
from companion.domain.support.opening_hours import Opening
from companion.domain.support.subjects import (
    SupportSubject,
)
from companion.services.storage.records import KnownCase


class SupportResult(Model, frozen=True):
    """``support``: the right number (E.164, and for reading), why it is the right one, and whether it is answered now.

    `maker`, `model`, `product` and `country` are what it was chosen by; `cases` are those opened from this PC. `about`
    is what was chosen; `lines` has the number of every store and maker, that one first.
    """

    maker: str | None
    model: str | None
    product: str | None
    country: str | None
    name: str
    phone: str
    phone_display: str
    why: str
    opening: Opening
    hours: str
    website: str | None
    about: SupportLine
    cases: tuple[KnownCase, ...] = ()
    menu: tuple[MenuChoice, ...] = ()
    source: str = ""
    lines: tuple[SupportLine, ...] = ()


def add_arguments(parser: Parser) -> None:
    """Describe ``companion support``."""
    parser.add_argument(
        "about",
        metavar="ABOUT",
        nargs="?",
        help="an order number, a purchase, a product, a store or a maker; without it, what needs attention",
    )
    parser.add_argument("--maker", metavar="NAME", help="the maker of the PC, if it is not this PC")
    parser.add_argument("--another-pc", action="store_true", help="it is about another PC than this one")
    parser.add_argument("--product", metavar="NAME", help="the product, if it is not the order's first")
    parser.add_argument("--country", metavar="CODE", help="the country, such as US, if not that of the order")
    parser.describe(
        json="{maker, model, product, country, name, phone, phoneDisplay, why, opening: {desk, changesAt, holiday}, "
        "hours, website, cases: [{openedAt, orderNumber, summary, case}], about, menu: [{keys, about, products}], "
        "source, lines: [{name, store, orderNumber, purchase, product, phone, phoneDisplay, opening, hours, menu, why, "
        "source, page, maker, model, country, desk}]}; desk of opening is open, closed, always or unknown",
        examples=("support", "support LF-5930-2216", "support --maker Dell --country US --another-pc"),
        notes="Numbers come from a store's own profile or the directory of makers, never from an e-mail. Stores are "
        "not asked when their profile is known.",
    )


def run(context: CommandContext) -> int:
    """Show whom to call about what is meant, and the numbers of everything else that was bought."""
    stated = _stated(context)
    known = known_subjects(context)
    chosen = chosen_subject(context, known, context.arguments.about)
    lines = _lines(context, known, chosen, stated)
    first = next((line for line in lines if line.phone is not None), None)
    if first is None or (context.arguments.about and lines[0].phone is None):
        raise _no_number(lines)
    result = _result(first, lines, known)
    context.output.result(result, *_spoken(context, result))
    return EXIT_DONE


def _stated(context: CommandContext) -> Stated:
    asked = context.arguments
    country = asked.country
    if country is not None and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise usage_error(f"“{clean_text(country, 20)}” is not the code of a country.", "Use two letters, such as US.")
    return Stated(asked.maker, asked.product, country, asked.another_pc)


def _lines(
    context: CommandContext, known: KnownSubjects, chosen: SupportSubject | None, stated: Stated
) -> tuple[SupportLine, ...]:
    """The line of what is chosen, then one of each other store and maker."""
    directory = context.owned.directory.current
    found: list[tuple[bool, SupportLine]] = []
    for store in known.stores:
        here = chosen is not None and chosen.store == store.services.orders.store
        said = stated if here or chosen is None else NOTHING_STATED
        found.append((here, store_line(store, chosen if here else None, said)))
    purchases = {each.id: each for each in known.purchases}
    for subject in known.subjects:
        if subject.purchase:
            purchase = purchases[subject.purchase]
            line = purchase_line(subject, purchase, directory_desk(purchase, directory))
            found.append((subject == chosen, line))
    found.sort(key=lambda each: not each[0])
    # Several purchases of one maker share its number.
    once: dict[tuple[str | None, str | None], SupportLine] = {}
    for _, line in found:
        once.setdefault((line.store, line.phone or line.purchase), line)
    return tuple(once.values())


def _result(line: SupportLine, lines: tuple[SupportLine, ...], known: KnownSubjects) -> SupportResult:
    return SupportResult(
        maker=line.maker,
        model=line.model,
        product=line.product,
        country=line.country,
        name=line.desk or line.name,
        phone=line.phone or "",
        phone_display=line.phone_display or "",
        why=line.why,
        opening=line.opening,
        hours=line.hours,
        website=line.page,
        cases=tuple(case for store in known.stores for case in store.services.orders.cache.cases()),
        about=line,
        menu=line.menu,
        source=line.source,
        lines=lines,
    )


def _spoken(context: CommandContext, result: SupportResult) -> list[str]:
    line = result.about
    chosen = [result.maker, result.model, result.product, result.country]
    said = [*spoken(line), f"Chosen for: {', '.join(part for part in chosen if part) or 'any PC'}"]
    said += [_about_words(line)] if len(result.lines) > 1 else []
    said.append("Before you call, have the case file at hand; it answers most questions: companion case-file")
    for known in result.cases:
        opened = f"of {context.formats.moment(known.opened_at)}, order {known.order_number}"
        said.append(f"Case {known.case.case_number} {opened}: {known.summary}")
    for other in result.lines:
        if other is not line:
            said += ["", f"{_about_words(other)}", *(f"  {part}" for part in spoken(other))]
    return said


def _about_words(line: SupportLine) -> str:
    what = f", order {line.order_number}" if line.order_number else ""
    product = f"{line.product}: " if line.product else ""
    return f"About {product}{line.name}{what}"


def _no_number(lines: tuple[SupportLine, ...]) -> CompanionError:
    if not lines:
        return CompanionError(
            ErrorCode.NO_NUMBER,
            "There is nothing to call about yet",
            "Companion knows of nothing that you bought.",
            "Add it first: companion add FILE",
        )
    return CompanionError(
        ErrorCode.NO_NUMBER,
        "There is no number for this",
        lines[0].why,
        f"The number of everything else: companion support. Page for help: {lines[0].page}"
        if lines[0].page
        else "Whatever else you bought: companion support",
    )
