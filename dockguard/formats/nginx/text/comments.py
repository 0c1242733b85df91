"""Comments of a file, and what a directive to us in one of them would cover."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from dockguard.finding import Problem
from dockguard.formats.base import Comment
from dockguard.formats.nginx.text.tree import Statement, Tree
from dockguard.source import Span


def comments(tree: Tree) -> Iterator[Comment]:
    """Every comment: it covers its own line when it trails something, else the directive and block that follow."""
    statements = list(tree.walk())
    starts = [statement.name.start for statement in statements]
    top = starts[0] if starts else len(tree.source.text)
    for start, end in tree.remarks:
        span = tree.source.span(start, end)
        index = bisect_left(starts, start)
        following = statements[index] if index < len(statements) else None
        if _trails(tree, start):
            line = tree.source.line_span(span.line)
            yield Comment(span, tree.source.span(line.start, start), _opened(statements, index, line), start < top)
        else:
            yield Comment(
                span,
                _next(following),
                following.span if following and following.block is not None else None,
                start < top,
            )


def _next(following: Statement | None) -> Span | None:
    return following.head if following else None


def _opened(statements: list[Statement], index: int, line: Span) -> Span | None:
    """The block that the comment's own line opens."""
    for statement in reversed(statements[:index]):
        if statement.name.start < line.start:
            return None
        if statement.block is not None:
            return statement.span
    return None


def _trails(tree: Tree, start: int) -> bool:
    text = tree.source.text
    return bool(text[text.rfind("\n", 0, start) + 1 : start].strip())


def problems(tree: Tree) -> Iterator[Problem]:
    """What nginx's reader would stop at."""
    yield from tree.problems
