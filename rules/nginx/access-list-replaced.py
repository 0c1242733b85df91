"""Lists of `deny` that open what the list around them closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockguard.api import Finding, Note

if TYPE_CHECKING:
    from dockguard.api import Location


def check(location: Location) -> Iterator[Finding]:
    """The outer list ends in `deny all`, the own one lets the rest in, and does not say so."""
    own, outer = location.access.own_rules.items, location.outer
    if not own or outer is None or location.dead or location.level.gaps:
        return
    around = outer.access.rules
    closes = next((rule for rule in around if rule.verb == "deny" and rule.everybody), None)
    if closes is None or around.open or any(rule.everybody for rule in own):
        return
    if any(rule.verb == "deny" for rule in own):
        notes = (Note(closes.span, "this does not count here"),)
        yield Finding(own[-1].span, "everybody else is let in: these lines replace the list around them", notes)
