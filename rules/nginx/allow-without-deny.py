"""Lists of `allow` that keep nobody out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """Only the list of the block itself, and only where no other condition keeps people out."""
    access = location.access
    rules = access.own_rules.items
    if not rules or access.rules.open or any(rule.verb == "deny" or rule.everybody for rule in rules):
        return
    others = any(name.startswith("auth_") for level in location.level.chain for name in level.own)
    if access.any_suffices and others:
        return
    yield Finding(rules[-1].span, "everybody else is let in too: `deny all;` is missing after this")
