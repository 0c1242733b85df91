"""The check language: a small subset of Python's expressions over facts, compiled to closures.

An evaluation gives the answer in Kleene's logic (true, false, unknown) and a shortest proof: the facts that decide it.
What is declared is checked in `typecheck`; nothing is evaluated by Python, and only attributes are read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any

from dockguard.lazy import regex
from dockguard.record import dataclass
from dockguard.source import Fact, Many, Unknown
from dockguard.wording import show

MAX_TEXT = 2000
MAX_DEPTH = 40

_CHAIN = regex(r"[a-z][a-z0-9_]{0,40}(?:\.[a-z][a-z0-9_]{0,40}){1,8}")

Evidence = tuple[str, "Fact[Any] | Many[Any]"]  # how the page names it, and the fact
Proof = tuple[Evidence, ...]
Answer = tuple[Any, Proof]


class BadExpression(ValueError):
    """The expression is not in the language, or names what does not exist."""


@dataclass(slots=True)
class Scope:
    """What names mean during one evaluation; `explain` asks for shortest proofs instead of the fastest answer."""

    names: dict[str, Any]
    explain: bool = False


Code = Callable[[Scope], Answer]


def parse(text: str) -> ast.expr:
    """The tree of an expression; raises BadExpression."""
    if len(text) > MAX_TEXT:
        raise BadExpression(f"longer than {MAX_TEXT} characters")
    if _CHAIN.fullmatch(text) and not any(map(iskeyword, text.split("."))):
        return _chain(text.split("."))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression(getattr(error, "msg", None) or "not an expression") from None
    _measure(tree, MAX_DEPTH)
    return tree


def _chain(names: list[str]) -> ast.expr:
    """`service.name`, which most pages ask, without the parser."""
    tree: ast.expr = ast.Name(names[0], ast.Load())
    for name in names[1:]:
        tree = ast.Attribute(tree, name, ast.Load())
    return tree


def _measure(tree: ast.AST, left: int) -> None:
    if not left:
        raise BadExpression(f"nested deeper than {MAX_DEPTH}")
    for child in ast.iter_child_nodes(tree):
        _measure(child, left - 1)


def compile(tree: ast.expr) -> Code:
    """Closures for a tree; raises BadExpression for anything outside the language."""
    maker = _MAKERS.get(type(tree))
    if maker is None:
        raise BadExpression(f"`{ast.unparse(tree)}` is not allowed in a check")
    return maker(tree)


def has_choice(tree: ast.expr) -> bool:
    """Whether there may be several proofs that it is true, of which the shortest is to be found."""
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return any(isinstance(node, (ast.BoolOp, ast.GeneratorExp)) for part in parts for node in ast.walk(part))


def truth(value: Any) -> bool | None:
    """Kleene's truth of a value; None is unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Many):
        return True if value.items else None if value.open else False
    return bool(value)


def why_unknown(answer: Any) -> str:
    """Why an answer could not be had."""
    return answer.why if isinstance(answer, Unknown) else answer.open if isinstance(answer, Many) else ""


# --- leaves ----------------------------------------------------------------------------------------------------------


def _constant(tree: ast.Constant) -> Code:
    if not isinstance(tree.value, (str, int, float, bool)):
        raise BadExpression(f"`{ast.unparse(tree)}` is not allowed in a check")
    answer: Answer = (tree.value, ())
    return lambda scope: answer


def _list(tree: ast.List | ast.Tuple) -> Code:
    if not all(isinstance(item, ast.Constant) for item in tree.elts):
        raise BadExpression("a list in a check holds constants only")
    codes = [compile(item)(Scope({}))[0] for item in tree.elts]
    answer: Answer = (tuple(codes), ())
    return lambda scope: answer


def _name(tree: ast.Name) -> Code:
    label = name = tree.id
    if name.startswith("_"):
        raise BadExpression(f"`{name}` is private")
    return lambda scope: _open(scope.names[name], (), label)


