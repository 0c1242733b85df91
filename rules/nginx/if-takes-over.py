"""Blocks of `if` in a location that only set variables, or end the rewrite program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive

STAYS = frozenset(("set", "break"))


def check(directive: Directive) -> Iterator[Finding]:
    """The first such line; blocks with other lines the rule `if-is-evil` tells."""
    inside = [inner for inner in directive.block.directives if inner.name != "include"] if directive.block else []
    if directive.context != "location" or not inside or any(inner.name not in STAYS for inner in inside):
        return
    yield Finding(inside[0].span, "where this runs, the block is the location of the response")
