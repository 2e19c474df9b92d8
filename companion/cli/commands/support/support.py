"""``companion support``, ``help-search`` and ``case-file``: help that knows this PC."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.context import CommandContext, write_file
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.parser import common, password_option
from companion.cli.prompts import confirm
from companion.cli.support_number import support_number
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model
from companion.domain.store.orders import SupportCase

if TYPE_CHECKING:
    from companion.domain.support.help_articles import Article


class FoundArticle(Model, frozen=True):
    """One help article; `name` is what ``--read`` takes."""

    name: str
    title: str
    excerpt: str


class HelpFound(Model, frozen=True):
    """``help-search``: the articles that fit best, the best first."""

    words: str
    articles: tuple[FoundArticle, ...]


class HelpArticle(Model, frozen=True):
    """``help-search --read``: a whole article; `body` is in Markdown."""

    name: str
    title: str
    body: str


class CaseWritten(Model, frozen=True):
    """``case-file``: the text itself unless it was saved or sent, where it was written, its size in bytes.

    `case` is what support has taken on, None when it was not sent.
    """

    path: str | None
    size: int
    text: str | None = None
    case: SupportCase | None = None


def add_support(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion support``."""
    parser.add_argument("--maker", metavar="NAME", help="the PC's maker, if not this PC's")
    parser.add_argument("--country", metavar="CODE", help="the country, such as US, if not that of the latest order")
    common(
        parser,
        support,
        epilog="JSON: {maker, model, product, country, name, phone, why, opening: {desk, changesAt}, hours, website,\n"
        "cases: [{openedAt, orderNumber, summary, case}]}; desk is open, closed, always or unknown.",
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
    parser.add_argument("number", metavar="NUMBER", nargs="?", help="the order it is about")
    parser.add_argument("--to", metavar="FILE", type=Path, help="the file to write; without it, it is shown")
    parser.add_argument("--send", metavar="SUMMARY", help="send it to support; in one sentence, what does not work?")
    parser.add_argument("--yes", action="store_true", help="send it without asking")
    password_option(parser)
    common(
        parser,
        write_case_file,
        epilog="JSON: {path, size, text, case: {caseNumber, nextStep, answerBy}}\n"
        "Passwords, keys, card digits, e-mail addresses and names in paths are never in it.",
    )


def support(context: CommandContext) -> int:
    """The number for this PC's maker, product and country; from the store's own profile only."""
    from companion.domain.support.hotline import spaced

    services = context.services
    profile = services.orders.profile()
    found = support_number(services, profile, maker=context.arguments.maker, country=context.arguments.country)
    if found is None:
        raise CompanionError(
            ErrorCode.NO_NUMBER,
            "There is no number for this PC",
            f"{profile.store.name} names no support number that serves it.",
            f"The store's own page may help: {profile.support.website or profile.store.website}",
        )
    chosen = [found.maker, found.model, found.product, found.country]
    lines = [
        f"{spaced(found.phone)}  {found.name}",
        found.hours,
        found.why,
        f"Chosen for: {', '.join(part for part in chosen if part) or 'any PC'}",
        "Before you call, look at the case file, so that nobody asks twice: companion case-file",
    ]
    for known in found.cases:
        opened = f"of {context.moment(known.opened_at)}, order {known.order_number}"
        lines.append(f"Case {known.case.case_number} {opened}: {known.summary}")
    context.output.result(found, *lines)
    return EXIT_DONE


def search_help(context: CommandContext) -> int:
    """Find help articles by words, or show one whole."""
    asked = context.arguments
    if bool(asked.words) == bool(asked.read):
        raise CompanionError(
            ErrorCode.USAGE,
            "This command was not understood",
            "Help is searched by words, or one article is read by its name.",
            "Use: companion help-search WORDS, or: companion help-search --read NAME",
            kind=ErrorKind.USAGE,
        )
    articles = context.services.help
    profile = context.services.orders.remembered_profile()
    if profile is not None:
        articles.use(profile)
    if asked.read:
        return _read(context, articles.article(asked.read))
    words = " ".join(asked.words)
    hits = articles.search(words)
    found = tuple(FoundArticle(name=hit.name, title=hit.title, excerpt=hit.excerpt) for hit in hits)
    lines = [line for each in found for line in (f"{each.title}  ({each.name})", f"    {each.excerpt}")]
    context.output.result(HelpFound(words=words, articles=found), *(lines or [f"No article mentions “{words}”."]))
    return EXIT_DONE if found else EXIT_NO


def _read(context: CommandContext, article: Article | None) -> int:
    if article is None:
        raise CompanionError(
            ErrorCode.ARTICLE_UNKNOWN,
            "There is no such article",
            f"No help article goes by {context.arguments.read}.",
            "Look for one: companion help-search WORDS",
        )
    shown = HelpArticle(name=article.name, title=article.title, body=article.body)
    # A terminal shows no bold type, only the asterisks around it.
    context.output.result(shown, article.title, "", article.body.replace("**", ""))
    return EXIT_DONE


def write_case_file(context: CommandContext) -> int:
    """Show the redacted case file, save it, or send it to support after the person has read it."""
    asked = context.arguments
    number = context.number() if asked.number else None
    summary = " ".join(asked.send.split()) if asked.send is not None else None
    if summary is not None and (number is None or not summary):
        raise CompanionError(
            ErrorCode.USAGE,
            "This command was not understood",
            "A case is about one order, and says in a sentence what does not work.",
            'Use: companion case-file NUMBER --send "The installer stops."',
            kind=ErrorKind.USAGE,
        )
    text = context.services.case_files.text(number)
    path = asked.to.absolute() if asked.to is not None else None
    if path is not None:
        write_file(path, text.encode())
    case = _sent(context, number, summary, text) if number is not None and summary is not None else None
    shown = path is None and case is None
    lines = [text.rstrip()] if shown else []
    lines += [f"Written: {path}"] if path is not None else []
    if case is not None:
        lines.append(f"Your case number is {case.case_number}. An answer comes by {context.moment(case.answer_by)}.")
        lines.append(case.next_step)
    if not shown:
        lines.append("It holds what happened, versions and what was found on this PC.")
        lines.append("Passwords, keys and card digits are not in it.")
    context.output.result(
        CaseWritten(path=str(path) if path else None, size=len(text.encode()), text=text if shown else None, case=case),
        *lines,
    )
    return EXIT_DONE


def _sent(context: CommandContext, number: str, summary: str, text: str) -> SupportCase:
    """Send the case file once the person, who has it before their eyes, agrees."""
    if not context.arguments.yes:
        context.output.say("This would be sent:", "", text)
    confirm("Send this to support?", yes=context.arguments.yes)
    return context.opened(number, lambda: context.services.orders.open_case(number, summary, text))