def _attribute(tree: ast.Attribute) -> Code:
    name, label = tree.attr, _label(tree)
    if name.startswith("_"):
        raise BadExpression(f"`{label}` is private")
    if isinstance(tree.value, ast.Name) and tree.value.id in ("option", "table"):
        space = tree.value.id
        return lambda scope: (scope.names[space][name], ())
    owner = compile(tree.value)

    def run(scope: Scope) -> Answer:
        value, proof = owner(scope)
        if value is None or isinstance(value, Unknown):
            return value, proof
        return _open(getattr(value, name), proof, label)

    return run


def _label(tree: ast.expr) -> str:
    """A chain as it is written; `ast.unparse` costs more than the rest of compiling."""
    if isinstance(tree, ast.Attribute):
        return f"{_label(tree.value)}.{tree.attr}"
    return tree.id if isinstance(tree, ast.Name) else "…"


def _open(result: Any, proof: Proof, label: str) -> Answer:
    """A fact's value with the fact as its proof; the facts on the way to it are implied."""
    if isinstance(result, Fact):
        return result.value, ((label, result),)
    return result, proof


# --- logic -----------------------------------------------------------------------------------------------------------


def _bool(tree: ast.BoolOp) -> Code:
    decides = isinstance(tree.op, ast.Or)
    codes = [compile(value) for value in tree.values]

    def run(scope: Scope) -> Answer:
        unknown: Any = None
        union: Proof = ()
        best: Proof | None = None
        for code in codes:
            value, proof = code(scope)
            answer = truth(value)
            if answer is decides:
                if not scope.explain:
                    return decides, proof
                best = proof if best is None or len(proof) < len(best) else best
            elif answer is None:
                unknown = Unknown(why_unknown(value))
            union += proof
        if best is not None:
            return decides, best
        return (unknown, ()) if unknown is not None else (not decides, _unique(union))

    return run


def _unary(tree: ast.UnaryOp) -> Code:
    if isinstance(tree.op, ast.USub) and isinstance(tree.operand, ast.Constant):
        if isinstance(tree.operand.value, bool) or not isinstance(tree.operand.value, (int, float)):
            raise BadExpression(f"`{ast.unparse(tree)}` is not a number")
        negative = -tree.operand.value
        return lambda scope: (negative, ())
    if not isinstance(tree.op, ast.Not):
        raise BadExpression(f"`{ast.unparse(tree)}` is not allowed in a check")
    code = compile(tree.operand)

    def run(scope: Scope) -> Answer:
        value, proof = code(scope)
        answer = truth(value)
        return (Unknown(why_unknown(value)), ()) if answer is None else (not answer, proof)

    return run


def _compare(tree: ast.Compare) -> Code:
    if len(tree.ops) != 1 or type(tree.ops[0]) not in COMPARE:
        raise BadExpression(f"`{ast.unparse(tree)}`: one of == != < <= > >= in, not in")
    compare = COMPARE[type(tree.ops[0])]
    left, right = compile(tree.left), compile(tree.comparators[0])

    def run(scope: Scope) -> Answer:
        a, proof_a = left(scope)
        b, proof_b = right(scope)
        answer, extra = compare(a, b)
        return answer, _unique(proof_a + proof_b + extra)

    return run


def _equal(a: Any, b: Any) -> Answer:
    if a is None or b is None:
        return False, ()
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return _first_unknown(a, b), ()
    return _plain(a) == _plain(b), ()


def _plain(value: Any) -> Any:
    return tuple(open_fact(item) for item in value) if isinstance(value, (Many, list)) else value


def open_fact(item: Any) -> Any:
    """The value of a fact, and anything else as it is."""
    return item.value if isinstance(item, Fact) else item


def _first_unknown(*values: Any) -> Unknown:
    return next(value for value in values if isinstance(value, Unknown))


def _negated(compare: Callable[[Any, Any], Answer]) -> Callable[[Any, Any], Answer]:
    def run(a: Any, b: Any) -> Answer:
        answer, proof = compare(a, b)
        return (answer if isinstance(answer, Unknown) else not answer), proof

    return run


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Answer]:
    def run(a: Any, b: Any) -> Answer:
        if a is None or b is None:
            return False, ()
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            return _first_unknown(a, b), ()
        return holds(a, b), ()

    return run


