"""``companion help-search``: search and read the help articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser, usage_error
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.support.help_articles import linked_articles, plain_body

if TYPE_CHECKING:
    from companion.domain.support.help_articles import Article
    from companion.services.support.help_search import HelpSearch


class FoundArticle(Model, frozen=True):
    """One help article; `name` is what ``--read`` takes."""

    name: str
    title: str
    excerpt: str


class HelpSearchResult(Model, frozen=True):
    """``help-search``: the articles that fit best, the best first."""

    words: str
    articles: tuple[FoundArticle, ...]


class HelpArticle(Model, frozen=True):
    """``help-search --read``: a whole article; `body` is in Markdown."""

    name: str
    title: str
    body: str


def add_arguments(parser: Parser) -> None:
    """Describe ``companion help-search``."""
    parser.add_argument("words", metavar="WORDS", nargs="*", help="the words to search for")
    parser.add_argument("--read", metavar="NAME", help="instead: show one article, by the name that a search prints")
    parser.describe(
        json="{words, articles: [{name, title, excerpt}]}, with --read {name, title, body}",
        examples=("help-search auto renewal", "help-search --read auto-renewal"),
        notes="Exit 1 when nothing is found.",
    )


def run(context: CommandContext) -> int:
    """Find help articles by words, or show one whole."""
    asked = context.arguments
    if bool(asked.words) == bool(asked.read):
        raise usage_error(
            "Help is searched by words, or one article is read by its name.",
            "Use: companion help-search WORDS, or: companion help-search --read NAME",
        )
    articles = _articles(context)
    if asked.read:
        return _read(context, articles.article(asked.read))
    words = " ".join(asked.words)
    hits = articles.search(words)
    found = tuple(FoundArticle(name=hit.name, title=hit.title, excerpt=hit.excerpt) for hit in hits)
    lines = [line for each in found for line in (f"{each.title}  ({each.name})", f"    {each.excerpt}")]
    context.output.result(
        HelpSearchResult(words=words, articles=found), *(lines or [f"No article mentions “{words}”."])
    )
    return EXIT_DONE if found else EXIT_NO


def _articles(context: CommandContext) -> HelpSearch:
    """The articles, with the numbers of the store that is meant where there is one."""
    from companion.services.app.resources import resource
    from companion.services.support.help_search import HelpSearch

    try:
        services = context.services
    except CompanionError as error:
        if error.code is not ErrorCode.NO_STORE:
            raise
        return HelpSearch(resource("help"))
    profile = services.orders.cache.remembered_profile()
    if profile is not None:
        services.help.use(profile)
    return services.help


def _read(context: CommandContext, article: Article | None) -> int:
    if article is None:
        raise CompanionError(
            ErrorCode.ARTICLE_UNKNOWN,
            "There is no such article",
            f"There is no help article {context.arguments.read}.",
            "Look for one: companion help-search WORDS",
        )
    shown = HelpArticle(name=article.name, title=article.title, body=article.body)
    more = [f"Read more: companion help-search --read {name}" for name in linked_articles(article)]
    context.output.result(shown, article.title, "", plain_body(article).rstrip(), *(["", *more] if more else []))
    return EXIT_DONE
