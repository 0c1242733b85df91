"""Comments of a Dockerfile, and what a directive in one of them would cover."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from dockguard.formats.base import Comment
from dockguard.formats.dockerfile.text.tree import Instruction, Tree
from dockguard.source import Span


def comments(tree: Tree) -> Iterator[Comment]:
    """Own-line comments, those inside of continued instructions too; heredoc bodies have none."""
    items = tree.instructions
    starts = [item.span.start for item in items]
    first = starts[0] if starts else len(tree.source.text)
    below = max((directive.span.end for directive in tree.directives), default=0)
    ahead: dict[int, Span | None] = {}  # line of a comment to the line of code that follows it
    blocks: dict[int, Span | None] = {}
    found = []
    for span in reversed(tree.comments):
        at = bisect_left(starts, span.start)
        inside = items[at - 1] if at and items[at - 1].span.end > span.end else None
        if inside is not None:
            line = ahead[span.line] = _next_line(tree, span.line, inside, ahead)
            found.append(Comment(span, line, inside.span))
        else:
            line = items[at].span if at < len(items) else None
            if at not in blocks:
                blocks[at] = _block(items, at)
            found.append(Comment(span, line, blocks[at], top=below <= span.start < first))
    yield from reversed(found)


def _next_line(tree: Tree, number: int, item: Instruction, ahead: dict[int, Span | None]) -> Span | None:
    """The next physical line of a continued instruction that is no comment."""
    for following in range(number + 1, item.end_line + 1):
        if following in ahead:
            return ahead[following]
        line = tree.source.line_span(following)
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
