"""Blocks of `if` in a location with more in them than the rewrite program's safe lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

SAFE = frozenset(("return", "set", "break", "include"))


def check(directive: Directive) -> Iterator[Finding]:
    """The first line that is none of them."""
    if directive.context != "location" or directive.block is None:
        return
    for inner in directive.block.directives:
        leaves = inner.name == "rewrite" and inner.texts and inner.texts[-1] in ("last", "redirect", "permanent")
        if inner.name not in SAFE and not leaves:
            yield Finding(inner.span, f"`{inner.name}` in an `if` makes the block a location of its own")
            return
