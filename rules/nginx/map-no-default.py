"""Maps that say nothing about what fits no line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Directive


PARAMETERS = frozenset(("hostnames", "volatile", "include", "ranges", "delete", "proxy", "proxy_recursive"))
EVERYBODY = frozenset(("0.0.0.0/0", "::/0"))  # of a `geo`


def check(directive: Directive) -> Iterator[Finding]:
    """Maps of several lines; one with an include that is not there may have its default in that."""
    block = directive.block
    if block is None or block.gaps or not directive.texts:
        return
    names = [line.name for line in block.directives if line.name not in PARAMETERS]
    few = 1 if directive.name == "map" else 0
    if len(names) > few and "default" not in names and not EVERYBODY.issubset(names):
        yield Finding(directive.span, f"`{directive.texts[-1]}` is empty for everything that no line fits")
