"""Every error has one code that means one thing, and every code is an `ErrorCode`."""

import ast
from pathlib import Path

import pytest

import companion
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.words.error_words import WORDS, failure

ROOT = Path(companion.__file__).parent
ERRORS = ROOT / "domain/core/errors.py"
# The calls that take an error code, and where among their arguments it stands.
TAKES_CODE = {"CompanionError": 0, "failure": 0}


def modules():
    # The demo store is another party: what it answers are the codes of the Store API, not Companion's own.
    for path in sorted(ROOT.rglob("*.py")):
        if path != ERRORS and ROOT / "demo" not in path.parents:
            yield path, ast.parse(path.read_text("utf-8"))


def literals(node):
    """Returns the texts that an argument can have as its value, without the ones it is computed from."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return [ast.unparse(node)]
    if isinstance(node, (ast.Set, ast.Tuple, ast.List)):
        return [text for each in node.elts for text in literals(each)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def written_out(tree):
    """Returns every code that is passed or compared as a text, with its line."""
    for node in ast.walk(tree):
        checked = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in TAKES_CODE and len(node.args) > TAKES_CODE[name]:
                checked = [node.args[TAKES_CODE[name]]]
            checked += [word.value for word in node.keywords if word.arg == "code"]
        elif isinstance(node, ast.Compare) and getattr(node.left, "attr", "") == "code":
            checked = node.comparators
        for argument in checked:
            yield from ((argument.lineno, text) for text in literals(argument))


@pytest.mark.slow
def test_no_code_is_written_out_as_a_text():
    found = [f"{path}:{line}: {text}" for path, tree in modules() for line, text in written_out(tree)]
    assert found == []


def test_the_search_for_texts_finds_them():
    source = (
        "CompanionError('a', 't', 'm', 'h')\nfailure('b' if x else 'c')\nerror.code == 'd'\n"
        "errors.failure(f'e-{x}')\nProblem(code='f')\nerror.code in ('g', 'h')"
    )
    assert [text for _, text in written_out(ast.parse(source))] == ["a", "b", "c", "d", "f'e-{x}'", "f", "g", "h"]


def test_every_code_is_used():
    used = {
        node.attr
        for path, tree in modules()
        if path.name != "error_words.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ErrorCode"
    }
    assert set(ErrorCode.__members__) - used == set()


def test_codes_are_unique_words_joined_by_hyphens():
    assert len({code.value for code in ErrorCode.__members__.values()}) == len(ErrorCode.__members__)
    assert all(name == code.value.upper().replace("-", "_") for name, code in ErrorCode.__members__.items())


def test_no_two_codes_have_the_same_words():
    said = [(words.title, words.message) for words in WORDS.values()]
    assert len(said) == len(set(said))


def test_an_error_of_a_code_has_its_words_and_its_ending():
    error = failure(ErrorCode.BUSY, retry_after=7.0)
    words = WORDS[ErrorCode.BUSY]
    assert isinstance(error, CompanionError)
    assert (error.title, error.message, error.hint) == (words.title, words.message, words.hint)
    assert (error.kind, error.retryable, error.retry_after) == (ErrorKind.UNREACHABLE, True, 7.0)
    assert failure(ErrorCode.BUSY, message="It is full.").message == "It is full."
