"""The static side of the check language: expressions against the annotations of the model."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Any, Union, get_args, get_origin, get_type_hints

from dockguard.language.expression import BadExpression, compile, parse
from dockguard.language.message import chains, place, template
from dockguard.record import dataclass, fields, is_record
from dockguard.source import Fact, Many, Span, Unknown, Via

NUMBERS = frozenset({int, float})


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as the language sees it: facts and optionals opened, collections by their items."""

    types: frozenset[Any]  # the item types for a collection; several for a union
    many: bool = False
    fact: bool = False  # it has a place of its own
    barred: frozenset[str] = frozenset()  # chains that may be absent on the way to it, itself included

    @property
    def label(self) -> str:
        """As `explain` prints it."""
        names = " | ".join(sorted(getattr(t, "__name__", str(t)) for t in self.types))
        return f"list of {names}" if self.many else names


def check(text: str, variable: str, node: type, options: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    """Raise BadExpression unless a check is in the language and asks only what the model declares."""
    tree = parse(text)
    compile(tree)
    names = _names(variable, node, options, tables)
    _infer(tree, names, frozenset())


def needs_place(text: str, variable: str, node: type) -> bool:
    """Whether a check asks several facts, so that the page must say `at:`."""
    tree = parse(text)
    names = {variable: Shape(frozenset({node}))}
    found = {ast.unparse(chain) for chain in chains(tree) if _is_fact(chain, tree, names)}
    return len(found) > 1


def check_message(text: str, variable: str, node: type, options: Mapping[str, Any], tables: Mapping[str, Any]) -> None:
    """Raise BadExpression unless every `{…}` of a message is in the language."""
    names = _names(variable, node, options, tables)
    for _, tree in template(text):
        if tree is not None:
            compile(tree)
            _infer(tree, names, frozenset())


def check_place(text: str, variable: str, node: type) -> None:
    """Raise BadExpression unless an `at:` names a fact, a collection or a node."""
    tree = parse(text)
    place(tree)
    shape = _infer(tree, {variable: Shape(frozenset({node}))}, frozenset())
    if not shape.fact and not any("span" in members(t) for t in shape.types):
        raise BadExpression(f"`at: {text}` has no place")


@cache
def members(owner: Any) -> dict[str, Any]:
    """Name to annotation of what a class declares: public fields and properties, no methods."""
    if not isinstance(owner, type) or owner in (str, int, float, bool, bytes, Span, Via, Unknown):
        return {}
    found = _fields(owner)
    for name in dir(owner):
        attribute = getattr(owner, name, None)
        getter = attribute.fget if isinstance(attribute, property) else getattr(attribute, "func", None)
        if isinstance(attribute, (property, cached_property)) and getter is not None:
            found[name] = _hints(getter, owner).get("return", Any)
    return {name: kind for name, kind in found.items() if not name.startswith("_")}


def _fields(owner: type) -> dict[str, Any]:
    hints = _hints(owner, owner)
    return {field.name: hints[field.name] for field in fields(owner)} if is_record(owner) else dict(hints)


def _hints(what: Any, owner: type) -> dict[str, Any]:
    """Annotations, with names that a model imports for the type checker only (rooms of one format know each other)."""
    package, names = owner.__module__, dict[str, type]()
    while True:
        try:
            return get_type_hints(what, localns=names)
        except NameError:
            package = package.rpartition(".")[0]  # first the room of the model, then the one around it
            if "." not in package:
                raise
            modules = [module for name, module in list(sys.modules.items()) if name.startswith(f"{package}.")]
            names = {n: found for module in modules for n, found in vars(module).items() if isinstance(found, type)}


def shape_of(annotation: Any, chain: str = "") -> Shape:
    """An annotation as a Shape; `chain` is the name of a value that may be absent."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Fact:
        inner = shape_of(arguments[0], chain)
        return Shape(inner.types, inner.many, True, inner.barred | ({chain} if chain else set()))
    if origin in (Many, tuple, frozenset, set, list):
        return Shape(shape_of(arguments[0]).types, True, origin is Many)
    if origin in (Union, types.UnionType):
        return _union(arguments, chain)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return Shape(shape_of(arguments[0]).types, True)
    return Shape(frozenset({annotation}))


def _union(arguments: Iterable[Any], chain: str) -> Shape:
    shapes = [shape_of(argument, chain) for argument in arguments if argument not in (type(None), Unknown)]
    optional = type(None) in arguments
    barred = frozenset().union(*(shape.barred for shape in shapes)) | ({chain} if optional and chain else set())
    every = frozenset().union(*(shape.types for shape in shapes))
    return Shape(every, any(s.many for s in shapes), any(s.fact for s in shapes), barred)


def _names(variable: str, node: type, options: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    return {variable: Shape(frozenset({node})), "option": dict(options), "table": dict(tables)}


def _infer(tree: ast.expr, names: Mapping[str, Any], guards: frozenset[str]) -> Shape:
    match tree:
        case ast.Constant(value=value):
            return Shape(frozenset({type(value)}))
        case ast.List() | ast.Tuple():
            return Shape(frozenset(type(item.value) for item in tree.elts if isinstance(item, ast.Constant)), True)
        case ast.Name(id=name):
            return _named(name, names)
        case ast.Attribute():
            return _member(tree, names, guards)
        case ast.BoolOp():
            return _logic(tree, names, guards)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _infer(operand, names, guards)
            return Shape(frozenset({bool}))
        case ast.UnaryOp(operand=operand):
            return _infer(operand, names, guards)
        case ast.Compare():
            return _comparison(tree, names, guards)
        case ast.Call():
            return _called(tree, names, guards)
    raise BadExpression(f"`{ast.unparse(tree)}` is not allowed in a check")


def _named(name: str, names: Mapping[str, Any]) -> Shape:
    found = names.get(name)
    if isinstance(found, Shape):
        return found
    known = ", ".join(f"`{key}`" for key, value in names.items() if isinstance(value, Shape))
    raise BadExpression(f"unknown name `{name}`; this rule talks about {known}")


def _member(tree: ast.Attribute, names: Mapping[str, Any], guards: frozenset[str]) -> Shape:
    if isinstance(tree.value, ast.Name) and isinstance(names.get(tree.value.id), dict):
        return _declared(tree.value.id, tree.attr, names[tree.value.id])
    owner = _infer(tree.value, names, guards)
    label = ast.unparse(tree)
    if owner.many:
        raise BadExpression(f"`{ast.unparse(tree.value)}` is a list; ask any(… for x in {ast.unparse(tree.value)})")
    found = [_annotation(kind, tree.attr) for kind in owner.types]
    shapes = [shape_of(annotation, label) for annotation in found]
    kinds = frozenset().union(*(s.types for s in shapes))
    barred = owner.barred.union(*(s.barred for s in shapes))
    return Shape(kinds, any(s.many for s in shapes), any(s.fact for s in shapes), barred)


def _declared(space: str, name: str, declared: Mapping[str, Any]) -> Shape:
    if name not in declared:
        raise BadExpression(f"the page declares no `{space}.{name}`{_hint(name, declared)}")
    value = declared[name]
    if isinstance(value, (list, tuple, dict)):
        return Shape(frozenset(type(item) for item in value) or frozenset({str}), True)
    return Shape(frozenset({type(value)}))


def _annotation(kind: Any, name: str) -> Any:
    known = members(kind)
    if name not in known:
        owner = getattr(kind, "__name__", str(kind))
        raise BadExpression(f"{owner} has no `{name}`{_hint(name, known)}")
    return known[name]


def _hint(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _logic(tree: ast.BoolOp, names: Mapping[str, Any], guards: frozenset[str]) -> Shape:
    conjunction = isinstance(tree.op, ast.And)
    for value in tree.values:
        _infer(value, names, guards)
        guards |= _present(value, conjunction)
    return Shape(frozenset({bool}))


def _present(tree: ast.expr, holds: bool) -> frozenset[str]:
    """The chains that are surely present when a tree is true (`holds`), or false."""
    match tree:
        case ast.Name() | ast.Attribute():
            return frozenset({ast.unparse(tree)}) if holds else frozenset()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _present(operand, not holds)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) == holds:
            return frozenset().union(*(_present(value, holds) for value in values))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            if isinstance(op, (ast.NotEq, ast.NotIn)) != holds:
                return frozenset(ast.unparse(s) for s in (left, right) if isinstance(s, (ast.Name, ast.Attribute)))
    return frozenset()


def _comparison(tree: ast.Compare, names: Mapping[str, Any], guards: frozenset[str]) -> Shape:
    left, right = _infer(tree.left, names, guards), _infer(tree.comparators[0], names, guards)
    op = tree.ops[0]
    if isinstance(op, (ast.In, ast.NotIn)):
        _membership(tree, left, right)
    elif isinstance(op, (ast.Eq, ast.NotEq)):
        _same(tree, left, right)
    else:
        _order(tree, left, right, guards)
    return Shape(frozenset({bool}))


def _membership(tree: ast.Compare, left: Shape, right: Shape) -> None:
    text = ast.unparse(tree)
    if left.many:
        raise BadExpression(f"`{text}`: the left side is a list")
    if not right.many and not all(_is_text(kind) for kind in right.types):
        raise BadExpression(f"`{text}`: the right side is neither a list nor a text")
    if not _comparable(left.types, right.types):
        raise BadExpression(f"`{text}` looks for {left.label} in {right.label}")


def _same(tree: ast.Compare, left: Shape, right: Shape) -> None:
    if left.many != right.many or not _comparable(left.types, right.types):
        raise BadExpression(f"`{ast.unparse(tree)}` compares {left.label} with {right.label}")


def _order(tree: ast.Compare, left: Shape, right: Shape, guards: frozenset[str]) -> None:
    text = ast.unparse(tree)
    if left.many or right.many or not (left.types | right.types) <= NUMBERS:
        raise BadExpression(f"`{text}` orders {left.label} and {right.label}; only numbers have an order")
    for chain in sorted(left.barred | right.barred):
        if not any(guard == chain or guard.startswith(f"{chain}.") for guard in guards):
            raise BadExpression(f"`{text}` needs a guard, because `{chain}` may be absent: `{chain} and …`")


def _comparable(left: frozenset[Any], right: frozenset[Any]) -> bool:
    if not left or not right:
        return True
    return any(a is b or (_is_text(a) and _is_text(b)) or {a, b} <= NUMBERS for a in left for b in right)


def _is_text(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, str)


def _called(tree: ast.Call, names: Mapping[str, Any], guards: frozenset[str]) -> Shape:
    argument = tree.args[0]
    if isinstance(argument, ast.GeneratorExp):
        return _loop(argument, names, guards)
    shape = _infer(argument, names, guards)
    if not shape.many and not all(_is_text(kind) for kind in shape.types):
        raise BadExpression(f"`{ast.unparse(tree)}`: {shape.label} has no length")
    return Shape(frozenset({int}))


def _loop(tree: ast.GeneratorExp, names: Mapping[str, Any], guards: frozenset[str]) -> Shape:
    loop = tree.generators[0]
    source = _infer(loop.iter, names, guards)
    if not source.many:
        raise BadExpression(f"`{ast.unparse(loop.iter)}` is not a list")
    name = ast.unparse(loop.target)
    if name in names:
        raise BadExpression(f"`{name}` already has a meaning here")
    _infer(tree.elt, {**names, name: Shape(source.types, fact=True)}, guards)
    return Shape(frozenset({bool}))


def _is_fact(chain: ast.expr, tree: ast.AST, names: Mapping[str, Any]) -> bool:
    """Whether a chain of a check has a place of its own; a loop variable stands for a fact of its list."""
    root = chain
    while isinstance(root, ast.Attribute):
        root = root.value
    name = root.id if isinstance(root, ast.Name) else ""
    if name in ("option", "table"):
        return False
    return True if name not in names else _infer(chain, names, frozenset()).fact
