"""Comments of a Dockerfile, and what a directive in one of them would cover."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from dockguard.formats.base import Comment
from dockguard.formats.dockerfile.tree import Instruction, Tree
from dockguard.source import Span


def comments(tree: Tree) -> Iterator[Comment]:
    """Own-line comments, those inside of continued instructions too; heredoc bodies have none."""
    items = tree.instructions
    starts = [item.span.start for item in items]
    first = starts[0] if starts else len(tree.source.text)
    marks = [directive.span.end for directive in tree.directives]
    below = max(marks, default=0)
    for span in tree.comments:
        at = bisect_left(starts, span.start)
        inside = items[at - 1] if at and items[at - 1].span.end > span.end else None
        following = items[at] if at < len(items) else None
        line = _next_line(tree, span, inside) if inside else following.span if following else None
        block = inside.span if inside else _block(items, at)
        yield Comment(span, line, block, top=below <= span.start < first)


def _next_line(tree: Tree, span: Span, item: Instruction) -> Span | None:
    """The next physical line of a continued instruction that is no comment."""
    source = tree.source
    for number in range(span.line + 1, item.end_line + 1):
        line = source.line_span(number)
        text = line.text.strip()
        if text and not text.startswith("#"):
            return line
    return None


def _block(items: tuple[Instruction, ...], at: int) -> Span | None:
    """The whole stage above a FROM, else the instruction."""
    if at >= len(items):
        return None
    item = items[at]
    if item.name != "FROM":
        return item.span
    end = at + 1
    while end < len(items) and items[end].name != "FROM":
        end += 1
    return item.span.source.span(item.span.start, items[end - 1].span.end)
