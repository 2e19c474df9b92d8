"""Which small changes of a module are tried, and that the run tells a held line from one that no test notices."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tools.mutations import difference, mutations

ROOT = Path(__file__).parents[2]


def mutants(source: str) -> set[str]:
    """Returns the text of each mutant in the normal form of `ast.unparse`."""
    tree = ast.parse(textwrap.dedent(source))
    found = set()
    for mutation in mutations(tree):
        with mutation.applied():
            found.add(ast.unparse(ast.fix_missing_locations(tree)))
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a == b", {"a != b"}),
        ("a is None", {"a is not None"}),
        ("a in b", {"a not in b"}),
        ("a < b < c", {"a <= b < c", "a >= b < c", "a < b <= c", "a < b >= c"}),
        ("a and b", {"a or b", "a", "b"}),
        ("a or b or c", {"a and b and c", "b or c", "a or c", "a or b"}),
        ("not a", {"a"}),
        ("-a", {"a"}),
        ("a + b", {"a - b"}),
        ("a * b", {"a // b"}),
        ("'text' + a", {"'textx' + a"}),
        ("a if b else c", {"a", "c", "a if not b else c"}),
        ("a[b:c]", {"a[:c]", "a[b:]"}),
        ("f(a, b)", {"f(b, a)"}),
        ("f(*a, b)", set()),
        ("min(a)", {"max(a)"}),
        ("a.lower()", {"a.upper()"}),
        ("[a for a in b if c]", {"[a for a in b]"}),
        ("x = 1", {"x = 2"}),
        ("x = True", {"x = False"}),
        ("x = 'word'", {"x = 'wordx'"}),
        ("x = 'a sentence'", set()),
        ("x = f'{a} is'", set()),
        ("x: TypeAlias = A | B", set()),
        ("class A(B, frozen=True):\n    x: int | None = None", set()),
        ("@d(1)\ndef f(a: int = 2) -> A | B:\n    'Text.'", {'@d(1)\ndef f(a: int=3) -> A | B:\n    """Text."""'}),
    ],
)
def test_expressions_are_changed_one_place_at_a_time(source: str, expected: set[str]) -> None:
    # A statement of nothing but an expression may be deleted as well: that is the next test's matter.
    assert mutants(source) - {"pass"} == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "if a:\n    return b\nreturn c",
            {"if not a: return b; return c", "if a: pass; return c", "if a: return b; return"},
        ),
        ("a.b = c", {"pass"}),
        ("a += b", {"pass", "a -= b"}),
        ("raise a", {"pass"}),
        ("f(a)", {"pass"}),
        ("while a:\n    break", {"while not a: break", "while a: continue"}),
        ("for a in b:\n    continue", {"for a in b: pass", "for a in b: break"}),
        ("match a:\n    case B() if c:\n        d()", {"match a: case B(): d()", "match a: case B() if c: pass"}),
        ("assert_never(a)", set()),
    ],
)
def test_statements_are_deleted_and_conditions_turned_round(body: str, expected: set[str]) -> None:
    found = mutants(f"def f():\n{textwrap.indent(body, '    ')}")
    flat = {" ".join(text.split()).removeprefix("def f(): ") for text in found}
    assert flat == {text.replace(";", "") for text in expected}


def test_a_module_is_as_before_when_all_its_mutants_were_made() -> None:
    tree = ast.parse((ROOT / "companion/domain/core/time/periods.py").read_text())
    before = ast.dump(tree)
    for mutation in mutations(tree):
        with mutation.applied():
            assert ast.dump(tree) != before
    assert ast.dump(tree) == before


def test_a_difference_shows_the_changed_line_alone() -> None:
    tree = ast.parse("a = 1\nb = a < 2\nc = 'x y'")
    [boundary] = [mutation for mutation in mutations(tree) if difference(tree, mutation)[1] == "+ b = a <= 2"]
    assert boundary.line == 2
    assert difference(tree, boundary) == ["- b = a < 2", "+ b = a <= 2"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="mutants run in forked processes")
def test_a_run_tells_held_lines_from_others(tmp_path: Path) -> None:
    module = tmp_path / "companion" / "domain" / "billing" / "fees.py"
    tests = tmp_path / "tests" / "domain" / "billing" / "test_fees.py"
    for path in (module, tests):
        path.parent.mkdir(parents=True)
    (tmp_path / "companion" / "__init__.py").touch()
    module.write_text(
        textwrap.dedent(
            """
            def fee(price):
                while price > 9:
                    price -= 1
                return price < 5

            def forgotten(price):
                return price > 3
            """
        )
    )
    tests.write_text(
        "from companion.domain.billing.fees import fee\n\ndef test_fee():\n    assert fee(4)\n    assert not fee(20)\n"
    )
    program = "import sys, pathlib, tools.mutate as m; sys.exit(m.main(sys.argv[2:], pathlib.Path(sys.argv[1])))"
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), "billing/fees"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    shown = run.stdout.split("\n\nmodule")[0]
    # The first is a boundary that no test stands on; a loop that never ends was stopped and counts as noticed.
    assert "- return price < 5\n    + return price <= 5" in shown
    assert "- return price < 5\n    + return price >= 5" not in shown
    assert "price += 1" not in shown
    assert "fees.py:8  (not reached by any test)\n    - return price > 3\n    + return price >= 3" in shown
    mutants, killed, survived, per_cent = run.stdout.split()[-4:]
    assert int(mutants) == int(killed) + int(survived)
    assert int(survived) == shown.count("fees.py:")
    assert float(per_cent) == pytest.approx(100 * int(survived) / int(mutants), abs=0.1)


def test_unknown_modules_are_named() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tools.mutate", "billing/nothing"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 2
    assert "billing/nothing" in run.stderr
