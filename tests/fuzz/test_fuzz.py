"""A short run of the fuzzing, always the same, and every input that was once a finding."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import fuzzed, tried
from tests.fuzz.targets import CORPUS, TARGETS, corpus


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_nothing_of_the_corpus_fails(name):
    assert [finding.reason for data in corpus(name) if (finding := tried(TARGETS[name], data)[1]) is not None] == []


@pytest.mark.parametrize("tries", [10, pytest.param(1500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_mutations_of_it_do_not_fail_either(name, tries):
    count, findings = fuzzed(TARGETS[name], seed=7, tries=tries, seconds=None, keep=False)
    assert count == tries
    assert [finding.reason for finding in findings] == []


def test_the_same_seed_makes_the_same_run():
    runs = [fuzzed(TARGETS["journal"], seed=3, tries=40, seconds=None, keep=False) for _ in range(2)]
    assert runs[0] == runs[1]


def test_the_corpus_is_small():
    sizes = [path.stat().st_size for path in CORPUS.glob("*/*")]
    assert sum(sizes) < 2_000_000
