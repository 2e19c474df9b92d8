"""What a person types into the help search, as a query of SQLite's full-text search (FTS5).

Words that customers use for the same thing stand in groups (``resources/help/synonyms.txt``): one of them finds all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MOST_TERMS = 12
_LONGEST_WORD = 40
_SHORTEST_PREFIX = 3
_LONGEST_PHRASE = 5
_SHORTEST_STEM = 3
_ENDINGS = ("ing", "ed", "es", "s")
_DOUBLING = ("ing", "ed")
# Words a question is made of, which say nothing about its subject.
_EMPTY = frozenset(
    (
        *("a", "about", "all", "am", "an", "and", "any", "anyone", "are", "as", "at", "be", "been", "but", "by", "can"),
        *(
            "could",
            "did",
            "do",
            "does",
            "doesn",
            "don",
            "for",
            "from",
            "get",
            "got",
            "had",
            "has",
            "have",
            "help",
            "how",
        ),
        *(
            "help",
            "i",
            "if",
            "in",
            "is",
            "isn",
            "it",
            "its",
            "just",
            "m",
            "me",
            "my",
            "no",
            "not",
            "of",
            "on",
            "one",
            "or",
        ),
        *("our", "please", "re", "s", "should", "so", "some", "t", "that", "the", "their", "them", "there", "they"),
        *("this", "to", "until", "up", "us", "ve", "want", "was", "we", "were", "what", "when", "which", "who", "why"),
        *("will", "with", "work", "works", "working", "would", "you", "your"),
    )
)

Synonyms = Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""For each phrase, as its words, all phrases that mean the same."""


def words_of(text: str) -> tuple[str, ...]:
    """Returns the words of a text, in small letters."""
    return tuple(word[:_LONGEST_WORD] for word in re.findall(r"\w+", text.casefold().replace("_", " ")))


def read_synonyms(text: str) -> Synonyms:
    """Returns the groups of a file: one a line, its phrases separated by commas; ``#`` begins a comment."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for line in text.splitlines():
        phrases = tuple(filter(None, (words_of(part) for part in line.partition("#")[0].split(","))))
        for phrase in phrases:
            found[phrase] = tuple(dict.fromkeys((*found.get(phrase, ()), *phrases)))
    return found


def terms_of(text: str, synonyms: Synonyms) -> tuple[str, ...]:
    """Returns the terms of a query, one for each thing that `text` names; empty when it names nothing.

    Every word is quoted, so that nothing typed is an operator, and may be the beginning of a longer one.
    """
    words = words_of(text)
    terms: list[str] = []
    spoken: list[str] = []
    place = 0
    while place < len(words):
        length = next((size for size in range(_LONGEST_PHRASE, 0, -1) if words[place : place + size] in synonyms), 0)
        phrase = words[place : place + length]
        if length:
            terms.append(_any_of(synonyms[phrase]))
        elif words[place] not in _EMPTY:
            terms.append(_any_of([(words[place],)]))
        else:
            spoken.append(words[place])
        place += max(length, 1)
    # A question of empty words alone is searched by them.
    return tuple(dict.fromkeys(terms or [_any_of([(word,)]) for word in spoken]))[:MOST_TERMS]


def _any_of(phrases: Iterable[tuple[str, ...]]) -> str:
    """Returns a term that one of the phrases satisfies."""
    return f"({' OR '.join(_quoted(phrase) for phrase in phrases)})"


def _quoted(phrase: tuple[str, ...]) -> str:
    *before, last = phrase
    stem = _stem(last)
    prefix = "*" if len(stem) >= _SHORTEST_PREFIX else ""
    return f'"{" ".join((*before, stem))}"{prefix}'


def _stem(word: str) -> str:
    """Returns the beginning that the forms of a word share: as a prefix, "charged" then finds "charges"."""
    for ending in _ENDINGS:
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= _SHORTEST_STEM and not word.endswith("ss"):
            doubled = ending in _DOUBLING and bare[-1] == bare[-2] and bare[-1] not in "ls"
            return bare[:-1] if doubled else bare
    return word
