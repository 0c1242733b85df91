"""What a page says besides its check: messages filled from facts, and places."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any

from dockguard.language.expression import BadExpression, Scope, compile, open_fact, parse
from dockguard.source import Span, Unknown
from dockguard.wording import show


def template(text: str) -> tuple[tuple[str, ast.expr | None], ...]:
    """A message as (literal, expression) pairs: `{…}` holds an expression, `{{` and `}}` are braces."""
    pieces: list[tuple[str, ast.expr | None]] = []
    literal, at = "", 0
    while at < len(text):
        pair, char = text[at : at + 2], text[at]
        if pair in ("{{", "}}"):
            literal, at = literal + char, at + 2
        elif char == "{":
            end = text.find("}", at)
            if end < 0:
                raise BadExpression("a `{` in the message is never closed")
            pieces.append((literal, parse(text[at + 1 : end])))
            literal, at = "", end + 1
        elif char == "}":
            raise BadExpression("a `}` in the message closes nothing")
        else:
            literal, at = literal + char, at + 1
    return (*pieces, (literal, None))


def compile_template(text: str) -> Callable[[Scope], str]:
    """A function that fills a message."""
    parts = [(literal, None if tree is None else compile(tree)) for literal, tree in template(text)]

    def fill(scope: Scope) -> str:
        return "".join(literal + ("" if code is None else show(code(scope)[0])) for literal, code in parts)

    return fill


def place(tree: ast.expr) -> Callable[[Scope], Any]:
    """What an `at:` chain names itself (a fact, a collection, a node), not its value; None where the way is barred."""
    if isinstance(tree, ast.Name):
        name = tree.id
        return lambda scope: scope.names[name]
    if not isinstance(tree, ast.Attribute) or tree.attr.startswith("_"):
        raise BadExpression(f"`at: {ast.unparse(tree)}` is not a chain of attributes")
    owner, attribute = place(tree.value), tree.attr

    def run(scope: Scope) -> Any:
        value = open_fact(owner(scope))
        return None if value is None or isinstance(value, Unknown) else getattr(value, attribute)

    return run


def span_of(thing: Any, otherwise: Span) -> Span:
    """The place of a fact, a collection or a node."""
    span = getattr(thing, "span", None)
    return span if isinstance(span, Span) else otherwise


def chains(tree: ast.AST) -> Iterable[ast.Attribute | ast.Name]:
    """The longest attribute chains of a tree that are asked (loop sources are not)."""
    if isinstance(tree, (ast.Attribute, ast.Name)):
        yield tree
    elif isinstance(tree, ast.GeneratorExp):
        yield from chains(tree.elt)
    elif isinstance(tree, ast.Call):
        for argument in tree.args:
            yield from chains(argument)
    else:
        for child in ast.iter_child_nodes(tree):
            yield from chains(child)
