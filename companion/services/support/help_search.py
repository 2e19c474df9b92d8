"""The offline help: all articles, searched while words are typed."""

from __future__ import annotations

import logging
import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from companion.domain.core.model import Model
from companion.domain.core.text import FormatMoney, plain_money
from companion.domain.store.profile import Profile
from companion.domain.support.help_articles import GENERAL, Article, filled, read_article, values_of

_log = logging.getLogger(__name__)

_MOST_WORDS = 12
_LONGEST_WORD = 40
# Words a question is made of, which say nothing about its subject.
_EMPTY = frozenset(
    (
        *("a", "an", "and", "are", "can", "do", "does", "for", "get", "have", "how", "i", "in", "is", "it", "my"),
        *("of", "on", "or", "the", "this", "to", "was", "what", "when", "where", "why", "with", "you", "your"),
    )
)


class Hit(Model, frozen=True):
    """One article that was found, with a few words around what was looked for."""

    name: str
    title: str
    excerpt: str


class HelpSearch:
    """The articles, found by their words, by the error they help with, or by name.

    The index lives in memory: SQLite's full-text search (FTS5), or a plain look through all articles where SQLite
    comes without it. It is built when it is first needed. Any thread may ask.
    """

    def __init__(
        self,
        folder: Path,
        profile: Profile | None = None,
        format_money: FormatMoney = plain_money,
        connection: sqlite3.Connection | None = None,
    ) -> None:
        """Take the articles in `folder` (``*.md``), with the numbers of `profile`, or none while no store is known."""
        self._folder = folder
        self._profile, self._format_money = profile, format_money
        self._lock = threading.RLock()
        self._index = connection or sqlite3.connect(":memory:", check_same_thread=False)
        self._raw: tuple[Article, ...] | None = None
        self._articles: dict[str, Article] | None = None
        self._full_text = False

    def use(self, profile: Profile) -> None:
        """Tell the numbers of this store from now on."""
        with self._lock:
            if profile != self._profile:
                self._profile, self._articles = profile, None

    @property
    def full_text(self) -> bool:
        """Whether SQLite's full-text search is there."""
        self._known()
        return self._full_text

    def close(self) -> None:
        """Give the index back."""
        with self._lock:
            self._index.close()

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles by title. Raises `ValueError` for an article that is broken: that is a broken installation."""
        return tuple(sorted(self._known().values(), key=lambda article: article.title.casefold()))

    def article(self, name: str) -> Article | None:
        """The article `name`, or None."""
        return self._known().get(name)

    def for_error(self, code: str) -> tuple[Article, ...]:
        """The articles that help with the error `code`."""
        return tuple(article for article in self.articles if code in article.errors)

    def search(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The articles that fit `text` best; the last word may be unfinished. Whatever is typed, nothing is raised."""
        words = _words(text)
        if not words:
            return ()
        articles = self._known()
        if not self._full_text:
            return _look_through(articles.values(), words, limit)
        # All words first; when no article has them all, those that have most.
        return self._ask(" AND ".join(words), limit) or self._ask(" OR ".join(words), limit)

    def _known(self) -> dict[str, Article]:
        with self._lock:
            if self._raw is None:
                files = sorted(self._folder.glob("*.md"))
                self._raw = tuple(read_article(file.stem, file.read_text("utf-8")) for file in files)
            if self._articles is None:
                values = GENERAL if self._profile is None else values_of(self._profile, self._format_money)
                self._articles = {article.name: filled(article, values) for article in self._raw}
                self._full_text = self._build(self._articles.values())
            return self._articles

    def _build(self, articles: Iterable[Article]) -> bool:
        rows = [
            (article.name, article.title, " ".join(article.keywords), " ".join(article.errors), _plain(article.body))
            for article in articles
        ]
        try:
            with self._index:
                self._index.execute("DROP TABLE IF EXISTS help")
                self._index.execute(
                    "CREATE VIRTUAL TABLE help USING fts5(name UNINDEXED, title, keywords, errors, body,"
                    " tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3 4')"
                )
                self._index.executemany("INSERT INTO help VALUES (?, ?, ?, ?, ?)", rows)
        except sqlite3.DatabaseError as error:
            _log.info("help is searched without an index: %s", error)
            return False
        return True

    def _ask(self, query: str, limit: int) -> tuple[Hit, ...]:
        with self._lock:
            found = self._index.execute(
                "SELECT name, title, snippet(help, 4, '', '', '…', 18) FROM help WHERE help MATCH ?"
                " ORDER BY bm25(help, 0, 10, 6, 4, 1), title LIMIT ?",
                (query, limit),
            ).fetchall()
        return tuple(Hit(name=name, title=title, excerpt=" ".join(excerpt.split())) for name, title, excerpt in found)


def _look_through(articles: Iterable[Article], words: Sequence[str], limit: int) -> tuple[Hit, ...]:
    patterns = [re.compile(r"\b" + re.escape(word.strip('"*')), re.IGNORECASE) for word in words]
    ranked = []
    for article in articles:
        places = ((article.title, 10), (" ".join((*article.keywords, *article.errors)), 6), (article.body, 1))
        score = sum(weight for text, weight in places for pattern in patterns if pattern.search(text))
        if score:
            ranked.append((-score, article.title, article))
    hits = (article for _, _, article in sorted(ranked, key=lambda entry: entry[:2])[:limit])
    return tuple(Hit(name=hit.name, title=hit.title, excerpt=_beginning(hit.body)) for hit in hits)


def _words(text: str) -> list[str]:
    """The words of `text` as FTS5 prefix terms; quoted, so that nothing in them is an operator."""
    words = [word[:_LONGEST_WORD] for word in re.findall(r"\w+", text.casefold().replace("_", " "))]
    telling = [word for word in words if word not in _EMPTY] or words
    return [f'"{_stem(word)}"*' for word in telling[:_MOST_WORDS]]


def _stem(word: str) -> str:
    """`word` without a plural's end: as a prefix it then finds both."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _plain(body: str) -> str:
    return re.sub(r"[*#`]+", "", body)


def _beginning(body: str) -> str:
    words = _plain(body).split()
    return " ".join(words[:18]) + (" …" if len(words) > 18 else "")