def _contains(a: Any, b: Any) -> Answer:
    """`a in b`: a text in a text, or a value in a collection; the item that is it is the evidence."""
    if a is None or b is None:
        return False, ()
    if isinstance(b, Unknown):
        return b, ()
    if isinstance(b, str):
        return (a, ()) if isinstance(a, Unknown) else (a in b, ())
    if isinstance(a, Unknown):
        return (a, ()) if len(b) or why_unknown(b) else (False, ())
    return _find(a, b)


def _find(wanted: Any, many: Any) -> Answer:
    unknown: Any = Unknown(many.open) if isinstance(many, Many) and many.open else None
    for item in many:
        value = open_fact(item)
        if isinstance(value, Unknown):
            unknown = value
        elif value == wanted:
            return True, ((show(wanted), item),) if isinstance(item, Fact) else ()
    return (False, ()) if unknown is None else (unknown, ())


COMPARE: dict[type, Callable[[Any, Any], Answer]] = {
    ast.Eq: _equal,
    ast.NotEq: _negated(_equal),
    ast.Lt: _ordered(lambda a, b: bool(a < b)),
    ast.LtE: _ordered(lambda a, b: bool(a <= b)),
    ast.Gt: _ordered(lambda a, b: bool(a > b)),
    ast.GtE: _ordered(lambda a, b: bool(a >= b)),
    ast.In: _contains,
    ast.NotIn: _negated(_contains),
}


# --- any, all, len ---------------------------------------------------------------------------------------------------


def _call(tree: ast.Call) -> Code:
    name = tree.func.id if isinstance(tree.func, ast.Name) else ""
    if name not in ("any", "all", "len") or len(tree.args) != 1 or tree.keywords:
        raise BadExpression(
            f"`{ast.unparse(tree)}`: only any(… for x in …), all(… for x in …) and len(…) can be called"
        )
    if name == "len":
        return _len(tree.args[0])
    return _quantified(name == "any", tree.args[0])


def _len(tree: ast.expr) -> Code:
    code = compile(tree)

    def run(scope: Scope) -> Answer:
        value, proof = code(scope)
        if isinstance(value, Unknown):
            return value, proof
        if isinstance(value, Many) and value.open:
            return Unknown(value.open), proof
        return (0 if value is None else len(value)), proof

    return run


def _quantified(decides: bool, tree: ast.expr) -> Code:
    if not isinstance(tree, ast.GeneratorExp) or len(tree.generators) != 1:
        raise BadExpression("any and all take one `… for x in …`")
    loop = tree.generators[0]
    if loop.ifs or loop.is_async or not isinstance(loop.target, ast.Name) or loop.target.id.startswith("_"):
        raise BadExpression("a loop in a check is `for x in …`; say `and` instead of `if`")
    name, source, body = loop.target.id, compile(loop.iter), compile(tree.elt)

    def run(scope: Scope) -> Answer:
        many, proof = source(scope)
        if isinstance(many, Unknown):
            return many, ()
        return _quantify(decides, () if many is None else many, name, body, scope, proof)

    return run


def _quantify(decides: bool, many: Any, name: str, body: Code, scope: Scope, outside: Proof) -> Answer:
    unknown: Any = Unknown(many.open) if isinstance(many, Many) and many.open else None
    best: Proof | None = None
    union = outside
    for item in many:
        answer, proof = _ask(name, item, body, scope)
        if answer is decides:
            proof = proof or outside
            if not scope.explain:
                return decides, proof
            best = proof if best is None or len(proof) < len(best) else best
        elif not isinstance(answer, bool):
            unknown = answer
        union += proof
    if best is not None:
        return decides, best
    return (unknown, ()) if unknown is not None else (not decides, _unique(union))


def _ask(name: str, item: Any, body: Code, scope: Scope) -> Answer:
    """The body's truth for one item; the loop variable hides an outer name while it runs."""
    inner = Scope({**scope.names, name: item}, scope.explain)
    value, proof = body(inner)
    answer = truth(value)
    return (Unknown(why_unknown(value)) if answer is None else answer), proof


def _unique(proof: Proof) -> Proof:
    if len(proof) < 2:
        return proof
    seen: dict[int, Evidence] = {}
    for evidence in proof:
        seen.setdefault(id(evidence[1]), evidence)
    return tuple(seen.values())


_MAKERS: Mapping[type, Callable[[Any], Code]] = {
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
