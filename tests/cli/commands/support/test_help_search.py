"""``companion help-search``."""

from __future__ import annotations

from companion.cli.commands.support.help_search import HelpArticle, HelpSearchResult
from tests.kits.cli import Cli


def test_help_is_searched_and_read(cli: Cli) -> None:
    found = cli("help-search", "auto", "renewal", "--json").shown(HelpSearchResult)
    assert found.articles
    read = cli("help-search", "--read", found.articles[0].name, "--json").shown(HelpArticle)
    assert read.title == found.articles[0].title
    assert cli("help-search", "qqqxyz").code == 1
    cli("help-search", "--read", "nothing", "--json").error(1, "article-unknown")
    cli("help-search", "--json").error(2, "usage")
