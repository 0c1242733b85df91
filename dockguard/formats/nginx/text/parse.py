"""Text to tree: crossplane builds the blocks, fed by our lexer through `crossplane.parser.lex`."""

from __future__ import annotations

from threading import Lock
from typing import Any

from dockguard.finding import Problem
from dockguard.formats.nginx.text.lex import Lexer
from dockguard.formats.nginx.text.tree import Statement, Tree
from dockguard.source import Source

_LOCK = Lock()


def parse(source: Source) -> Tree:
    """The tree of a text; never raises. Only the first forty problems are kept."""
    lexer = Lexer(source)
    payload = _build(lexer)
    problems = lexer.problems + [
        Problem("nginx-syntax", str(error["error"]), source.whole, source.path) for error in payload["errors"]
    ]
    statements = _statements(payload["config"][0]["parsed"], lexer.statements)
    return Tree(source, statements, tuple(problems[:40]), tuple(lexer.remarks))


def _build(lexer: Lexer) -> dict[str, Any]:
    import crossplane.parser

    with _LOCK:
        keep = crossplane.parser.lex
        crossplane.parser.lex = lambda _: lexer.tokens()
        try:
            # Contexts and arities are judged by our own table; its table would drop what it does not know.
            payload: dict[str, Any] = crossplane.parser.parse("x", single=True, check_ctx=False, check_args=False)
        finally:
            crossplane.parser.lex = keep
    return payload


def _statements(parsed: list[dict[str, Any]], found: list[Statement]) -> tuple[Statement, ...]:
    # Recursion is bounded by the lexer's MAX_DEPTH. crossplane's own arguments lose quotes, and parentheses in `if`.
    statements = []
    for item in parsed:
        statement = found[item["directive"].number]
        if "block" in item:
            statement.block = _statements(item["block"], found)
        statements.append(statement)
    return tuple(statements)
