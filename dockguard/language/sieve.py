"""Which of many nodes a check may hold for: the check language without its proofs, which few nodes need.

A node is left out only where the check is surely false. Where it is true, where only the run time knows, and where it
fails, the full evaluation in `expression` has the word.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dockguard.language.expression import COMPARE, BadExpression, truth, why_unknown
from dockguard.source import Fact, Many, Unknown

Names = Mapping[str, Any]
Code = Callable[[Any, Names], Any]  # (node, other names) to a value; facts are opened
Sieve = Callable[[Iterable[Any], Names], list[Any]]


def sieve(tree: ast.expr, variable: str) -> Sieve:
    """What keeps the nodes that `tree` is not surely false for; raises BadExpression for what it cannot read."""
    code = _compiled(tree, variable)

    def kept(nodes: Iterable[Any], names: Names) -> list[Any]:
        found = []
        for node in nodes:
            try:
                value = code(node, names)
                if value is False or value is None or (value is not True and truth(value) is False):
                    continue
            except Exception:  # the full evaluation tells it
                pass
            found.append(node)
        return found

    return kept


def _compiled(tree: ast.expr, variable: str) -> Code:
    maker = _MAKERS.get(type(tree))
    if maker is None:
        raise BadExpression("not read without its proof")
    return maker(tree, variable)


def _open(value: Any) -> Any:
    return value.value if isinstance(value, Fact) else value


def _constant(tree: ast.Constant, variable: str) -> Code:
    value = tree.value
    return lambda node, names: value


def _list(tree: ast.List | ast.Tuple, variable: str) -> Code:
    if not all(isinstance(item, ast.Constant) for item in tree.elts):
        raise BadExpression("a list in a check holds constants only")
    value = tuple(item.value for item in tree.elts if isinstance(item, ast.Constant))
    return lambda node, names: value


def _name(tree: ast.Name, variable: str) -> Code:
    name = tree.id
    if name == variable:
        return lambda node, names: _open(node)
    return lambda node, names: _open(names[name])


def _attribute(tree: ast.Attribute, variable: str) -> Code:
    name, owner = tree.attr, tree.value
    if name.startswith("_"):
        raise BadExpression(f"`{name}` is private")
    if isinstance(owner, ast.Name) and owner.id in ("option", "table"):
        space = owner.id
        return lambda node, names: names[space][name]
    if isinstance(owner, ast.Name) and owner.id == variable:
        return lambda node, names: _open(getattr(node, name))
    code = _compiled(owner, variable)

    def run(node: Any, names: Names) -> Any:
        value = code(node, names)
        if value is None or isinstance(value, Unknown):
            return value
        return _open(getattr(value, name))

    return run


def _bool(tree: ast.BoolOp, variable: str) -> Code:
    decides = isinstance(tree.op, ast.Or)
    codes = [_compiled(value, variable) for value in tree.values]

    def run(node: Any, names: Names) -> Any:
        unknown: Any = None
        for code in codes:
            value = code(node, names)
            answer = value if value is True or value is False else truth(value)
            if answer is decides:
                return decides
            if answer is None:
                unknown = Unknown(why_unknown(value))
        return not decides if unknown is None else unknown

    return run


def _unary(tree: ast.UnaryOp, variable: str) -> Code:
    code = _compiled(tree.operand, variable)
    if not isinstance(tree.op, ast.Not):
        return lambda node, names: -code(node, names)

    def run(node: Any, names: Names) -> Any:
        answer = truth(value := code(node, names))
        return Unknown(why_unknown(value)) if answer is None else not answer

    return run


def _compare(tree: ast.Compare, variable: str) -> Code:
    compare = COMPARE.get(type(tree.ops[0])) if len(tree.ops) == 1 else None
    if compare is None:
        raise BadExpression("not a single comparison")
    left, right = _compiled(tree.left, variable), _compiled(tree.comparators[0], variable)
    if isinstance(tree.ops[0], ast.In) and isinstance(tree.comparators[0], ast.List):
        listed = right(None, {})
        words = frozenset(listed)

        def among(node: Any, names: Names) -> Any:
            value = left(node, names)
            return value in words if type(value) is str else compare(value, listed)[0]

        return among
    return lambda node, names: compare(left(node, names), right(node, names))[0]


def _call(tree: ast.Call, variable: str) -> Code:
    name = tree.func.id if isinstance(tree.func, ast.Name) else ""
    if name not in ("any", "all", "len") or len(tree.args) != 1:
        raise BadExpression("no call of the language")
    if name != "len":
        return _quantified(name == "any", tree.args[0], variable)
    code = _compiled(tree.args[0], variable)

    def run(node: Any, names: Names) -> Any:
        value = code(node, names)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Many) and value.open:
            return Unknown(value.open)
        return 0 if value is None else len(value)

    return run


def _quantified(decides: bool, tree: ast.expr, variable: str) -> Code:
    if not isinstance(tree, ast.GeneratorExp) or not isinstance(tree.generators[0].target, ast.Name):
        raise BadExpression("no loop of the language")
    name, source = tree.generators[0].target.id, _compiled(tree.generators[0].iter, variable)
    body = _compiled(tree.elt, variable)
    if name == variable:
        raise BadExpression("a loop hides the node")

    def run(node: Any, names: Names) -> Any:
        many = source(node, names)
        if isinstance(many, Unknown):
            return many
        unknown: Any = Unknown(many.open) if isinstance(many, Many) and many.open else None
        for item in () if many is None else many:
            value = body(node, {**names, name: item})
            answer = truth(value)
            if answer is decides:
                return decides
            if answer is None:
                unknown = Unknown(why_unknown(value))
        return not decides if unknown is None else unknown

    return run


_MAKERS: Mapping[type, Callable[[Any, str], Code]] = {
    ast.Constant: _constant,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.Call: _call,
}
