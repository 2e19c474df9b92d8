"""``companion support``, ``help-search`` and ``case-file``: help that knows this PC."""

from __future__ import annotations

import argparse
import locale
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.arguments import common
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.run import Run, write_file
from companion.domain.errors import CompanionError, Kind
from companion.domain.support import Opening
from companion.domain.wire import Value

if TYPE_CHECKING:
    from companion.domain.help_text import Article


class SupportNumber(Value, frozen=True):
    """``support``: the right number (E.164), why it is the right one, and whether somebody answers now."""

    maker: str | None
    name: str
    phone: str
    why: str
    opening: Opening
    hours: str
    website: str | None


class FoundArticle(Value, frozen=True):
    """One help article; `name` is what ``--read`` takes."""

    name: str
    title: str
    excerpt: str


class HelpFound(Value, frozen=True):
    """``help-search``: the articles that fit best, the best first."""

    words: str
    articles: tuple[FoundArticle, ...]


class HelpArticle(Value, frozen=True):
    """``help-search --read``: a whole article; `body` is in Markdown."""

    name: str
    title: str
    body: str


class CaseWritten(Value, frozen=True):
    """``case-file``: where it was written, and its size in bytes."""

    path: str
    size: int


def add_support(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion support``."""
    parser.add_argument("--maker", metavar="NAME", help="the PC's maker, if not this PC's")
    parser.add_argument("--country", metavar="CODE", help="the country, such as US, if not that of the latest order")
    common(
        parser,
        support,
        epilog="JSON: {maker, name, phone, why, opening: {desk, changesAt}, hours, website}\n"
        "desk is open, closed, always or unknown.",
    )


def add_help_search(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion help-search``."""
    parser.add_argument("words", metavar="WORDS", nargs="*", help="what to look for")
    parser.add_argument("--read", metavar="NAME", help="show an article whole")
    common(
        parser,
        search_help,
        epilog="JSON: {words, articles: [{name, title, excerpt}]}, with --read {name, title, body}\n"
        "Exit 1 when nothing is found.",
    )


def add_case_file(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion case-file``."""
    parser.add_argument("--to", metavar="FILE", type=Path, required=True, help="the file to write")
    common(parser, write_case_file, epilog="JSON: {path, size}\nPasswords, keys and card digits are never in it.")


def support(run: Run) -> int:
    """The number for this PC's maker, product and country; from the store's own profile only."""
    from companion.domain.support import normalise_maker, opening, opening_sentence, right_number
    from companion.domain.wording import plain_moment

    services = run.services
    profile = services.orders.profile()
    given = run.arguments.maker
    maker = normalise_maker(given, profile.support.makers) if given else services.this_pc.maker(profile.support)
    orders = [known.order for known in services.orders.remembered() if known.order is not None]
    latest = max(orders, key=lambda order: order.placed_at, default=None)
    product = latest.licences[0].product_id if latest and latest.licences else None
    country = run.arguments.country.upper() if run.arguments.country else (latest.country if latest else None)
    found = right_number(profile.support, maker, product, country, _language())
    if found is None:
        raise CompanionError(
            "no-number",
            "There is no number for this PC",
            f"{profile.store.name} names no support number that serves it.",
            f"The store's own page may help: {profile.support.website or profile.store.website}",
        )
    desk = opening(found.entry, services.clock(), services.zone)
    sentence = opening_sentence(desk, plain_moment(services.zone))
    shown = SupportNumber(
        maker=maker, name=found.entry.name, phone=found.entry.phone, why=found.why, opening=desk, hours=sentence,
        website=profile.support.website,
    )  # fmt: skip
    run.output.result(
        shown,
        f"{shown.phone}  {shown.name}",
        sentence,
        shown.why,
        "Before you call, write a case file, so that nobody asks twice: companion case-file --to case.json",
    )
    return EXIT_DONE


def _language() -> str | None:
    """The language of the person's system (``de``), or None."""
    name = locale.getlocale()[0] or ""
    return name.partition("_")[0] if name[:1].islower() else None


def search_help(run: Run) -> int:
    """Find help articles by words, or show one whole."""
    asked = run.arguments
    if bool(asked.words) == bool(asked.read):
        raise CompanionError(
            "usage",
            "This command was not understood",
            "Help is searched by words, or one article is read by its name.",
            "Use: companion help-search WORDS, or: companion help-search --read NAME",
            kind=Kind.USAGE,
        )
    articles = run.services.help
    profile = run.services.orders.remembered_profile()
    if profile is not None:
        articles.use(profile)
    if asked.read:
        return _read(run, articles.article(asked.read))
    words = " ".join(asked.words)
    hits = articles.search(words)
    found = tuple(FoundArticle(name=hit.name, title=hit.title, excerpt=hit.excerpt) for hit in hits)
    lines = [line for each in found for line in (f"{each.title}  ({each.name})", f"    {each.excerpt}")]
    run.output.result(HelpFound(words=words, articles=found), *(lines or [f"No article mentions “{words}”."]))
    return EXIT_DONE if found else EXIT_NO


def _read(run: Run, article: Article | None) -> int:
    if article is None:
        raise CompanionError(
            "article-unknown",
            "There is no such article",
            f"No help article goes by {run.arguments.read}.",
            "Look for one: companion help-search WORDS",
        )
    shown = HelpArticle(name=article.name, title=article.title, body=article.body)
    run.output.result(shown, article.title, "", article.body)
    return EXIT_DONE


def write_case_file(run: Run) -> int:
    """Write the redacted case file."""
    from companion.services.case_files import case_file

    path = run.arguments.to.absolute()
    data = case_file(run.services).encode()
    write_file(path, data)
    run.output.result(
        CaseWritten(path=str(path), size=len(data)),
        f"Written: {path}",
        "It holds what happened, versions and what was found on this PC.",
        "Passwords, keys and card digits are not in it.",
    )
    return EXIT_DONE
