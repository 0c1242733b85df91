"""Empty lines between the lines of one instruction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from dockguard.api import Edit, Finding, Fix, Safety, Span


def check(instruction: Any) -> Iterator[Finding]:
    """One finding for each instruction, at its name."""
    node = instruction.node
    lines = () if instruction.onbuild else tuple(_empty_lines(node))
    if lines:
        fix = Fix("remove the empty line", tuple(Edit(line) for line in lines), Safety.SAFE)
        yield Finding(node.keyword, f"`{node.name}` goes on after an empty line (line {lines[0].line})", fix=fix)


def _empty_lines(node: Any) -> Iterator[Span]:
    """The empty lines with their ends, between the pieces that the build joins."""
    source = node.joined.source
    for (_, start, length), (_, after, _) in pairwise(node.joined.pieces):
        at = source.text.find("\n", start + length) + 1
        while 0 < at < after:
            end = source.text.index("\n", at) + 1
            if not source.text[at:end].strip():
                yield source.span(at, end)
            at = end
