"""Maps that say nothing about what fits no line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


def check(directive: Directive) -> Iterator[Finding]:
    """Maps of several lines; one with an include may have its default there."""
    lines = directive.statement.block or ()
    names = [line.name.text for line in lines]
    few = 1 if directive.name == "map" else 0
    if directive.texts and len(lines) > few and "default" not in names and "include" not in names:
        yield Finding(directive.span, f"`{directive.texts[-1]}` is empty for everything that no line fits")
