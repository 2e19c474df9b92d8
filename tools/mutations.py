"""The mutations of a Python module: small changes of its behaviour, each of which a test should notice."""

from __future__ import annotations

import ast
import copy
import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
METHODS = {"startswith": "endswith", "endswith": "startswith", "lower": "upper", "upper": "lower"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Types and decorators say how a module is checked and built, not what it decides.
LEFT_ALONE = {
    *((kind, field) for kind in (ast.FunctionDef, ast.AsyncFunctionDef) for field in ("decorator_list", "returns")),
    *((ast.ClassDef, field) for field in ("bases", "keywords", "decorator_list")),
    (ast.AnnAssign, "annotation"),
    (ast.arg, "annotation"),
    (ast.FormattedValue, "format_spec"),
}


@dataclass(frozen=True, eq=False)
class Mutation:
    """The change of `owner.field` to `value`; `first` and `last` are the lines of the statement's own code.

    `imported` tells whether the code runs when the module is imported, and not only when a function is called.
    """

    owner: ast.AST
    field: str
    value: Any
    line: int
    first: int
    last: int
    imported: bool

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Changes the tree in place, and changes it back."""
        before = getattr(self.owner, self.field)
        setattr(self.owner, self.field, self.value)
        try:
            yield
        finally:
            setattr(self.owner, self.field, before)


def mutations(tree: ast.Module) -> Iterator[Mutation]:
    """Yields the mutations of a module in the order of its text; types, decorators and sentences stay as they are."""
    yield from _below(tree, 1, 1, imported=True)


def difference(tree: ast.Module, mutation: Mutation) -> list[str]:
    """Returns the lines that a mutation removes (``-``) and adds (``+``), in the normal form of `ast.unparse`."""
    before = ast.unparse(tree).splitlines()
    with mutation.applied():
        after = ast.unparse(tree).splitlines()
    lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    return [f"{line[0]} {line[1:].strip()}" for line in lines if not line.startswith("@@")]


def _below(node: ast.AST, first: int, last: int, *, imported: bool) -> Iterator[Mutation]:
    for field, value in ast.iter_fields(node):
        if (type(node), field) in LEFT_ALONE:
            continue
        inside = imported and not (isinstance(node, Function) and field == "body")
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _without_behaviour(node, child):
                continue
            start, end = _own_lines(child) if isinstance(child, ast.stmt) else (first, last)
            line = getattr(child, "lineno", start)
            for new in _replacements(node, child):
                changed = [*value[:index], new, *value[index + 1 :]] if isinstance(value, list) else new
                yield Mutation(node, field, changed, line, start, end, inside)
            yield from _below(child, start, end, imported=inside)


def _own_lines(statement: ast.stmt) -> tuple[int, int]:
    """Returns the lines of a statement without the block below it."""
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if not body:
        return statement.lineno, statement.end_lineno or statement.lineno
    below = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
    return statement.lineno, max(statement.lineno, below.lineno - 1)


def _without_behaviour(parent: ast.AST, node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
        case ast.Constant():
            return isinstance(parent, ast.JoinedStr)
    return False


def _replacements(parent: ast.AST, node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.stmt():
            yield from _statement(parent, node)
        case ast.comprehension(ifs=conditions):
            for index in range(len(conditions)):
                yield _changed(node, ifs=conditions[:index] + conditions[index + 1 :])
        case ast.match_case(guard=guard) if guard is not None:
            yield _changed(node, guard=None)
        case ast.expr():
            yield from _expression(node)


def _statement(parent: ast.AST, node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=test) | ast.While(test=test) if _is_plain(test):
            yield _changed(node, test=_negated(test))
        case ast.Return(value=value) if isinstance(parent, Function):
            if not (value is None or (isinstance(value, ast.Constant) and value.value is None)):
                yield _changed(node, value=None)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield _nothing(node)
        case ast.Expr() | ast.Raise() | ast.Return() | ast.Delete() | ast.Assert():
            yield _nothing(node)
        case ast.AugAssign(op=op):
            yield _nothing(node)
            yield _changed(node, op=ARITHMETIC[type(op)]())
        case ast.Continue():
            yield _nothing(node)
            yield ast.copy_location(ast.Break(), node)
        case ast.Break():
            yield ast.copy_location(ast.Continue(), node)


def _expression(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield _changed(node, ops=[*ops[:index], other(), *ops[index + 1 :]])
        case ast.BoolOp(op=op, values=values):
            yield _changed(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield rest[0] if len(rest) == 1 else _changed(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(op=op) if not (isinstance(op, ast.Add | ast.Mod) and _holds_text(node)):
            yield _changed(node, op=ARITHMETIC[type(op)]())
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield body
            yield orelse
            if _is_plain(test):
                yield _changed(node, test=_negated(test))
        case ast.Slice(lower=lower, upper=upper):
            yield from (_changed(node, lower=None),) if lower else ()
            yield from (_changed(node, upper=None),) if upper else ()
        case ast.Call(args=arguments):
            yield from _call(node, arguments)
        case ast.Constant(value=value):
            yield from _constant(node, value)


def _call(node: ast.Call, arguments: list[ast.expr]) -> Iterator[ast.AST]:
    for index in range(len(arguments) - 1):
        pair = arguments[index : index + 2]
        if not any(isinstance(argument, ast.Starred) for argument in pair) and ast.dump(pair[0]) != ast.dump(pair[1]):
            yield _changed(node, args=[*arguments[:index], *reversed(pair), *arguments[index + 2 :]])
    match node.func:
        case ast.Name(id=name) if name in FUNCTIONS:
            yield _changed(node, func=_changed(node.func, id=FUNCTIONS[name]))
        case ast.Attribute(attr=name) if name in METHODS:
            yield _changed(node, func=_changed(node.func, attr=METHODS[name]))


def _constant(node: ast.Constant, value: object) -> Iterator[ast.AST]:
    match value:
        case bool():
            yield _changed(node, value=not value)
        case int() | float():
            yield _changed(node, value=value + 1)
        case str() if not any(character.isspace() for character in value):
            # Words with spaces are texts for people: tests of decisions do not repeat them.
            yield _changed(node, value=f"{value}x")


def _is_plain(test: ast.expr) -> bool:
    """Returns whether no other mutation turns this condition round."""
    return not isinstance(test, ast.Compare | ast.BoolOp | ast.Constant | ast.UnaryOp)


def _holds_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _negated(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=test), test)


def _nothing(node: ast.stmt) -> ast.stmt:
    return ast.copy_location(ast.Pass(), node)


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new
