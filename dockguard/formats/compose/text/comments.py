"""Comments of a Compose file, and what a directive in one of them would cover."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from dockguard.formats.base import Comment
from dockguard.formats.compose.text.parse import Node, Tree
from dockguard.source import Source, Span


def comments(tree: Tree) -> Iterator[Comment]:
    """Comments on lines of their own and behind values; a `#` inside of a quoted or block scalar is none."""
    if not tree.nodes or "#" not in tree.source.text:
        return
    layout = _Layout(tree)
    for span in _found(tree.source, layout):
        line = tree.source.line_span(span.line)
        trails = bool(tree.source.text[line.start : span.start].strip())
        target = line if trails else layout.next_line(span.line)
        block = layout.blocks.get(target.line) if target is not None else None
        yield Comment(span, target, block, top=span.start < layout.first)


class _Layout:
    """Where scalars and entries stand."""

    def __init__(self, tree: Tree) -> None:
        self.source = tree.source
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.blocks: dict[int, Span] = {}
        self.first = min(node.start for node in tree.nodes)
        for node in tree.nodes:
            self.visit(node)
        order = sorted(zip(self.starts, self.ends, strict=True))
        self.starts, self.ends = [start for start, _ in order], [end for _, end in order]

    def visit(self, node: Node) -> None:
        """Note what is below a node; nesting is bounded by the parser."""
        if node.kind == "scalar" and node.end > node.start:
            self.starts.append(node.start)
            self.ends.append(node.end)
        elif node.kind == "map":
            for key, value in node.data:
                self.block(key.start, max(value.end, key.end))
                self.visit(key)
                self.visit(value)
        elif node.kind == "list":
            for item in node.data:
                self.block(item.start, item.end)
                self.visit(item)

    def block(self, start: int, end: int) -> None:
        """An entry or item; on each line the outermost one counts."""
        while end > start and self.source.text[end - 1].isspace():
            end -= 1
        line = self.source.position(start)[0]
        if line not in self.blocks or end > self.blocks[line].end:
            self.blocks[line] = Span(self.source, start, end)

    def in_scalar(self, offset: int) -> bool:
        """Whether a character belongs to a scalar."""
        at = bisect_right(self.starts, offset) - 1
        return at >= 0 and offset < self.ends[at]

    def next_line(self, number: int) -> Span | None:
        """The next line that says something."""
        for following in range(number + 1, len(self.source.line_starts) + 1):
            line = self.source.line_span(following)
            text = line.text.strip()
            if text and not text.startswith("#"):
                return line
        return None


def _found(source: Source, layout: _Layout) -> Iterator[Span]:
    text, at = source.text, source.text.find("#")
    while at >= 0:
        starts = at == 0 or text[at - 1] in " \t\n\r"
        end = at + 1
        if starts and (not layout.in_scalar(at) or _on_block_header(text, at, layout)):
            end = source.line_span(source.position(at)[0]).end
            yield Span(source, at, end)
        at = text.find("#", end)


def _on_block_header(text: str, at: int, layout: _Layout) -> bool:
    """Whether it stands on the line of `key: |`, which is part of the scalar's place but not of its text."""
    index = bisect_right(layout.starts, at) - 1
    start = layout.starts[index]
    return text[start] in "|>" and "\n" not in text[start:at]
