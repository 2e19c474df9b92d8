"""The offline help: all articles, searched while words are typed."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from companion.domain.core.model import Model
from companion.domain.core.text import FormatMoney, plain_money
from companion.domain.store.profile import Profile
from companion.domain.support.help_articles import GENERAL, Article, filled, read_article, sorting_key, values_of
from companion.domain.support.help_query import Synonyms, read_synonyms, terms_of, vocabulary_of, words_of

_MARK, _MARK_END = "\x01", "\x02"
_SHORTEST_SENTENCE = 12
_LONGEST_EXCERPT = 180


class Hit(Model, frozen=True):
    """One article that was found, with a few words around what was looked for."""

    name: str
    title: str
    excerpt: str


class HelpSearch:
    """The articles, found by their words, by the error they help with, or by name.

    The index is SQLite's full-text search (FTS5), in memory, built when it is first needed. Any thread may ask.
    """

    def __init__(self, folder: Path, profile: Profile | None = None, format_money: FormatMoney = plain_money) -> None:
        """Take the articles in `folder` (``*.md``), with the numbers of `profile`, or none while no store is known."""
        self._folder = folder
        self._profile, self._format_money = profile, format_money
        self._lock = threading.RLock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._raw: tuple[Article, ...] | None = None
        self._synonyms: Synonyms = {}
        self._vocabulary: tuple[str, ...] = ()
        self._articles: dict[str, Article] | None = None

    def use(self, profile: Profile) -> None:
        """Tell the numbers of this store from now on."""
        with self._lock:
            if profile != self._profile:
                self._profile, self._articles = profile, None

    def close(self) -> None:
        """Give the index back."""
        with self._lock:
            self._index.close()

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles by title. Raises `ValueError` for an article that is broken: that is a broken installation."""
        return tuple(sorted(self._known().values(), key=lambda article: sorting_key(article.title)))

    def article(self, name: str) -> Article | None:
        """The article `name`, or None."""
        return self._known().get(name)

    def search(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """The articles that fit `text` best; the last word may be unfinished. Whatever is typed, nothing is raised."""
        self._known()
        terms = terms_of(text, self._synonyms, self._vocabulary)
        if not terms:
            return ()
        with self._lock:
            # Those that have most of what is named come first, and of these the best.
            having = Counter(name for term in terms for name in self._names(term))
            hits = self._ask(" OR ".join(terms))
        return tuple(sorted(hits, key=lambda hit: -having[hit.name]))[:limit]

    def _known(self) -> dict[str, Article]:
        with self._lock:
            if self._raw is None:
                files = sorted(self._folder.glob("*.md"))
                self._raw = tuple(read_article(file.stem, file.read_text("utf-8")) for file in files)
                self._synonyms = _synonyms(self._folder / "synonyms.txt")
            if self._articles is None:
                values = GENERAL if self._profile is None else values_of(self._profile, self._format_money)
                self._articles = {article.name: filled(article, values) for article in self._raw}
                self._build(self._articles.values())
            return self._articles

    def _build(self, articles: Iterable[Article]) -> None:
        rows = [
            (
                article.name,
                article.title,
                " ".join(words_of(", ".join(article.keywords))),
                " ".join(article.errors),
                _plain(article.body),
            )
            for article in articles
        ]
        with self._index:
            self._index.execute("DROP TABLE IF EXISTS help")
            self._index.execute(
                "CREATE VIRTUAL TABLE help USING fts5(name UNINDEXED, title, keywords, errors, body,"
                " tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3 4')"
            )
            self._index.executemany("INSERT INTO help VALUES (?, ?, ?, ?, ?)", rows)
        told = (word for row in rows for part in row[1:] for word in words_of(part))
        self._vocabulary = vocabulary_of((*told, *(word for phrase in self._synonyms for word in phrase)))

    def _names(self, query: str) -> Iterator[str]:
        return (name for (name,) in self._index.execute("SELECT name FROM help WHERE help MATCH ?", (query,)))

    def _ask(self, query: str) -> tuple[Hit, ...]:
        found = self._index.execute(
            "SELECT name, title, highlight(help, 4, char(1), char(2)) FROM help WHERE help MATCH ?"
            " ORDER BY bm25(help, 0, 10, 6, 4, 1), title",
            (query,),
        ).fetchall()
        return tuple(Hit(name=name, title=title, excerpt=_sentence(body)) for name, title, body in found)


def _sentence(body: str) -> str:
    """Returns the first sentence of a text in which something is marked, else its first one; never half of one."""
    sentences = [" ".join(part.split()) for part in re.split(r"(?<=[.!?:])\s+|\n\s*\n|\n(?=\s*(?:-|\d+\.)\s)", body)]
    told = [sentence.lstrip("- ") for sentence in sentences if len(sentence) > _SHORTEST_SENTENCE]
    found = next((sentence for sentence in told if _MARK in sentence), told[0] if told else "")
    plain = re.sub(r"^\d+\. ", "", found.replace(_MARK, "").replace(_MARK_END, ""))
    return plain if len(plain) <= _LONGEST_EXCERPT else plain[:_LONGEST_EXCERPT].rsplit(" ", 1)[0] + " …"


def _synonyms(path: Path) -> Synonyms:
    return read_synonyms(path.read_text("utf-8")) if path.is_file() else {}


def _plain(body: str) -> str:
    """The text of an article without the signs of Markdown; of a link, what is read of it."""
    return re.sub(r"[*#`]+", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", body))
