"""What a person types into the help search, as a query of SQLite's full-text search (FTS5).

Words that customers use for the same thing stand in groups (``resources/help/synonyms.txt``): one of them finds all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

MOST_TERMS = 12
_LONGEST_WORD = 40
_SHORTEST_PREFIX = 3
_LONGEST_PHRASE = 5
_MOST_WORDS = 40
_SHORTEST_STEM = 3
_ENDINGS = ("ing", "ed", "es", "s")
_DOUBLING = ("ing", "ed")
_SHORTEST_CORRECTED = 5
_ALIKE = 0.8
# Contractions as they are typed, with their apostrophe or without, and the words that they are.
_CONTRACTIONS = (
    (re.compile(r"\bcan['’]?t\b"), "cannot"),
    (re.compile(r"\bwon['’]?t\b"), "will not"),
    (re.compile(r"\bdoe?sn['’]?t\b"), "does not"),
    (re.compile(r"\b(are|could|did|do|has|have|is|should|was|were|would)n['’]?t\b"), r"\1 not"),
)
# Words a question is made of, which say nothing about its subject.
_EMPTY_WORDS = """
a about all am an and any anyone are as at be been but by can cannot could did do does doesn don for from get
got had has have help how i if in instead is isn it its just m me my no not of on one or our please re s
should so some t that the their them there they this to until up us ve want was we were what when which who
why will with work working works would you your
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())

Synonyms = Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""For each phrase, as its words, all phrases that mean the same."""


def words_of(text: str) -> tuple[str, ...]:
    """Returns the words of a text, in small letters and without contractions."""
    text = text.casefold().replace("_", " ")
    for contraction, words in _CONTRACTIONS:
        text = contraction.sub(words, text)
    return tuple(word[:_LONGEST_WORD] for word in re.findall(r"\w+", text))


def vocabulary_of(words: Iterable[str]) -> tuple[str, ...]:
    """Returns what typed words are corrected by: `words` and what their forms share, always in the same order."""
    return tuple(sorted({form for word in words for form in (word, _stem(word))}))


def typed_words(text: str, vocabulary: Collection[str]) -> tuple[str, ...]:
    """Returns the words of what a person typed, without slips: a word that is in `vocabulary`, or begins one, stays.

    Another one becomes the word of the vocabulary that is spelled almost like it, if there is one.
    """
    return tuple(_corrected(word, vocabulary) for word in words_of(text)[:_MOST_WORDS])


def _corrected(word: str, vocabulary: Collection[str]) -> str:
    known = word in _EMPTY or len(word) < _SHORTEST_CORRECTED or not word.isalpha()
    if known or any(each.startswith(_stem(word)) for each in vocabulary):
        return word
    # Of a slip the letters themselves are mostly right, whatever their order.
    alike = (each for each in vocabulary if abs(len(each) - len(word)) <= 1 and sorted(each) == sorted(word))
    import difflib  # here, because the window reads the articles long before anything is searched

    return next(alike, None) or next(iter(difflib.get_close_matches(word, vocabulary, 1, _ALIKE)), word)


def read_synonyms(text: str) -> Synonyms:
    """Returns the groups of a file: one a line, its phrases separated by commas; ``#`` begins a comment."""
    found: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for line in text.splitlines():
        phrases = tuple(filter(None, (words_of(part) for part in line.partition("#")[0].split(","))))
        for phrase in phrases:
            found[phrase] = tuple(dict.fromkeys((*found.get(phrase, ()), *phrases)))
    return found


def terms_of(text: str, synonyms: Synonyms, vocabulary: Collection[str] = ()) -> tuple[str, ...]:
    """Returns the terms of a query, one for each thing that `text` names; empty when it names nothing.

    `vocabulary` are the words that can be found: slips of the keyboard are corrected by it.

    Every word is quoted, so that nothing typed is an operator, and may be the beginning of a longer one.
    """
    words = typed_words(text, vocabulary)
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
